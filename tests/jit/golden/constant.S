// Both halves of a constant.
    movw r0, #0x5678
    movt r0, #0x1234
// host:
//   mov g0,0x5678
//   movzx g0,g0.w
//   or g0,0x12340000
//   movabs rax,*
//   jmp out
