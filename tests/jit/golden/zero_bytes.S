// What strlen does with eight bytes: which are zero. GE goes from UADD8 to SEL in a register; its sums nobody wants.
    uadd8 r2, r2, r12
    sel r2, r4, r12
    uadd8 r3, r3, r12
    sel r3, r2, r12
// host:
//   movd xmm0,g2
//   movd xmm1,g12
//   movaps xmm2,xmm0
//   paddb xmm2,xmm1
//   movaps xmm3,xmm0
//   paddusb xmm3,xmm1
//   pcmpeqb xmm3,xmm2
//   movd DWORD PTR [cpu+84],xmm3
//   movd eax,xmm3
//   mov ecx,g4
//   xor ecx,g12
//   and eax,ecx
//   xor eax,g4
//   mov g2,eax
//   movd xmm0,g3
//   movd xmm1,g12
//   movaps xmm2,xmm0
//   paddb xmm2,xmm1
//   movaps xmm3,xmm0
//   paddusb xmm3,xmm1
//   pcmpeqb xmm3,xmm2
//   movd DWORD PTR [cpu+84],xmm3
//   movd eax,xmm3
//   mov ecx,g2
//   xor ecx,g12
//   and eax,ecx
//   xor eax,g2
//   mov g3,eax
//   movabs rax,*
//   jmp out
