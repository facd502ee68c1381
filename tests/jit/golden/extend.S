    uxtb r0, r1
    sxth r2, r0
    uxtb r3, r4, ror #8
    uxth r4, r4, ror #16
    uxtab r6, r1, r2
    sxtah r1, r1, r2, ror #16
    and r5, r5, #0xff
// host:
//   movzx g0,g1.b
//   movsx g2,g0.w
//   rorx eax,g4,0x8
//   movzx g3,al
//   rorx eax,g4,0x10
//   movzx g4,ax
//   movzx edx,g2.b
//   lea g6,[g1.q+rdx*1]
//   rorx eax,g2,0x10
//   movsx edx,ax
//   add g1,edx
//   movzx g5,g5.b
//   movabs rax,*
//   jmp out
