// A chain of conditions: the second comparison changes what the third instruction asks.
    cmp r0, #1
    cmpne r1, #2
    moveq r2, #3
// host:
//   cmp g0,0x1
//   je L1
//   cmp g1,0x2
//   L1:
//   mov eax,0x3
//   cmove g2,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
