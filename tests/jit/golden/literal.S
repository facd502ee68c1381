    ldr r0, [pc, #8]
    adr r1, 1f
    add r2, pc, #4
    add r1, r1, r0
1:
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   mov g0,DWORD PTR gs:[eiz*1+0x9010]
//   mov edx,0x900c
//   lea g1,[rdx+0x4]
//   mov edx,0x9010
//   lea g2,[rdx+0x4]
//   add g1,g0
//   movabs rax,*
//   call out
//   jmp cold
