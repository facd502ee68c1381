@ A kernel for the bare machine that reports on UART0 what it was given in r0 to r2 and in the tag list, and powers off.
@ It begins with the header of a zImage; if TABLE is defined with a table of sizes: TABLE unpacked, BSS behind that.
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
    .word   6, 0x5a534c4b, unpacked - _start, BSS, 0x8000, 0
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
