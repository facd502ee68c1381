// What does not touch the guest's flags must not touch the host's between a comparison and its use.
    cmp r0, r1
    add r2, r2, #1
    sub r3, r3, r4
    lsl r5, r6, #2
    and r12, r12, #15
    bne 1f
    mov r5, #0
1:
// host:
//   add g2,0x1
//   sub g3,g4
//   lea g5,[g6.q*4+0x0]
//   and g12,0xf
//   cmp g0,g1
//   jne cold
//   mov g5,0x0
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
