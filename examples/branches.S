@ Loops, conditions and calls: the sum of the odd numbers from 1 to 21 is 121. Prints it in decimal, and ends with it.
@ stinkarm-test: stdout="121\n" exit=121

    .global _start
_start:
    mov r4, #0          @ sum
    mov r5, #21         @ number
next:
    tst r5, #1          @ conditional execution instead of a branch
    addne r4, r4, r5
    subs r5, r5, #1
    bne next

    mov r0, r4
    bl print

    mov r0, r4
    mov r7, #1          @ exit
    svc #0

@ Writes r0 in decimal and a newline.
print:
    push {r4, r5, r7, lr}
    sub sp, sp, #16
    add r1, sp, #15
    mov r2, #'\n'
    strb r2, [r1]
    ldr r3, =0xcccccccd @ 2^35 / 10, rounded up
digit:
    umull r4, r5, r0, r3
    lsr r5, r5, #3      @ r0 / 10
    add r2, r5, r5, lsl #2
    sub r2, r0, r2, lsl #1
    add r2, r2, #'0'
    strb r2, [r1, #-1]!
    movs r0, r5
    bne digit

    add r2, sp, #16
    sub r2, r2, r1      @ length
    mov r0, #1          @ standard output
    mov r7, #4          @ write
    svc #0
    add sp, sp, #16
    pop {r4, r5, r7, pc}
