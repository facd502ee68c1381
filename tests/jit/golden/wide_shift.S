// A 64-bit shift as compilers make it.
    rsb r4, r2, #32
    sub r5, r2, #32
    lsl r1, r1, r2
    orr r1, r1, r0, lsl r5
    orr r1, r1, r0, lsr r4
    lsl r0, r0, r2
// host:
//   mov g4,0x20
//   sub g4,g2
//   lea g5,[g2.q-0x20]
//   shlx g1.q,g1.q,g2.q
//   test g2.b,0xc0
//   jne cold
//   mov g1,g1
//   shlx rdx,g0.q,g5.q
//   test g5.b,0xc0
//   mov ecx,0x0
//   cmovne edx,ecx
//   or g1,edx
//   shrx rdx,g0.q,g4.q
//   test g4.b,0xc0
//   mov ecx,0x0
//   cmovne edx,ecx
//   or g1,edx
//   shlx g0.q,g0.q,g2.q
//   test g2.b,0xc0
//   jne cold
//   mov g0,g0
//   movabs rax,*
//   jmp out
