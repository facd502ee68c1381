// An inlined callee with an IT block that reaches into the next page, which runs too seldom to be in the region:
// it goes on there under the same condition.
// region: 0x0000800c
// some:   goto #0x9000 .*links to block
    .syntax unified
    .thumb
    .globl _start
    .thumb_func
_start:
    movw r4, #5000
    movs r5, #0
    nop
loop:
    bl callee
    subs r4, r4, #1
    bne loop
    movw r1, #10
    subs r0, r5, r1
    it ne
    movne r0, #1
    movs r7, #1
    svc #0
    .org 0xff4
callee:
    tst r4, #255
    bne 1f
    lsls r6, r4, #23
    nop
    it mi
    addmi r5, r5, #1
1:  bx lr
