    subs r0, r0, #1
    bne 1f
    add r1, r1, #1
1:  tst r2, #1
    beq 2f
    mov r3, #0
2:
// host:
//   sub g0,0x1
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   jne cold
//   lea g1,[g1.q+0x1]
//   test g2.b,0x1
//   lahf
//   mov BYTE PTR [cpu.nz],ah
//   je cold
//   mov g3,0x0
//   movabs rax,*
//   jmp out
