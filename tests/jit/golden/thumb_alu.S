    movs r0, #1
    lsls r1, r0, #2
    adds r1, r1, r2
    orrs r1, r0
    muls r2, r0
    negs r3, r4
    mvns r3, r3
    uxtb r5, r3
// host:
//   mov g0,0x1
//   lea g1,[g2.q+0x4]
//   or g1,0x1
//   imul g2,g0
//   mov g3,0x0
//   sub g3,g4
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   not g3
//   test g3,g3
//   movzx g5,g3.b
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   movabs rax,*
//   jmp out
