// Either of two values.
    cmp r0, #0
    moveq r1, #1
    movne r1, #0
    cmp r2, r3
    movge r4, r2
    movlt r4, r3
// host:
//   cmp g0,0x0
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jne L1
//   mov g1,0x1
//   jmp L2
//   L1:
//   mov g1,0x0
//   L2:
//   cmp g2,g3
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jl L3
//   mov g4,g2
//   jmp L4
//   L3:
//   mov g4,g3
//   L4:
//   movabs rax,*
//   jmp out
