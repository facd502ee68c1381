// Two steps of a division by shifting.
cmp   r0, r1, lsl #5
adc   r2, r2, r2
subcs r0, r0, r1, lsl #5
cmp   r0, r1
adc   r2, r2, r2
subcs r0, r0, r1
// host:
//   mov edx,g1
//   shl edx,0x5
//   mov eax,g0
//   sub eax,edx
//   cmovae g0,eax
//   cmc
//   adc g2,g2
//   mov eax,g0
//   sub eax,g1
//   cmovae g0,eax
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   cmc
//   adc g2,g2
//   movabs rax,*
//   jmp out
