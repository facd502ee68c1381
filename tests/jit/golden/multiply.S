    mul r0, r1, r2
    mul r0, r0, r1
    mla r3, r4, r5, r6
    mls r3, r4, r5, r3
    mla r8, r9, r10, r8
// host:
//   mov g0,g1
//   imul g0,g2
//   imul g0,g1
//   mov edx,g4
//   imul edx,g5
//   lea g3,[rdx+g6.q*1]
//   mov edx,g4
//   imul edx,g5
//   sub g3,edx
//   mov edx,DWORD PTR [cpu.g9]
//   imul edx,DWORD PTR [cpu.g10]
//   add DWORD PTR [cpu.g8],edx
//   movabs rax,*
//   jmp out
