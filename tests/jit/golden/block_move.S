    ldmia r0!, {r1, r2, r3}
    stmdb sp!, {r4, r5, lr}
    ldrd r2, r3, [r0, #8]
    strb r2, [r0, -r4, lsr #29]
    ldr r1, [r0], #4
// host:
//   test g0,0x3
//   jne cold
//   mov edx,DWORD PTR gs:[g0]
//   mov g3,DWORD PTR gs:[g0+0x8]
//   mov g2,DWORD PTR gs:[g0+0x4]
//   mov g1,edx
//   add g0,0xc
//   test g13,0x3
//   jne cold
//   mov DWORD PTR gs:[g13-0xc],g4
//   mov DWORD PTR gs:[g13-0x8],g5
//   mov DWORD PTR gs:[g13-0x4],g14
//   add g13,0xfffffff4
//   mov edx,DWORD PTR gs:[g0+0x8]
//   mov g3,DWORD PTR gs:[g0+0xc]
//   mov g2,edx
//   mov edx,g4
//   shr edx,0x1d
//   mov eax,g0
//   sub eax,edx
//   mov BYTE PTR gs:[eax],g2.b
//   mov g1,DWORD PTR gs:[g0]
//   add g0,0x4
//   movabs rax,*
//   jmp out
