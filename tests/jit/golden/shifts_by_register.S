// By the low byte of a register: 0 (or the sign) from 32 on.
    lsl r0, r1, r2
    lsr r1, r1, r3
    asr r4, r5, r6
    ror r5, r5, r6
    orr r6, r1, r2, lsl r3
// host:
//   shlx g0.q,g1.q,g2.q
//   test g2.b,0xc0
//   jne cold
//   mov g0,g0
//   shrx g1.q,g1.q,g3.q
//   test g3.b,0xc0
//   jne cold
//   movsxd rax,g5
//   test g6.b,0xc0
//   mov ecx,0x3f
//   cmove ecx,g6
//   sarx rax,rax,rcx
//   mov g4,eax
//   mov ecx,g6
//   ror g5,cl
//   shlx g6.q,g2.q,g3.q
//   test g3.b,0xc0
//   jne cold
//   mov g6,g6
//   or g6,g1
//   movabs rax,*
//   jmp out
