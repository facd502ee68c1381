// hello_arm.S for the host.
        .global _start
_start: mov     $1, %eax
        mov     $1, %edi
        lea     text(%rip), %rsi
        mov     $13, %edx
        syscall
        mov     $60, %eax
        xor     %edi, %edi
        syscall
        .section .rodata
text:   .ascii  "hello, world\n"
        .section .note.GNU-stack, "", @progbits
