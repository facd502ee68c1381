    bfi r0, r1, #0, #8
    bfi r0, r1, #8, #8
    bfi r2, r3, #5, #10
    bfi r2, r3, #16, #16
    bfc r4, #3, #7
// host:
//   mov g0.b,g1.b
//   mov eax,g1
//   shl eax,0x8
//   and eax,0xff00
//   and g0,0xffff00ff
//   or g0,eax
//   mov eax,g3
//   shl eax,0x5
//   and eax,0x7fe0
//   and g2,0xffff801f
//   or g2,eax
//   mov eax,g3
//   shl eax,0x10
//   and g2,0xffff
//   or g2,eax
//   and g4,0xfffffc07
//   movabs rax,*
//   jmp out
