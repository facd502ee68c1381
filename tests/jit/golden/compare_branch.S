    subs r0, r0, #1
    bne 1f
    add r1, r1, #1
1:  tst r2, #1
    beq 2f
    mov r3, #0
2:
// host:
//   sub g0,0x1
//   jne cold
//   lea g1,[g1.q+0x1]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   test g2.b,0x1
//   je cold
//   mov g3,0x0
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   movabs rax,*
//   jmp out
