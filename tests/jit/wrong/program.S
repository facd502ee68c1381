@ Does what wrong.c may compile wrongly; the exit status is 42. With an argument it reads from address 0.
    .fpu neon
    .global _start
_start:
    ldr r5, =words
    ldmia r5, {r0, r1}  @ 6, 7
    mul r4, r0, r1
    cmp r0, r1
    movhi r4, #1        @ not taken
    str r4, [r5, #8]
    vdup.32 q0, r0
    vadd.i32 q1, q0, q0
    vmov.32 r6, d2[0]   @ 12
    sub r6, r6, #12
    ldr r0, [r5, #8]
    add r0, r0, r6
    ldr r1, [sp]
    cmp r1, #1
    movne r2, #0
    ldrne r0, [r2]
    mov r7, #1          @ exit
    svc #0
    .data
    .balign 4
words: .word 6, 7, 0
