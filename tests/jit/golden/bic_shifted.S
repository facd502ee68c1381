    bic r0, r1, r2, lsl #4
    bic r3, r3, r3, asr #31
// host:
//   mov edx,g2
//   shl edx,0x4
//   andn g0,edx,g1
//   mov edx,g3
//   sar edx,0x1f
//   andn g3,edx,g3
//   movabs rax,*
//   jmp out
