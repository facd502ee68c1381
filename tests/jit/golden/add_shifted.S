// A shifted operand is an address's index.
    add r0, r1, r2, lsl #2
    add r3, r4, r4, lsl #3
    rsb r5, r6, r6, lsl #4
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   lea edx,[g2.q*4+0x0]
//   lea g0,[g1.q+rdx*1]
//   lea edx,[g4.q*8+0x0]
//   lea g3,[g4.q+rdx*1]
//   mov edx,g6
//   shl edx,0x4
//   mov g5,edx
//   sub g5,g6
//   movabs rax,*
//   call out
//   jmp cold
