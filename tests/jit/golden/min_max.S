    cmp r0, r1
    movhs r0, r1
    cmp r2, r3
    movls r2, r3
    subs r4, r4, r5
    rsblt r4, r4, #0
// host:
//   cmp g0,g1
//   cmovae g0,g1
//   cmp g2,g3
//   cmovbe g2,g3
//   sub g4,g5
//   mov eax,g4
//   not eax
//   lea eax,[rax+0x1]
//   cmovl g4,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
