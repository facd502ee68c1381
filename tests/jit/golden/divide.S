    udiv r0, r1, r2
    sdiv r3, r4, r5
    udiv r0, r1, r2
    mls r0, r0, r2, r1
// host:
//   mov ecx,g2
//   xor eax,eax
//   test ecx,ecx
//   je L1
//   mov eax,g1
//   xor edx,edx
//   div ecx
//   L1:
//   mov eax,eax
//   mov g0,eax
//   movsxd rcx,g5
//   xor eax,eax
//   test ecx,ecx
//   je L2
//   movsxd rax,g4
//   cqo
//   idiv rcx
//   L2:
//   mov eax,eax
//   mov g3,eax
//   mov ecx,g2
//   xor eax,eax
//   test ecx,ecx
//   je L3
//   mov eax,g1
//   xor edx,edx
//   div ecx
//   L3:
//   mov eax,eax
//   mov g0,eax
//   mov edx,g0
//   imul edx,g2
//   mov g0,g1
//   sub g0,edx
//   movabs rax,*
//   jmp out
