// Registers as debuggers number them: the core's, the VFP's, and what the target has beside them.
#ifndef STINKARM_DEBUG_REGISTERS_H
#define STINKARM_DEBUG_REGISTERS_H

#include "cpu/debug.h"

enum {
    REG_CPSR = 16,
    REG_D0 = 17,
    REG_FPSCR = 49,
    REG_Q0 = 50, // pairs of the D registers, which GDB 13 does not make itself
    REG_TPIDRURO = 66,
    REG_OTHERS = 67, // the target's own
};

enum { REG_BYTES = 16 }; // of the longest

// How many there are, how many bytes one has (0: there is no such), and its value, little-endian.
unsigned registers_count(const struct debug_target *t, const struct cpu *c);
unsigned register_size(const struct debug_target *t, const struct cpu *c, unsigned n);
void register_get(const struct debug_target *t, struct cpu *c, unsigned n, uint8_t value[REG_BYTES]);
// False: it can only be read.
bool register_set(struct cpu *c, unsigned n, const uint8_t value[REG_BYTES]);

// The core's and the status registers, in lines of text.
enum { REG_TEXT = 512 };
void registers_text(const struct cpu *c, char text[REG_TEXT]);

// The target's description, for qXfer:features: bytes from an offset on; how many.
size_t registers_xml(const struct debug_target *t, const struct cpu *c, size_t offset, char *to, size_t n);

#endif
