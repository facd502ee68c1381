// Conditional instructions without a branch (IR_SELECT): computed in any case, moved if the condition holds.
#include "jit/x64/emit_internal.h"

static bool possible(const struct emit *e, const struct ir_insn *i, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (emit_quiet_cost(e, &i[k]) == QUIET_NO) return false;
    return true;
}

static void move_if(struct emit *e, enum x64_cc cc, uint8_t d, struct x64_rm from)
{
    const unsigned t = in_reg(e, d, RCX);
    x64_op(&e->a, 0, 0x0f40u | cc, t, from);
    finish(e, d, t);
}

static void one(struct emit *e, enum x64_cc cc, const struct ir_insn *i)
{
    if (i->d >= IR_TEMP) { // of this instruction: nobody sees it if the condition does not hold
        const unsigned t = dest(e, i->d, RAX);
        emit_quiet_into(e, i, t);
        finish(e, i->d, t);
    } else if (i->op == IR_MOV && i->b != IR_IMM) {
        move_if(e, cc, i->d, place(e, i->b));
    } else {
        emit_quiet_into(e, i, RAX);
        move_if(e, cc, i->d, x64_r(RAX));
    }
}

static bool is_bit(const struct ir_insn *i)
{
    return i->op == IR_MOV && i->b == IR_IMM && i->imm <= 1;
}

// Both sides have one operation, with the same destination.
static void either(struct emit *e, enum x64_cc cc, const struct ir_insn *i, const struct ir_insn *other)
{
    const unsigned d = dest(e, i->d, RCX);
    if (is_bit(i) && is_bit(other) && i->imm != other->imm) {
        x64_op(&e->a, X64_8, 0x0f90u | (i->imm ? cc : cc ^ 1), 0, x64_r(RAX)); // setcc
        x64_op(&e->a, X64_8, 0x0fb6, d, x64_r(RAX));
    } else {
        emit_quiet_into(e, i, RAX);
        // What the other side needs for itself: not RAX.
        emit_quiet_into(e, other, d);
        x64_op(&e->a, 0, 0x0f40u | cc, d, x64_r(RAX));
    }
    finish(e, i->d, d);
}

// Whether an operation needs RAX beside its destination.
static bool simple(const struct emit *e, const struct ir_insn *i)
{
    return i->op == IR_MOV || i->op == IR_NOT || (i->op == IR_ADD && i->b == IR_IMM && !place(e, i->a).mem);
}

unsigned emit_select(struct emit *e, const struct ir_insn *i)
{
    const struct ir_insn *last = i + i->n;
    const bool two = last->op == IR_ELSE;
    const unsigned n = i->n - (two ? 1u : 0), m = two ? last->n : 0;
    if (!(i->mode & IR_SELECT) || !possible(e, i + 1, n) || !possible(e, last + 1, m)) return 0;
    const enum x64_cc cc = emit_condition(e, i->cond);
    if (n == 1 && m == 1 && i[1].d == last[1].d && simple(e, &last[1])) {
        either(e, cc, &i[1], &last[1]);
    } else {
        for (unsigned k = 0; k < n; k++)
            one(e, cc, &i[1 + k]);
        for (unsigned k = 0; k < m; k++)
            one(e, cc ^ 1, &last[1 + k]);
    }
    return i->n + m;
}
