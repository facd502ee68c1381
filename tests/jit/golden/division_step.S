// A step of a division in software: the carry goes into the quotient, and says whether the divisor is taken off.
    cmp r0, r1, lsl #4
    adc r2, r2, r2
    subcs r0, r0, r1, lsl #4
// host:
//   mov edx,g1
//   shl edx,0x4
//   cmp g0,edx
//   mov ecx,0x4
//   shlx edx,g1,ecx
//   mov eax,edx
//   not eax
//   lea eax,[g0.q+rax*1+0x1]
//   cmovae g0,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   cmc
//   adc g2,g2
//   movabs rax,*
//   jmp out
