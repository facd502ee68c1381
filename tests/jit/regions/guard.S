// What is checked at a function's end, as by -fstack-protector: nobody wants the flags that a call of something
// far away, which has never run, would take along; nor those behind such a call, where constants are.
// region: 0x00008014
// some:   xor.* sets Z$
// none:   sub r5 .* sets
    .syntax unified
    .arm
    .globl _start
_start:
    mov r4, #5000
loop:
    subs r5, r4, #3
    eors r6, r4, r4
    bne fail
    bl leaf
    subs r4, r4, #1
    bne loop
    mov r0, #0
    mov r7, #1
    svc #0
leaf:
    cmp r4, #9
    addeq r7, r7, #1
    bx lr
fail:
    bl report
    .word 0 @ as an instruction it would read flags
    .balign 8192
report:
    push {r3, lr}
    add r0, r0, #1
    bl report
    b report
