// A call through a table, as of a shared library: where the entry leads is foreseen, and found out when it
// changes.
// region: 0x00008050
// some:   goto_reg t0 #0x805c$
    .syntax unified
    .arm
    .globl _start
_start:
    movw r8, #:lower16:slot
    movt r8, #:upper16:slot
    movw r0, #:lower16:first
    movt r0, #:upper16:first
    str r0, [r8]
    mov r5, #0
    movw r4, #5000
loop:
    bl stub
    cmp r4, #100
    movweq r0, #:lower16:second
    movteq r0, #:upper16:second
    streq r0, [r8]
    subs r4, r4, #1
    bne loop
    movw r1, #5198
    subs r0, r5, r1
    movne r0, #1
    mov r7, #1
    svc #0
    nop
stub:
    movw r12, #:lower16:slot
    movt r12, #:upper16:slot
    ldr pc, [r12]
first:
    add r5, r5, #1
    bx lr
second:
    add r5, r5, #3
    bx lr
    .bss
slot:
    .space 4
