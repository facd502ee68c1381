    lsl r0, r1, #3
    lsr r0, r0, #8
    asr r2, r3, #31
    ror r4, r5, #7
    ror r4, r4, #8
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   lea edx,[g1.q*8+0x0]
//   mov g0,edx
//   mov edx,g0
//   shr edx,0x8
//   mov g0,edx
//   mov edx,g3
//   sar edx,0x1f
//   mov g2,edx
//   rorx edx,g5,0x7
//   mov g4,edx
//   rorx edx,g4,0x8
//   mov g4,edx
//   movabs rax,*
//   call out
//   jmp cold
