// Two sides of one condition, one test.
    cmp r0, r1
    ldrgt r2, [r3]
    subgt r0, r0, r1
    ldrle r2, [r4]
    suble r1, r1, r0
    addgt r5, r5, #1
// host:
//   cmp g0,g1
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jle L1
//   mov g2,DWORD PTR gs:[g3]
//   sub g0,g1
//   jmp L2
//   L1:
//   mov g2,DWORD PTR gs:[g4]
//   sub g1,g0
//   L2:
//   movzx eax,BYTE PTR [cpu.nz]
//   mov ecx,eax
//   shr eax,0x7
//   xor al,BYTE PTR [cpu.overflow]
//   and ecx,0x40
//   or eax,ecx
//   jne L3
//   add g5,0x1
//   L3:
//   movabs rax,*
//   jmp out
