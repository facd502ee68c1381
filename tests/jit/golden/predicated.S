// Several instructions under one condition are one branch.
    cmp r0, #0
    ldrne r1, [r2]
    addne r1, r1, #1
    strne r1, [r2]
    subne r3, r3, #1
// host:
//   test g0,g0
//   je L1
//   mov g1,DWORD PTR gs:[g2]
//   lea g1,[g1.q+0x1]
//   mov DWORD PTR gs:[g2],g1
//   lea g3,[g3.q-0x1]
//   L1:
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
