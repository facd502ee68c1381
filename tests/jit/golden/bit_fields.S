    ubfx r0, r1, #0, #8
    ubfx r0, r1, #8, #8
    ubfx r2, r1, #5, #10
    ubfx r2, r1, #0, #12
    ubfx r2, r1, #20, #12
    sbfx r3, r1, #0, #16
    sbfx r3, r3, #4, #7
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   movzx g0,g1.b
//   rorx eax,g1,0x8
//   movzx g0,al
//   mov g2,g1
//   shr g2,0x5
//   and g2,0x3ff
//   mov g2,g1
//   and g2,0xfff
//   mov g2,g1
//   shr g2,0x14
//   movsx g3,g1.w
//   shl g3,0x15
//   sar g3,0x19
//   movabs rax,*
//   call out
//   jmp cold
