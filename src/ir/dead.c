// Operations whose results nobody reads: backwards through the unit, what is still to be read.
#include "ir/passes.h"
#include "ir/use.h"

// Only GE is wanted of an operation.
static void leave_ge(struct ir_block *b, struct ir_insn *i)
{
    if (i->imm == IR_PAR_S || i->imm == IR_PAR_U) {
        i->d = IR_NONE;
    } else {
        i->op = IR_NOP;
        b->holes = true;
    }
}

void ir_pass_dead(struct ir_block *b)
{
    uint32_t live = IR_ALL_GUEST;
    for (struct ir_insn *i = b->insn + b->n; i > b->insn;) {
        i--;
        const unsigned shape = ir_shape(i);
        const uint32_t defs = ir_defs(i);
        if (shape & IR_PURE && !(defs & live) && !i->sets) {
            i->op = IR_NOP;
            b->holes = true;
            continue;
        }
        if (i->op == IR_PARALLEL && !(defs & live)) leave_ge(b, i);
        if (i->op == IR_NOP) continue;
        if (!(i->mode & IR_CONDITIONAL)) live &= ~defs;
        live |= ir_uses(i);
        if (shape & (IR_FAULTS | IR_OBSERVES) || i->op == IR_JUMP) live |= IR_ALL_GUEST;
    }
}
