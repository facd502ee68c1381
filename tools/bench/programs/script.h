// A script, SCRIPT, as a string in the program.
#pragma once
#include "program.h"

extern const char script[], script_end[];
__asm__(".section .rodata\n"
        ".global script, script_end\n"
        "script: .incbin \"programs/" SCRIPT "\"\n"
        "script_end: .byte 0\n"
        ".text\n");
