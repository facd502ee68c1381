@ The smallest program: it ends with exit status 161.
@ stinkarm-test: exit=161

    .global _start
_start:
    mov r0, #161        @ status
    mov r7, #1          @ exit
    svc #0
