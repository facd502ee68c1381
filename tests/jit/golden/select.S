// One cheap operation under a condition.
    cmp r0, r1
    movlt r0, r1
    addeq r2, r2, #1
    cmp r3, #10
    movhi r3, #10
    rsbmi r4, r4, #0
// host:
//   cmp g0,g1
//   cmovl g0,g1
//   lea eax,[g2.q+0x1]
//   cmove g2,eax
//   cmp g3,0xa
//   mov eax,0xa
//   cmova g3,eax
//   mov eax,g4
//   not eax
//   lea eax,[rax+0x1]
//   cmovs g4,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
