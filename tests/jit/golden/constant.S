// Both halves of a constant.
    movw r0, #0x5678
    movt r0, #0x1234
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   mov g0,0x12345678
//   movabs rax,*
//   jmp out
