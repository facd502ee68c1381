// An address in two halves, and what is there.
    movw r0, #:lower16:memory
    movt r0, #:upper16:memory
    ldr r1, [r0, #8]
    add r2, r0, #4
    str r1, [r2, #4]
// host:
//   mov g0,0xc000
//   mov g1,DWORD PTR gs:[eiz*1+0xc008]
//   mov g2,0xc004
//   mov DWORD PTR gs:[eiz*1+0xc008],g1
//   movabs rax,*
//   jmp out
