// The compiler's favourite: compare with zero and branch.
    subs r3, #1
    add r2, r2, r3, lsl #1
    orn r0, r1, r2
    cbz r3, 1f
    cmp r3, #4
1:
// host:
//   sub g3,0x1
//   lea g2,[g2.q+g3.q*2]
//   mov g0,g2
//   not g0
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   or g0,g1
//   test g3,g3
//   je cold
//   cmp g3,0x4
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
