// A shifted operand is an address's index.
    add r0, r1, r2, lsl #2
    add r3, r4, r4, lsl #3
    rsb r5, r6, r6, lsl #4
// host:
//   lea g0,[g1.q+g2.q*4]
//   lea g3,[g4.q+g4.q*8]
//   mov g5,g6
//   shl g5,0x4
//   sub g5,g6
//   movabs rax,*
//   jmp out
