    ldmia r0!, {r1, r2, r3}
    stmdb sp!, {r4, r5, lr}
    ldrd r2, r3, [r0, #8]
    strb r2, [r0, -r4, lsr #29]
    ldr r1, [r0], #4
// host:
//   mov edx,g0
//   test edx,0x3
//   je L1
//   movabs rax,*
//   jmp out
//   L1:
//   mov eax,DWORD PTR gs:[edx]
//   mov DWORD PTR [cpu.t1],eax
//   mov eax,DWORD PTR gs:[edx+0x8]
//   mov g2,DWORD PTR gs:[edx+0x4]
//   mov g3,DWORD PTR gs:[edx+0x8]
//   mov g1,DWORD PTR [cpu.t1]
//   lea g0,[rdx+0xc]
//   mov edx,g13
//   test edx,0x3
//   je L2
//   movabs rax,*
//   jmp out
//   L2:
//   mov DWORD PTR gs:[edx-0xc],g4
//   mov DWORD PTR gs:[edx-0x8],g5
//   mov DWORD PTR gs:[edx-0x4],g14
//   lea g13,[rdx-0xc]
//   lea edx,[g0.q+0x8]
//   test edx,0x3
//   je L3
//   movabs rax,*
//   jmp out
//   L3:
//   mov eax,DWORD PTR gs:[edx]
//   mov DWORD PTR [cpu.t1],eax
//   mov g3,DWORD PTR gs:[edx+0x4]
//   mov g2,DWORD PTR [cpu.t1]
//   mov edx,g4
//   shr edx,0x1d
//   mov eax,g0
//   sub eax,edx
//   mov BYTE PTR gs:[eax],g2.b
//   mov g1,DWORD PTR gs:[g0]
//   add g0,0x4
//   movabs rax,*
//   jmp out
