@ A loop that is long enough to be compiled: docs/reading.md follows its ADD through stinkarm. The sum of the numbers
@ from 1 to 100,000, modulo 2^32, in r0; its lowest byte is the exit status.
@ stinkarm-test: exit=80

    .global _start
_start:
    mov r0, #0
    ldr r1, =100000
next:
    add r0, r0, r1
    subs r1, r1, #1
    bne next

    mov r7, #1          @ exit
    svc #0
