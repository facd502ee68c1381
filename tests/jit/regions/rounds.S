// The run-time's division of 64 bits: one operation does all rounds but the last (ir/rounds.c).
// region: 0x00008030
// once:   rounds r4 r5 r2 r3 .*n 8
    .syntax unified
    .arm
    .globl _start
_start:
    movw r10, #3000
outer:
    mov r4, r10
    mov r5, #0
    b start
more:
    subs r4, r4, r2
    sbc r5, r5, r3
    adds r4, r4, r4
    adcs r5, r5, r5
    adds r4, r4, #1
    adc r5, r5, #0
    subs r8, r8, #1
    beq done
round:
    cmp r4, r2
    sbcs r9, r5, r3
    bcs more
    adds r4, r4, r4
    adcs r5, r5, r5
    subs r8, r8, #1
    bne round
done:
    subs r10, r10, #1
    bne outer
    mov r0, #0
    mov r7, #1
    svc #0
start:
    mov r2, #7
    mov r3, #0x100
    mov r8, #40
    b round
