    lsl r0, r1, #3
    lsr r1, r1, #8
    asr r2, r3, #31
    ror r4, r5, #7
    ror r5, r5, #8
// host:
//   lea g0,[g1.q*8+0x0]
//   shr g1,0x8
//   mov g2,g3
//   sar g2,0x1f
//   rorx g4,g5,0x7
//   rorx g5,g5,0x8
//   movabs rax,*
//   jmp out
