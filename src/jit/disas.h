// The host's code as objdump shows it.
#ifndef STINKARM_JIT_DISAS_H
#define STINKARM_JIT_DISAS_H

#include <stdbool.h>
#include <stdint.h>

// Calls put for each instruction of the code: its offset, its bytes, and in Intel's syntax what it is. False:
// there is no objdump that could be run, and put has not been called.
bool jit_disassemble(const uint8_t *code, unsigned size, void (*put)(void *to, const char *line), void *to);

#endif
