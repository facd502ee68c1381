// Either of two values.
    cmp r0, #0
    moveq r1, #1
    movne r1, #0
    cmp r2, r3
    movge r4, r2
    movlt r4, r3
// host:
//   test g0,g0
//   sete al
//   movzx g1,al
//   cmp g2,g3
//   mov eax,g2
//   mov g4,g3
//   cmovge g4,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
