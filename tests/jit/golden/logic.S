    and r6, r1, #0xff
    and r2, r3, r4
    orr r0, r0, r1
    eor r1, r2, #1
    bic r5, r1, r2
    bic r3, r3, #3
    mvn r8, r4
    bics r4, r1, r2
// host:
//   movzx g6,g1.b
//   mov g2,g3
//   and g2,g4
//   or g0,g1
//   mov g1,g2
//   xor g1,0x1
//   andn g5,g2,g1
//   and g3,0xfffffffc
//   mov eax,g4
//   not eax
//   mov DWORD PTR [cpu.g8],eax
//   andn g4,g2,g1
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   movabs rax,*
//   jmp out
