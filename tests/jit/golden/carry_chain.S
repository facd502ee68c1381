// 64-bit and longer sums keep the carry in the host's flag.
    adds r0, r0, r2
    adcs r1, r1, r3
    adc r4, r4, #0
    subs r0, r0, r2
    sbc r1, r1, r3
// host:
//   add g0,g2
//   setae BYTE PTR [cpu.borrow]
//   rex cmp BYTE PTR [cpu.borrow],0x1
//   adc g1,g3
//   setae BYTE PTR [cpu.borrow]
//   rex cmp BYTE PTR [cpu.borrow],0x1
//   adc g4,0x0
//   sub g0,g2
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   bt DWORD PTR [cpu.borrow],0x0
//   sbb g1,g3
//   movabs rax,*
//   jmp out
