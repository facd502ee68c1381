// The run-time's division of 32 bits, from where it jumps into its rounds: one division of the host's, and no
// round; what is behind them is part of it.
// region: 0x00008050 Thumb
// once:   divrem r2 t0 r0 r1
// none:   adc
    .syntax unified
    .thumb
    .globl _start
    .thumb_func
_start:
    movw r4, #2000
    b loop
    .balign 4
    .space 0x50 - (. - _start)
loop:
    mov r0, r4
    movs r1, #13
    clz r3, r0
    clz r2, r1
    sub r3, r2, r3
    rsb r3, r3, #31
    adr r2, rounds
    add r3, r2, r3, lsl #4
    mov.w r2, #0
    mov pc, r3
    .balign 8
rounds:
    .set shift, 31
    .rept 32
    cmp.w r0, r1, lsl #shift
    nop
    adc.w r2, r2, r2
    it cs
    subcs.w r0, r0, r1, lsl #shift
    .set shift, shift - 1
    .endr
    add r5, r2
    subs r4, r4, #1
    cmp r4, #13
    bne loop
    movs r0, #0
    movs r7, #1
    svc #0
