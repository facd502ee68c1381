// One cheap operation under a condition.
    cmp r0, r1
    movlt r0, r1
    addeq r2, r2, #1
    cmp r3, #10
    movhi r3, #10
    rsbmi r4, r4, #0
// host:
//   cmp g0,g1
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jge L1
//   mov g0,g1
//   L1:
//   jne L2
//   add g2,0x1
//   L2:
//   cmp g3,0xa
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jbe L3
//   mov g3,0xa
//   L3:
//   jns L4
//   mov eax,0x0
//   sub eax,g4
//   mov g4,eax
//   L4:
//   movabs rax,*
//   jmp out
