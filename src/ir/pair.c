// D registers that are neighbours in memory as well.
#include "ir/passes.h"
#include "ir/use.h"

// Walks over operations outside of what an IR_IF may skip.
struct walk {
    unsigned join; // operations in front of it may be skipped
};

static bool skipped(struct walk *w, const struct ir_block *b, unsigned k)
{
    const struct ir_insn *i = &b->insn[k];
    const bool in = k < w->join;
    if (i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ || i->op == IR_ELSE)
        if (w->join < k + 1 + i->n) w->join = k + 1u + i->n;
    return in;
}

// The second goes on where the first ends.
static bool neighbours(const struct ir_insn *i, const struct ir_insn *j)
{
    return (i->op == IR_LDV64 || i->op == IR_STV64) && j->op == i->op && !(i->v & 1) && j->v == i->v + 1 &&
           j->a == i->a && j->imm == i->imm + 8;
}

void ir_pass_pair(struct ir_block *b)
{
    struct walk w = {0};
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        if (skipped(&w, b, k) || k + 1 >= b->n || !neighbours(i, i + 1)) continue;
        i->op = i->op == IR_LDV64 ? IR_LDVM : IR_STVM;
        i->n = 2;
        i->x = 1;
        (++i)->op = IR_NOP;
        b->holes = true;
        k++;
    }
}
