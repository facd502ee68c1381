// Both halves of a constant.
    movw r0, #0x5678
    movt r0, #0x1234
// host:
//   mov g0,0x12345678
//   movabs rax,*
//   jmp out
