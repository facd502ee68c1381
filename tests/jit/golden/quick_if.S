    // One condition for neighbours, a comparison moved to it
    cmp r0, #0
    ldr r6, [r5]
    addeq r1, r1, #1
    moveq r2, r3
    cmp r0, r6
    ldrne r1, [r2]
    strne r1, [r3]
    ldreq r4, [r2]
    cmp r1, r2
    bx lr
// host:
//   mov g6,DWORD PTR gs:[g5]
//   test g0,g0
//   lea eax,[g1.q+0x1]
//   cmove g1,eax
//   cmove g2,g3
//   cmp g0,g6
//   je L1
//   mov g1,DWORD PTR gs:[g2]
//   mov DWORD PTR gs:[g3],g1
//   jmp L2
//   L1:
//   mov g4,DWORD PTR gs:[g2]
//   L2:
//   mov eax,g14
//   cmp eax,DWORD PTR [rsp+0x8]
//   jne out
//   ret
