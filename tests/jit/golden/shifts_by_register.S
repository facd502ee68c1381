// By the low byte of a register: 0 (or the sign) from 32 on.
    lsl r0, r1, r2
    lsr r0, r0, r3
    asr r4, r5, r6
    ror r4, r5, r6
    orr r0, r1, r2, lsl r3
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   shlx rdx,g1.q,g2.q
//   test g2.b,0xc0
//   mov ecx,0x0
//   cmovne edx,ecx
//   mov g0,edx
//   shrx rdx,g0.q,g3.q
//   test g3.b,0xc0
//   mov ecx,0x0
//   cmovne edx,ecx
//   mov g0,edx
//   movsxd rax,g5
//   test g6.b,0xc0
//   mov ecx,0x3f
//   cmove ecx,g6
//   sarx rax,rax,rcx
//   mov edx,eax
//   mov g4,edx
//   mov ecx,g6
//   mov edx,g5
//   ror edx,cl
//   mov g4,edx
//   shlx rdx,g2.q,g3.q
//   test g3.b,0xc0
//   mov ecx,0x0
//   cmovne edx,ecx
//   mov g0,g1
//   or g0,edx
//   movabs rax,*
//   call out
//   jmp cold
