@ A kernel for the bare machine that reports on UART0 what it was given in r0 to r2 and in the tag list, and powers off.
@ It begins with the header of a zImage, with a table of sizes if TABLE is defined: unpacked size and .bss.
    .arm
    .section .text.start, "ax"
    .global _start
_start:
    .rept 8
    nop
    .endr
    b       start
    .word   0x016f2818          @ magic
    .word   0                   @ start
    .word   image_end - _start  @ end
    .word   0x04030201
#ifdef TABLE
    .word   0x45454545
    .word   table - _start
table:
    .word   5, 0x5a534c4b, unpacked - _start, BSS, 0
    .word   0, 0
unpacked:
    .word   TABLE
#else
    .word   0, 0
#endif
start:
    ldr     sp, =stack
    b       report
    .section .end, "aw"
image_end:
