// Either of two values.
    cmp r0, #0
    moveq r1, #1
    movne r1, #0
    cmp r2, r3
    movge r4, r2
    movlt r4, r3
// host:
//   test g0,g0
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   sete al
//   movzx g1,al
//   cmp g2,g3
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   mov eax,g2
//   mov g4,g3
//   cmovge g4,eax
//   movabs rax,*
//   jmp out
