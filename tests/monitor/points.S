@ A program whose instructions are known: loops, accesses of each size, an IT block, exclusives, calls.
    .syntax unified
    .arch armv7-a
    .text
    .globl _start
    .type _start, %function
_start:
    ldr     r5, =data
    mov     r4, #0
    b       turn
    .size _start, . - _start

    .type turn, %function
turn:
    add     r4, r4, #1
    cmp     r4, #5
    bne     turn
    bl      access
    blx     thumbs
    mov     r0, #1
    ldr     r1, =text
    mov     r2, #6
    mov     r7, #4
    svc     #0
    mov     r0, #7
    mov     r7, #1
    svc     #0
    .size turn, . - turn

    .type access, %function
access:
    ldrb    r0, [r5, #1]
    strb    r0, [r5, #2]
    ldr     r1, [r5]
    str     r1, [r5, #4]
    strh    r1, [r5, #10]
    ldrh    r1, [r5, #10]
    ldrd    r2, r3, [r5]
    strd    r2, r3, [r5, #8]
    stm     r5, {r0-r3}
    add     r6, r5, #4
again:
    ldrex   r1, [r6]
    add     r1, r1, #1
    strex   r2, r1, [r6]
    cmp     r2, #0
    bne     again
    bx      lr
    .size access, . - access

    .thumb
    .type thumbs, %function
thumbs:
    push    {r4, lr}
    cmp     r4, #5
    itte    eq
    moveq   r0, #1
    addeq   r0, r0, #2
    movne   r0, #3
    bl      leaf
    pop     {r4, pc}
    .size thumbs, . - thumbs

    .type leaf, %function
leaf:
    add.w   r0, r0, r0, lsl #2
    bx      lr
    .size leaf, . - leaf

    .data
    .globl data, text
    .balign 8
    .type data, %object
data:
    .byte   0x10, 0x11, 0x12, 0x13
    .word   0x55667788, -2, 0x80000001
    .size data, . - data
    .type text, %object
text:
    .asciz  "hello\n"
    .size text, . - text
