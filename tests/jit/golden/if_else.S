// Two sides of one condition, one test.
    cmp r0, r1
    ldrgt r2, [r3]
    subgt r0, r0, r1
    ldrle r2, [r4]
    suble r1, r1, r0
    addgt r5, r5, #1
// host:
//   cmp g0,g1
//   jle L1
//   mov g2,DWORD PTR gs:[g3]
//   mov eax,g1
//   not eax
//   lea g0,[g0.q+rax*1+0x1]
//   lea g5,[g5.q+0x1]
//   jmp L2
//   L1:
//   mov g2,DWORD PTR gs:[g4]
//   mov eax,g0
//   not eax
//   lea g1,[g1.q+rax*1+0x1]
//   L2:
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
