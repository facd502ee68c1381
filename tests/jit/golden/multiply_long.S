    umull r0, r1, r2, r3
    smull r4, r5, r0, r1
    umlal r0, r1, r2, r3
    smlal r4, r5, r2, r3
// host:
//   mov edx,g2
//   mulx g1,g0,g3
//   mov eax,g0
//   imul g1
//   mov g5,edx
//   mov g4,eax
//   mov eax,g2
//   mul g3
//   add g0,eax
//   adc g1,edx
//   mov eax,g2
//   imul g3
//   add g4,eax
//   adc g5,edx
//   movabs rax,*
//   jmp out
