// What every block of operations must keep to, whoever made or changed it.
#include "ir/ir.h"

static bool is_loc(uint8_t l)
{
    return l < 15 || (l >= IR_TEMP && l < IR_LOCS);
}

static bool operand(uint8_t l)
{
    return l == IR_NONE || l == IR_IMM || is_loc(l);
}

const char *ir_verify(const struct ir_block *b)
{
    if (!b->n || b->n > IR_MAX) return "empty, or too long";
    const uint8_t last = b->insn[b->n - 1].op;
    if (last != IR_GOTO && last != IR_GOTO_REG && last != IR_LEAVE) return "runs off its end";
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (i->op >= IR_OP_COUNT) return "no such operation";
        if (!operand(i->a) || !operand(i->b)) return "bad operand";
        if (i->d != IR_NONE && !is_loc(i->d) && !(i->op >= IR_ST8 && i->op <= IR_ST32))
            return "bad destination";
        if (i->e != IR_NONE && !is_loc(i->e)) return "bad second destination";
        if ((i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ) && k + i->n >= b->n)
            return "skips too far";
        if (i->a == IR_IMM && i->b == IR_IMM) return "two constants";
    }
    return 0;
}
