// Rotates and logic as in SHA-256.
    ror r3, r4, #6
    eor r3, r3, r4, ror #11
    eor r3, r3, r4, ror #25
    and r5, r4, r6
    bic r0, r1, r4
    eor r5, r5, r0
    add r3, r3, r5
// host:
//   rorx g3,g4,0x6
//   rorx edx,g4,0xb
//   xor g3,edx
//   rorx edx,g4,0x19
//   xor g3,edx
//   mov g5,g4
//   and g5,g6
//   andn g0,g4,g1
//   xor g5,g0
//   add g3,g5
//   movabs rax,*
//   jmp out
