@ Exceptions: where they go, what LR and SPSR are, with VBAR; the modes' own registers; SRS, RFE, CPS.
@ run: flags lockstep
.include "common.inc"

.macro enter_from name
    push {r0-r3, r12, lr}
    mov r4, lr
    mrs r5, spsr
    mrs r6, cpsr
    ldr r0, =8f
    bl puts
    sub r0, r4, r7
    show "lr - at"
    mov r0, r5
    show "spsr"
    mov r0, r6
    show "cpsr"
    pop {r0-r3, r12, lr}
    .section .rodata
8:  .asciz "\name\n"
    .text
.endm

.align 5
vectors:
    b .
    b undef
    b svc
    b pabt
    b dabt
    b .
    b irq
    b .
undef:
    enter_from undef
    movs pc, r8
svc:
    enter_from svc
    movs pc, r8
pabt:
    enter_from prefetch_abort
    mrc p15, 0, r0, c5, c0, 1
    show "ifsr"
    movs pc, r8
dabt:
    enter_from data_abort
    mrc p15, 0, r0, c5, c0, 0
    show "dfsr"
    mrc p15, 0, r0, c6, c0, 0
    sub r0, r0, r9
    show "dfar - r9"
    movs pc, r8
irq:
    enter_from irq
    movs pc, r8

@ r7: the instruction's address, r8: where to go on
.macro about
    adr r7, 1f
    adr r8, 2f
.endm

main:
    push {lr}
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0
    mrs r0, cpsr
    bic r0, r0, #0xf0000000
    show "cpsr at start"
    @ stacks
    cps #0x1b
    ldr sp, =stack_top - 1024
    cps #0x17
    ldr sp, =stack_top - 2048
    cps #0x12
    ldr sp, =stack_top - 3072
    cps #0x1f
    ldr sp, =stack_top - 3584
    cps #0x13
    about
1:  svc #5
2:  about
1:  udf #1
2:  about
1:  bkpt #1
2:  mrc p15, 0, r0, c1, c0, 0
    orr r0, r0, #2
    mcr p15, 0, r0, c1, c0, 0
    isb
    ldr r9, =stack_top
    sub r9, r9, #63
    about
1:  ldr r0, [r9]
2:  about
1:  strh r0, [r9]
2:  about
1:  ldrd r0, r1, [r9, #3]
2:  mrc p15, 0, r0, c1, c0, 0
    bic r0, r0, #2
    mcr p15, 0, r0, c1, c0, 0
    about
1:  ldrex r0, [r9]
2:  about
1:  ldmia r9, {r0, r1}
2:  @ the modes' own registers
    cps #0x11
    mov r8, #0x81
    ldr r13, =stack_top - 3840
    mov r9, #0x8d
    msr spsr_fsxc, r9
    cps #0x12
    mov r14, #0x2e
    cps #0x1f
    mov r8, #1
    mov r0, r8
    show "r8 in system"
    cps #0x11
    mov r0, r8
    cps #0x13
    show "r8 in fiq"
    @ srs to the abort mode's stack, rfe from it
    mov r0, #0xd3
    msr spsr_fsxc, r0
    adr lr, 3f
    srsdb sp!, #0x17
    cps #0x17
    ldm sp, {r0, r1}
    rfeia sp!
3:  mov r0, r1
    show "psr by srs"
    mrs r0, cpsr
    show "cpsr behind rfe"
    cpsid aif
    mrs r0, cpsr
    show "cpsid aif"
    cpsie a
    mrs r0, cpsr
    show "cpsie a"
    pop {pc}
