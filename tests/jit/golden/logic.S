    and r0, r1, #0xff
    and r2, r3, r4
    orr r0, r0, r1
    eor r1, r2, #1
    bic r0, r1, r2
    bic r3, r3, #3
    mvn r4, r5
    bics r0, r1, r2
// host:
//   sub DWORD PTR [cpu+760],0x1
//   js cold
//   movzx g0,g1.b
//   mov g2,g3
//   and g2,g4
//   or g0,g1
//   mov g1,g2
//   xor g1,0x1
//   andn g0,g2,g1
//   and g3,0xfffffffc
//   mov g4,g5
//   not g4
//   andn g0,g2,g1
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   movabs rax,*
//   call out
//   jmp cold
