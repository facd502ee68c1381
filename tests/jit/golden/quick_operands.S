    // Shifted operands, constants and addresses, without passes that look for them
    add r0, r1, r2, lsl #2
    eor r0, r3, r0, lsr #8
    lsl r4, r5, r6
    asr r5, r5, #3
    movw r1, #0x1234
    movt r1, #0x5678
    add r2, pc, r2
    bx lr
// host:
//   lea g0,[g1.q+g2.q*4]
//   shr g0,0x8
//   xor g0,g3
//   shlx g4.q,g5.q,g6.q
//   test g6.b,0xc0
//   jne cold
//   mov g4,g4
//   sar g5,0x3
//   mov g1,0x56781234
//   add g2,0x9020
//   mov eax,g14
//   cmp eax,DWORD PTR [rsp+0x8]
//   jne out
//   ret
