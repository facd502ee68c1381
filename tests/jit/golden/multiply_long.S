    umull r0, r1, r2, r3
    smull r4, r5, r0, r1
    umlal r0, r1, r2, r3
    smlal r4, r5, r2, r3
// host:
//   mov eax,g2
//   mov ecx,g3
//   imul rax,rcx
//   mov g0,eax
//   shr rax,0x20
//   mov g1,eax
//   movsxd rax,g0
//   movsxd rcx,g1
//   imul rax,rcx
//   mov g4,eax
//   shr rax,0x20
//   mov g5,eax
//   mov eax,g2
//   mov ecx,g3
//   imul rax,rcx
//   mov ecx,g1
//   shl rcx,0x20
//   add rax,rcx
//   mov ecx,g0
//   add rax,rcx
//   mov g0,eax
//   shr rax,0x20
//   mov g1,eax
//   movsxd rax,g2
//   movsxd rcx,g3
//   imul rax,rcx
//   mov ecx,g5
//   shl rcx,0x20
//   add rax,rcx
//   mov ecx,g4
//   add rax,rcx
//   mov g4,eax
//   shr rax,0x20
//   mov g5,eax
//   movabs rax,*
//   jmp out
