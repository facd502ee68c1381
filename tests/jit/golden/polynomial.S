// A step of a CRC: logic under a condition is done in front of the test.
    eor r3, r0, r1
    lsr r1, r1, #1
    tst r3, #1
    eorne r1, r1, r2
    uxthne r1, r1
    lsr r0, r0, #1
// host:
//   mov g3,g0
//   xor g3,g1
//   shr g1,0x1
//   mov eax,g1
//   xor eax,g2
//   movzx eax,ax
//   test g3.b,0x1
//   cmovne g1,eax
//   mov ecx,0x1
//   shrx g0,g0,ecx
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   movabs rax,*
//   jmp out
