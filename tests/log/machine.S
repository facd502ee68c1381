@ Something of each category for the log of a machine: a character, a supervisor call, translation, a fault, an interrupt.
.include "common.inc"

.equ TABLE, 0x60100000
.equ TIMER, 0x10011000
.equ DISTRIBUTOR, 0x1e001000
.equ INTERFACE, 0x1e000100


.align 5
vectors:
    b .
    b .
    movs pc, lr
    b .
    subs pc, lr, #4                     @ behind the access
    b .
    b timer_irq
    b .

timer_irq:
    push {r0-r3}
    ldr r0, =INTERFACE
    ldr r1, [r0, #0x0c]
    ldr r2, =TIMER
    str r2, [r2, #0x0c]
    str r1, [r0, #0x10]
    mov r3, #1
    ldr r2, =seen
    str r3, [r2]
    pop {r0-r3}
    subs pc, lr, #4

main:
    push {lr}
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0
    cps #0x12
    ldr sp, =stack_top - 1024
    cps #0x13
svc_here:
    svc #5

    @ sections of what is used, and a table of pages at 0x20000000
    ldr r0, =TABLE
    ldr r1, =0xc02
    add r2, r1, #0x10000000
    str r2, [r0, #0x100 * 4]
    add r2, r1, #0x1e000000
    str r2, [r0, #0x1e0 * 4]
    add r2, r1, #0x60000000
    add r3, r0, #0x600 * 4
    str r2, [r3]
    ldr r2, =TABLE + 0x4001
    str r2, [r0, #0x200 * 4]
    ldr r2, =TABLE + 0x5032
    ldr r3, =TABLE + 0x4000
    str r2, [r3]
    mov r2, #1
    mcr p15, 0, r2, c3, c0, 0
    mcr p15, 0, r0, c2, c0, 0
    mrc p15, 0, r2, c1, c0, 0
    orr r2, r2, #1
    mcr p15, 0, r2, c1, c0, 0
    isb
    mov r4, #0x20000000
    ldr r0, [r4]
    add r4, r4, #0x1000
fault_here:
    ldr r0, [r4]
    mcr p15, 0, r0, c8, c7, 0

    ldr r0, =DISTRIBUTOR
    mov r1, #1
    str r1, [r0]
    mov r1, #4
    ldr r2, =0x104
    str r1, [r0, r2]
    mov r1, #1
    ldr r2, =0x822
    strb r1, [r0, r2]
    mov r1, #0x40
    ldr r2, =0x422
    strb r1, [r0, r2]
    ldr r0, =INTERFACE
    mov r1, #0xf0
    str r1, [r0, #4]
    mov r1, #1
    str r1, [r0]
    ldr r0, =TIMER
    mov r1, #100
    str r1, [r0]
    mov r1, #0xa3
    str r1, [r0, #8]
    cpsie i
    ldr r2, =seen
1:  ldr r3, [r2]
    cmp r3, #0
    beq 1b
    cpsid i

    mov r0, #'H'
    ldr r1, =UART
putc_here:
    str r0, [r1]
    ldr r0, =0x10080000                 @ nobody is there
    ldr r0, [r0]
    pop {pc}

secondary:
    wfi
    b secondary

.ltorg
.data
.align 2
seen: .word 0
