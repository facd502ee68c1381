// The smallest program that says something: two system calls.
        .global _start
_start: mov     r7, #4
        mov     r0, #1
        ldr     r1, =text
        mov     r2, #13
        svc     #0
        mov     r7, #1
        mov     r0, #0
        svc     #0
        .section .rodata
text:   .ascii  "hello, world\n"
        .section .note.GNU-stack, "", %progbits
