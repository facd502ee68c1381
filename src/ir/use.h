// Which locations an operation reads and writes.
#ifndef STINKARM_IR_USE_H
#define STINKARM_IR_USE_H

#include "ir/ir.h"

// How an operation uses its fields; 0: nobody has said, all that it names may be read and written.
enum ir_shape {
    IR_D = 1, // writes d
    IR_READ_D = 2,
    IR_E = 4, // writes e
    IR_READ_E = 8,
    IR_A = 16,    // reads a
    IR_B = 32,    // reads b
    IR_PURE = 64, // does nothing but write d and e, and the flags that it sets
    IR_KNOWN = 128,
};
unsigned ir_shape(const struct ir_insn *i);

// Masks of locations.
uint32_t ir_defs(const struct ir_insn *i);
uint32_t ir_uses(const struct ir_insn *i);

static inline bool ir_is_temp(uint8_t loc)
{
    return loc >= IR_TEMP && loc < IR_LOCS;
}

// Removes the IR_NOPs, and IR_IFs with nothing behind them.
void ir_compact(struct ir_block *b);

#endif
