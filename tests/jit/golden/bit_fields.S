    ubfx r0, r1, #0, #8
    ubfx r2, r1, #8, #8
    ubfx r3, r1, #5, #10
    ubfx r4, r1, #0, #12
    ubfx r5, r1, #20, #12
    sbfx r6, r1, #0, #16
    sbfx r1, r1, #4, #7
// host:
//   movzx g0,g1.b
//   rorx eax,g1,0x8
//   movzx g2,al
//   mov g3,g1
//   shr g3,0x5
//   and g3,0x3ff
//   mov g4,g1
//   and g4,0xfff
//   mov g5,g1
//   shr g5,0x14
//   movsx g6,g1.w
//   shl g1,0x15
//   sar g1,0x19
//   movabs rax,*
//   jmp out
