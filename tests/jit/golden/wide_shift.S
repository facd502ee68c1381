// A 64-bit shift as compilers make it.
    rsb r4, r2, #32
    sub r5, r2, #32
    lsl r1, r1, r2
    orr r1, r1, r0, lsl r5
    orr r1, r1, r0, lsr r4
    lsl r0, r0, r2
// host:
//   mov g4,0x20
//   sub g4,g2
//   lea g5,[g2.q-0x20]
//   mov ecx,g2
//   mov eax,g1
//   shl eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   mov g1,edx
//   mov ecx,g5
//   mov eax,g0
//   shl eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   or g1,edx
//   mov ecx,g4
//   mov eax,g0
//   shr eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   or g1,edx
//   mov ecx,g2
//   mov eax,g0
//   shl eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   mov g0,edx
//   movabs rax,*
//   jmp out
