// A switch's jump table: where the table is goes into the address, and no temporary through memory.
    cmp r0, #2
    bhi.n 1f
    tbh [pc, r0, lsl #1]
    .short 4, 3, 2, 1
1:  nop
// host:
//   cmp g0,0x2
//   ja cold
//   movzx edx,WORD PTR gs:[g0*2+0x9008]
//   lea edx,[rdx+rdx*1]
//   lea edx,[rdx+0x9009]
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   mov eax,edx
//   cmp DWORD PTR [cpu.exit_request],0x0
//   jne out
//   mov ecx,eax
//   shr ecx,0xc
//   xor ecx,eax
//   and ecx,0x1ffe
//   mov rdx,QWORD PTR [cpu.jumps]
//   cmp eax,DWORD PTR [rdx+rcx*8]
//   jne out
//   jmp QWORD PTR [rdx+rcx*8+0x8]
