// Where a comparison is followed by a subtraction of the same under a condition, as in divisions by shifting
// and in modular arithmetic: one host instruction does for both. An addition with carry between them, whose
// host instruction destroys the flags, moves behind the conditional instructions, which only look at them.
#include "ir/passes.h"
#include "ir/use.h"

static bool moves(const struct ir_insn *i)
{
    return (i->op == IR_ADC || i->op == IR_SBC) && !i->sets && !(i->mode & IR_CONDITIONAL) && i->d < 15 &&
           !ir_is_temp(i->a) && !ir_is_temp(i->b);
}

// The operations of an IR_IF that is done without a branch; 0: i is none.
static unsigned length(const struct ir_insn *i)
{
    if (i->op != IR_IF || !(i->mode & IR_SELECT)) return 0;
    const struct ir_insn *last = i + i->n;
    return 1u + i->n + (last->op == IR_ELSE ? last->n : 0);
}

static bool independent(const struct ir_insn *i, const struct ir_insn *others, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (ir_defs(&others[k]) & (ir_uses(i) | ir_defs(i)) || ir_uses(&others[k]) & ir_defs(i)) return false;
    return true;
}

void ir_defer(struct ir_block *b, unsigned k)
{
    struct ir_insn *i = &b->insn[k], moved = *i;
    const unsigned n = moves(i) ? length(i + 1) : 0;
    if (!n || !independent(i, i + 1, n)) return;
    moved.after = moved.keeps = i[n].after;
    for (unsigned j = 0; j < n; j++) {
        i[j] = i[j + 1];
        i[j].keeps |= moved.reads;
        i[j].after |= moved.reads;
    }
    i[n] = moved;
}

void ir_pass_defer(struct ir_block *b)
{
    for (unsigned k = 0; k + 1 < b->n; k++)
        ir_defer(b, k);
}
