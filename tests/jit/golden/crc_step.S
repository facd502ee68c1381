    eor r3, r0, r1
    and r3, r3, #0xff
    ldr r3, [r2, r3, lsl #2]
    eor r0, r3, r0, lsr #8
// host:
//   mov g3,g0
//   xor g3,g1
//   movzx g3,g3.b
//   mov g3,DWORD PTR gs:[g2+g3*4]
//   shr g0,0x8
//   xor g0,g3
//   movabs rax,*
//   jmp out
