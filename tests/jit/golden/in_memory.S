// Registers that may live in memory.
    add r8, r8, #1
    add r9, r9, r0
    mov r10, r11
    ldr r11, [r0]
    eor r8, r9, r10
    bic r9, r9, #0xff
    cmp r8, #3
    addne r8, r8, #1
// host:
//   add DWORD PTR [cpu.g8],0x1
//   add DWORD PTR [cpu.g9],g0
//   mov eax,DWORD PTR [cpu.g11]
//   mov DWORD PTR [cpu.g10],eax
//   mov eax,DWORD PTR gs:[g0]
//   mov DWORD PTR [cpu.g11],eax
//   mov eax,DWORD PTR [cpu.g9]
//   xor eax,DWORD PTR [cpu.g10]
//   mov DWORD PTR [cpu.g8],eax
//   and DWORD PTR [cpu.g9],0xffffff00
//   mov eax,DWORD PTR [cpu.g8]
//   add eax,0x1
//   cmp DWORD PTR [cpu.g8],0x3
//   mov ecx,DWORD PTR [cpu.g8]
//   cmovne ecx,eax
//   mov DWORD PTR [cpu.g8],ecx
//   sets BYTE PTR [cpu.n]
//   sete BYTE PTR [cpu.z]
//   setb BYTE PTR [cpu.borrow]
//   seto BYTE PTR [cpu.overflow]
//   movabs rax,*
//   jmp out
