@ Hello world.
@ stinkarm-test: stdout="Hello, world!\n" exit=0

    .global _start
_start:
    ldr r0, =1          @ standard output
    ldr r1, =msg
    ldr r2, =len
    mov r7, #4          @ write
    svc #0

    mov r0, #0          @ status
    mov r7, #1          @ exit
    svc #0

    .data
msg:
    .ascii "Hello, world!\n"
len = . - msg
