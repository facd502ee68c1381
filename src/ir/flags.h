// Which flags are still to be read, seen from behind: shared by the passes that ask.
#ifndef STINKARM_IR_FLAGS_H
#define STINKARM_IR_FLAGS_H

#include "ir/use.h"

// Its `reads` are what is wanted where it leads.
static inline bool ir_leads_out(const struct ir_insn *i)
{
    return i->op == IR_GOTO || i->op == IR_GOTO_REG;
}

// Flags that are wanted in front of an operation, if `live` are behind it.
static inline uint8_t ir_flags_before(const struct ir_block *b, struct ir_insn *i, uint8_t live)
{
    if (i->op == IR_JUMP) {
        const uint8_t there = b->blocks[i->imm].live;
        live = i->mode & IR_CONDITIONAL ? live | there : there;
    }
    i->after = live;
    // What is set only under a condition does not end the life of what was there before.
    if (!(i->mode & IR_CONDITIONAL)) live &= (uint8_t)~i->sets;
    if (ir_shape(i) & (IR_OBSERVES | IR_FAULTS)) {
        if (ir_leads_out(i)) {
            if (!b->stale_flags) i->reads = IR_NZCV;
            if (!(i->mode & IR_CONDITIONAL)) live = 0;
            if (i->x && !(i->mode & IR_LINKS)) live |= b->blocks[i->x - 1].live; // it may stay inside
        } else if (!b->stale_flags || ir_shape(i) & IR_OBSERVES) {
            live = IR_NZCV;
        }
    }
    i->keeps = live;
    return live | i->reads;
}

#endif
