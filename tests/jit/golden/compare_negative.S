// CMN of a constant, as a comparison with the negative one: the host has conditions for all of its flags.
    cmn r1, #120
    bhi 1f
    cmn r2, #1
    moveq r3, #0
1:
// host:
//   cmp g1,0xffffff88
//   ja cold
//   cmp g2,0xffffffff
//   mov eax,0x0
//   cmove g3,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
