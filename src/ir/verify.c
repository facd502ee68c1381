// What every block of operations must keep to, whoever made or changed it.
#include "ir/vector.h"

static bool is_loc(uint8_t l)
{
    return l < 15 || (l >= IR_TEMP && l < IR_LOCS);
}

static bool operand(uint8_t l)
{
    return l == IR_NONE || l == IR_IMM || is_loc(l);
}

static bool vectors(const struct ir_insn *i)
{
    if (i->op == IR_VEC && (i->vec >= VEC_COUNT || i->lane > 3 || (i->n != 3 && i->n != 4))) return false;
    struct ir_vuse use[IR_VUSES];
    const unsigned n = ir_vector_use(i, use);
    for (unsigned k = 0; n != IR_VUSE_ALL && k < n; k++) {
        const unsigned size = use[k].size;
        if (size < 2 || size > 4 || use[k].v >= (size == 4 ? 16 : 32)) return false;
    }
    return true;
}

const char *ir_verify(const struct ir_block *b)
{
    if (!b->n || b->n > IR_MAX) return "empty, or too long";
    const uint8_t last = b->insn[b->n - 1].op;
    if (last != IR_GOTO && last != IR_JUMP && last != IR_GOTO_REG && last != IR_LEAVE)
        return "runs off its end";
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (i->op >= IR_OP_COUNT) return "no such operation";
        if (!operand(i->a) || !operand(i->b)) return "bad operand";
        if (i->d != IR_NONE && !is_loc(i->d) && !(i->op >= IR_ST8 && i->op <= IR_ST32))
            return "bad destination";
        if (i->e != IR_NONE && !is_loc(i->e)) return "bad second destination";
        if ((i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ || i->op == IR_ELSE) && k + i->n >= b->n)
            return "skips too far";
        if (!vectors(i)) return "bad vector operation";
        if (i->a == IR_IMM && i->b == IR_IMM) return "two constants";
    }
    return 0;
}
