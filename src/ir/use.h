// Which locations an operation reads and writes.
#ifndef STINKARM_IR_USE_H
#define STINKARM_IR_USE_H

#include "ir/ir.h"

// How an operation uses its fields; without IR_KNOWN nobody has said, and all that it names may be read and
// written.
enum ir_shape {
    IR_D = 1, // writes d
    IR_READ_D = 2,
    IR_E = 4, // writes e
    IR_READ_E = 8,
    IR_A = 16,    // reads a
    IR_B = 32,    // reads b
    IR_PURE = 64, // does nothing but write d and e, and the flags that it sets
    IR_KNOWN = 128,
    IR_FAULTS = 256,   // may end in a guest fault
    IR_OBSERVES = 512, // ends in a way out, or in a handler
    IR_N_TOO = 1024,   // reads and writes the location n
};
extern const uint16_t ir_shapes[IR_OP_COUNT];

static inline unsigned ir_shape(const struct ir_insn *i)
{
    return ir_shapes[i->op];
}

// Masks of locations.

enum { IR_ALL_GUEST = 0x7fff };

static inline uint32_t ir_bit(unsigned loc) // none of IR_NONE and IR_IMM
{
    return 1u << (loc & 31) & ((1u << IR_LOCS) - 1);
}

static inline uint32_t ir_bits(unsigned loc, unsigned other)
{
    return (1u << (loc & 31) | 1u << (other & 31)) & ((1u << IR_LOCS) - 1);
}

static inline uint32_t ir_named(const struct ir_insn *i)
{
    return ir_bits(i->d, i->e) | ir_bits(i->a, i->b) | (i->op == IR_CALL ? IR_ALL_GUEST : 0u);
}

// What is known about an operation has IR_NONE wherever it neither reads nor writes.

static inline uint32_t ir_defs(const struct ir_insn *i)
{
    const unsigned s = ir_shape(i);
    if (!(s & IR_KNOWN)) return ir_named(i);
    return s & IR_D ? ir_bits(i->d, i->e) | (s & IR_N_TOO ? ir_bit(i->n) : 0) : 0;
}

static inline uint32_t ir_uses(const struct ir_insn *i)
{
    const unsigned s = ir_shape(i);
    if (!(s & IR_KNOWN)) return ir_named(i);
    const uint32_t uses = ir_bits(i->a, i->b);
    if (!(s & (IR_READ_D | IR_READ_E))) return uses;
    return uses | (s & IR_READ_D ? ir_bit(i->d) : 0) | (s & IR_READ_E ? ir_bit(i->e) : 0) |
           (s & IR_N_TOO ? ir_bit(i->n) : 0);
}

static inline bool ir_is_temp(uint8_t loc)
{
    return loc >= IR_TEMP && loc < IR_LOCS;
}

// Removes the IR_NOPs, and IR_IFs with nothing behind them.
void ir_compact(struct ir_block *b);

#endif
