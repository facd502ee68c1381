// Both halves of a constant.
    movw r0, #0x5678
    movt r0, #0x1234
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   mov g0,0x5678
//   movzx g0,g0.w
//   or g0,0x12340000
//   movabs rax,*
//   call out
//   jmp cold
