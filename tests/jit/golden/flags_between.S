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
//   cmp g0,g1
//   lea g2,[g2.q+0x1]
//   mov eax,g4
//   not eax
//   lea g3,[g3.q+rax*1+0x1]
//   lea g5,[g6.q*4+0x0]
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   and g12,0xf
//   rex cmp BYTE PTR [cpu.z],0x0
//   je cold
//   mov g5,0x0
//   movabs rax,*
//   jmp out
