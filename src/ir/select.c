// Short conditional instructions become conditional moves: what cannot be mispredicted costs less than what
// may.
#include "ir/passes.h"

enum { MOST = 3 }; // operations on both sides

bool ir_is_cheap(const struct ir_insn *i)
{
    if (i->sets || i->reads || i->d == IR_NONE) return false;
    switch ((enum ir_op)i->op) {
    case IR_MOV:
    case IR_NOT:
    case IR_ADD:
    case IR_SUB:
    case IR_AND:
    case IR_OR:
    case IR_XOR: return true;
    case IR_BIC:
    case IR_LSL:
    case IR_LSR:
    case IR_ASR:
    case IR_ROR: return i->b == IR_IMM;
    case IR_UXT8:
    case IR_UXT16:
    case IR_SXT8:
    case IR_SXT16: return !i->imm;
    default: return false;
    }
}

static bool all_cheap(const struct ir_insn *i, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (!ir_is_cheap(&i[k])) return false;
    return true;
}

void ir_select(struct ir_insn *i)
{
    const struct ir_insn *last = i + i->n;
    const bool two = last->op == IR_ELSE;
    const unsigned n = i->n - (two ? 1 : 0), m = two ? last->n : 0;
    if (n + m <= MOST && all_cheap(i + 1, n) && all_cheap(last + 1, m)) i->mode |= IR_SELECT;
}

void ir_pass_select(struct ir_block *b)
{
    for (unsigned k = 0; k < b->n; k++)
        if (b->insn[k].op == IR_IF) ir_select(&b->insn[k]);
}
