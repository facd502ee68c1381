// Sums in one instruction, in place or not.
    add r0, r1, r2
    add r3, r3, #1
    add r4, r1, #0xff0
    sub r1, r1, r2
    sub r5, r1, #4
    sub r6, r1, r6
    rsb r2, r2, #0
    rsb r8, r4, #5
// host:
//   lea g0,[g1.q+g2.q*1]
//   add g3,0x1
//   lea g4,[g1.q+0xff0]
//   sub g1,g2
//   lea g5,[g1.q-0x4]
//   neg g6
//   add g6,g1
//   neg g2
//   mov eax,0x5
//   sub eax,g4
//   mov DWORD PTR [cpu.g8],eax
//   movabs rax,*
//   jmp out
