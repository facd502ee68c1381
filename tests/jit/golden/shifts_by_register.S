// By the low byte of a register: 0 (or the sign) from 32 on.
    lsl r0, r1, r2
    lsr r0, r0, r3
    asr r4, r5, r6
    ror r4, r5, r6
    orr r0, r1, r2, lsl r3
// host:
//   mov ecx,g2
//   mov eax,g1
//   shl eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   mov g0,edx
//   mov ecx,g3
//   mov eax,g0
//   shr eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   mov g0,edx
//   mov ecx,g6
//   mov eax,g5
//   movzx ecx,cl
//   cmp ecx,0x1f
//   jbe L1
//   mov ecx,0x1f
//   L1:
//   sar eax,cl
//   mov edx,eax
//   mov g4,edx
//   mov ecx,g6
//   mov eax,g5
//   ror eax,cl
//   mov edx,eax
//   mov g4,edx
//   mov ecx,g3
//   mov eax,g2
//   shl eax,cl
//   rex cmp cl,0x20
//   sbb ecx,ecx
//   and eax,ecx
//   mov edx,eax
//   mov g0,g1
//   or g0,edx
//   movabs rax,*
//   jmp out
