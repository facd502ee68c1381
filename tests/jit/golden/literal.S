    ldr r0, [pc, #8]
    adr r1, 1f
    add r2, pc, #4
    add r1, r1, r0
1:
// host:
//   mov g0,DWORD PTR gs:[eiz*1+0x9010]
//   mov g2,0x9014
//   lea g1,[g0.q+0x9010]
//   movabs rax,*
//   jmp out
