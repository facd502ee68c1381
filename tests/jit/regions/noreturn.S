// Behind a call that never returns there are data that look like an instruction that reads flags. As long as
// nobody has come by there, nobody saves flags for what an indirect branch leads to.
// region: 0x00008018
// some:   sub r6 r6 r4
// none:   sub r6 r6 r4.* sets
    .syntax unified
    .arm
    .globl _start
_start:
    mov r4, #5000
    adr r12, next
loop:
    cmp r4, #0
    bmi fail
    subs r6, r6, r4
    bx r12
next:
    subs r4, r4, #1
    bne loop
    mov r0, #0
    mov r7, #1
    svc #0
fail:
    bl stop
    .word 0x13a00000 // movne r0, #0
stop:
    mov r0, #1
    mov r7, #1
    svc #0
