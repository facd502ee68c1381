// Sums in one instruction, in place or not.
    add r0, r1, r2
    add r0, r0, #1
    add r0, r1, #0xff0
    sub r1, r1, r2
    sub r0, r1, #4
    sub r0, r1, r0
    rsb r2, r2, #0
    rsb r3, r4, #5
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   lea g0,[g1.q+g2.q*1]
//   add g0,0x1
//   lea g0,[g1.q+0xff0]
//   sub g1,g2
//   lea g0,[g1.q-0x4]
//   neg g0
//   add g0,g1
//   neg g2
//   mov g3,0x5
//   sub g3,g4
//   movabs rax,*
//   call out
//   jmp cold
