@ Thumb: 16- and 32-bit instructions, an IT block, and a call into ARM code and back.
@ stinkarm-test: stdout="from Thumb\nfrom ARM\n" exit=42

    .syntax unified
    .thumb
    .global _start
    .thumb_func
_start:
    ldr r1, =thumb_msg
    movs r2, #thumb_len
    bl write
    blx arm_part        @ changes the instruction set

    movs r0, #0
    cmp r4, #7
    ite eq
    moveq r0, #42
    movne r0, #1
    movs r7, #1         @ exit
    svc #0

    .thumb_func
write:
    movs r0, #1         @ standard output
    movs r7, #4         @ write
    svc #0
    bx lr
    .ltorg

    .arm
arm_part:
    push {lr}
    ldr r1, =arm_msg
    mov r2, #arm_len
    blx write
    mov r4, #7
    pop {pc}            @ back to Thumb: bit 0 of the return address says so
    .ltorg

    .data
thumb_msg:
    .ascii "from Thumb\n"
thumb_len = . - thumb_msg
arm_msg:
    .ascii "from ARM\n"
arm_len = . - arm_msg
