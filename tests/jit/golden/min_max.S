    cmp r0, r1
    movhs r0, r1
    cmp r2, r3
    movls r2, r3
    subs r4, r4, r5
    rsblt r4, r4, #0
// host:
//   cmp g0,g1
//   setb BYTE PTR [cpu.borrow]
//   rex cmp BYTE PTR [cpu.borrow],0x0
//   jne L1
//   mov g0,g1
//   L1:
//   cmp g2,g3
//   setb BYTE PTR [cpu.borrow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   ja L2
//   mov g2,g3
//   L2:
//   sub g4,g5
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jge L3
//   mov eax,0x0
//   sub eax,g4
//   mov g4,eax
//   L3:
//   movabs rax,*
//   jmp out
