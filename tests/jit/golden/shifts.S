    lsl r0, r1, #3
    lsr r0, r0, #8
    asr r2, r3, #31
    ror r4, r5, #7
    ror r4, r4, #8
// host:
//   mov edx,g1
//   shl edx,0x3
//   mov g0,edx
//   mov edx,g0
//   shr edx,0x8
//   mov g0,edx
//   mov edx,g3
//   sar edx,0x1f
//   mov g2,edx
//   mov edx,g5
//   ror edx,0x7
//   mov g4,edx
//   mov edx,g4
//   ror edx,0x8
//   mov g4,edx
//   movabs rax,*
//   jmp out
