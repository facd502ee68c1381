    bic r0, r1, r2, lsl #4
    bic r3, r3, r3, asr #31
// host:
//   mov edx,g2
//   shl edx,0x4
//   mov ecx,edx
//   not ecx
//   mov eax,g1
//   and eax,ecx
//   mov g0,eax
//   mov edx,g3
//   sar edx,0x1f
//   mov ecx,edx
//   not ecx
//   mov eax,g3
//   and eax,ecx
//   mov g3,eax
//   movabs rax,*
//   jmp out
