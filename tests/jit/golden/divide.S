    sdiv r3, r4, r5
    udiv r0, r1, r2
    mls r0, r0, r2, r1
// host:
//   lea edx,[g5.q+0x1]
//   mov eax,g4
//   cmp edx,0x1
//   ja L1
//   neg eax
//   and eax,g5
//   jmp L2
//   L1:
//   cdq
//   idiv g5
//   L2:
//   mov g3,eax
//   xor eax,eax
//   test g2,g2
//   je L3
//   mov eax,g1
//   xor edx,edx
//   div g2
//   L3:
//   mov g0,eax
//   mov edx,g0
//   imul edx,g2
//   mov g0,g1
//   sub g0,edx
//   movabs rax,*
//   jmp out
