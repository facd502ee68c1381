@ A program in flash, where the machine starts without a kernel: prints where it is and its command line, then programs a word of
@ the other flash, erased before, and restarts; finding the word there, powers off. Board: vexpress-a9.
.syntax unified
.arch armv7-a
.equ UART, 0x10009000
.equ SYSREG, 0x10000000
.equ FLASH1, 0x44000000
.equ SRAM, 0x48000000
.equ SYS_GET_CMDLINE, 0x15
.equ POWER_OFF, 0xc0800000 @ SYS_CFGCTRL: start, write, function 8
.equ RESTART, 0xc0900000   @ function 9
.global _start
_start:
    adr r0, where
    bl puts
    adr r1, _start
    add r0, r1, #'0' @ the address is 0
    bl putc
    bl newline
    ldr r1, =SRAM
    add r2, r1, #16
    mov r3, #256
    strd r2, r3, [r1]
    mov r0, #SYS_GET_CMDLINE
    svc 0x123456
    cmp r0, #0
    adrne r0, no_command
    ldreq r0, =SRAM + 16
    bl puts
    bl newline

    ldr r4, =FLASH1
    ldr r5, =0x600dcafe
    ldr r0, [r4]
    cmp r0, r5
    beq found
    cmp r0, #0 @ as the image has it in the beginning
    adrne r0, wrong
    bne off
    adr r0, programs
    bl puts
    ldr r0, =0x00200020 @ erase a block, on both chips
    ldr r1, =0x00d000d0
    bl command
    ldr r0, =0x00400040 @ program a word
    mov r1, r5
    bl command
    ldr r0, =0x00ff00ff @ back to the contents
    str r0, [r4]
    ldr r1, =RESTART
    b configure
found:
    adr r0, is_there
off:
    bl puts
    ldr r1, =POWER_OFF
configure:
    ldr r0, =SYSREG
    mov r2, #0
    str r2, [r0, #0xa8]
    str r1, [r0, #0xa4]
1:  b 1b

@ A command in two steps, r0 and r1
command:
    str r0, [r4]
    str r1, [r4]
    ldr r1, =0x00800080 @ ready, no error
1:  ldr r0, [r4]
    cmp r0, r1
    bne 1b
    bx lr

puts:
    ldr r3, =UART
1:  ldrb r1, [r0], #1
    cmp r1, #0
    bxeq lr
    str r1, [r3]
    b 1b
newline:
    mov r0, #'\n'
putc:
    ldr r3, =UART
    str r0, [r3]
    bx lr

where:
    .asciz "from flash at "
    .balign 4
no_command:
    .asciz "no command line"
    .balign 4
programs:
    .asciz "programs\n"
    .balign 4
is_there:
    .asciz "is there\n"
    .balign 4
wrong:
    .asciz "is wrong\n"
    .balign 4
    .ltorg
