// Operations whose results nobody reads: backwards through the unit, what is still to be read.
#include "ir/passes.h"
#include "ir/use.h"

void ir_pass_dead(struct ir_block *b)
{
    uint32_t live = IR_ALL_GUEST;
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        const unsigned shape = ir_shape(i);
        const uint32_t defs = ir_defs(i);
        if (shape & IR_PURE && !(defs & live) && !i->sets) {
            i->op = IR_NOP;
            b->holes = true;
            continue;
        }
        if (!(i->mode & IR_CONDITIONAL)) live &= ~defs;
        live |= ir_uses(i);
        if (shape & (IR_FAULTS | IR_OBSERVES) || i->op == IR_JUMP) live |= IR_ALL_GUEST;
    }
}
