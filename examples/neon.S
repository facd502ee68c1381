@ Advanced SIMD: letters become upper case sixteen at a time; then a sum of squares.
@ stinkarm-test: stdout="NEON, SIXTEEN AT A TIME\n" exit=204

    .fpu neon-vfpv4
    .global _start
_start:
    ldr r1, =text
    vmov.i8 q2, #'a'
    vmov.i8 q3, #'z'
    vmov.i8 q4, #0x20
    mov r3, #2          @ two vectors
upper:
    vld1.8 {q0}, [r1]
    vcge.u8 q8, q0, q2  @ all ones where 'a' <= letter
    vcge.u8 q9, q3, q0  @ … and letter <= 'z'
    vand q8, q8, q9
    vand q8, q8, q4     @ the bit that makes a letter small
    veor q0, q0, q8
    vst1.8 {q0}, [r1]!
    subs r3, r3, #1
    bne upper

    mov r0, #1          @ standard output
    ldr r1, =text
    mov r2, #24
    mov r7, #4          @ write
    svc #0

    @ 1·1 + 2·2 + … + 8·8 = 204
    ldr r1, =numbers
    vld1.16 {q0}, [r1]
    vmull.s16 q1, d0, d0
    vmlal.s16 q1, d1, d1
    vadd.s32 d2, d2, d3
    vpadd.s32 d2, d2, d2
    vmov.32 r0, d2[0]
    mov r7, #1          @ exit
    svc #0

    .data
    .balign 16
text:
    .ascii "neon, sixteen at a time\n"
    .zero 8
numbers:
    .hword 1, 2, 3, 4, 5, 6, 7, 8
