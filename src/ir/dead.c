// Operations whose results nobody reads: backwards through each block, what is still to be read.
#include "ir/passes.h"
#include "ir/use.h"

enum { GUEST = 0x7fff };

// Marks what an IR_IF or an IR_ELSE may skip.
static void mark_skipped(const struct ir_block *b, bool skipped[])
{
    unsigned end = 0;
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        skipped[k] = k < end;
        if (i->op != IR_IF && i->op != IR_IFZ && i->op != IR_IFNZ && i->op != IR_ELSE) continue;
        if (k + 1 + i->n > end) end = k + 1 + i->n;
    }
}

void ir_pass_dead(struct ir_block *b)
{
    bool skipped[IR_MAX];
    uint32_t live = GUEST;
    mark_skipped(b, skipped);
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        const uint32_t defs = ir_defs(i);
        if (ir_shape(i) & IR_PURE && !(defs & live) && !i->sets) {
            i->op = IR_NOP;
            continue;
        }
        if (!skipped[k]) live &= ~defs;
        live |= ir_uses(i);
        if (ir_observes(i) || i->op == IR_JUMP) live |= GUEST;
    }
    ir_compact(b);
}
