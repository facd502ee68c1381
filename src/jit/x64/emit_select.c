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

// A side that computes one register.
static bool one_register(const struct ir_insn *i, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (i[k].d != i->d) return false;
    return n && i->d < IR_TEMP;
}

// Whether an operation needs no other register than RCX beside its destination, which may be d.
static bool in_place(const struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_MOV:
    case IR_NOT:
    case IR_LSL:
    case IR_LSR:
    case IR_ASR:
    case IR_ROR: return true;
    case IR_ADD: return i->a == i->d || i->a == IR_IMM || !place(e, i->a).mem;
    case IR_SUB: return i->b == IR_IMM && i->a != IR_IMM;
    case IR_UXT8:
    case IR_UXT16:
    case IR_SXT8:
    case IR_SXT16: return !(i->imm & 31);
    default: return false;
    }
}

static bool all_in_place(const struct emit *e, const struct ir_insn *i, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (!in_place(e, &i[k])) return false;
    return true;
}

// The last value of the register that a side computes, in RAX.
static void value(struct emit *e, const struct ir_insn *i, unsigned n)
{
    const struct x64_rm home = place(e, i->d);
    for (unsigned k = 0; k < n; k++) {
        emit_quiet_into(e, &i[k], RAX);
        e->place[i->d] = x64_r(RAX); // it is where its value is
    }
    e->place[i->d] = home;
}

// Both sides compute the same register: the one in RAX, the other in its place.
static void either(struct emit *e, enum x64_cc cc, const struct ir_insn *i, unsigned n,
                   const struct ir_insn *other, unsigned m)
{
    const unsigned d = dest(e, i->d, RCX);
    if (n == 1 && m == 1 && is_bit(i) && is_bit(other) && i->imm != other->imm) {
        x64_op(&e->a, X64_8, 0x0f90u | (i->imm ? cc : cc ^ 1), 0, x64_r(RAX)); // setcc
        x64_op(&e->a, X64_8, 0x0fb6, d, x64_r(RAX));
    } else {
        value(e, i, n);
        for (unsigned k = 0; k < m; k++)
            emit_quiet_into(e, &other[k], d);
        x64_op(&e->a, 0, 0x0f40u | cc, d, x64_r(RAX));
    }
    finish(e, i->d, d);
}

static bool can_do_either(const struct emit *e, const struct ir_insn *i, unsigned n,
                          const struct ir_insn *other, unsigned m)
{
    if (!one_register(i, n) || !one_register(other, m) || i->d != other->d) return false;
    if (!all_in_place(e, i + 1, n - 1) || !all_in_place(e, other, m)) return false;
    if (!place(e, i->d).mem) return true;
    return m == 1 &&
           (other->op == IR_MOV || other->op == IR_NOT || (other->op == IR_ADD && other->b == IR_IMM));
}

unsigned emit_select(struct emit *e, const struct ir_insn *i)
{
    const struct ir_insn *last = i + i->n;
    const bool two = last->op == IR_ELSE;
    const unsigned n = i->n - (two ? 1u : 0), m = two ? last->n : 0;
    if (!(i->mode & IR_SELECT) || !possible(e, i + 1, n) || !possible(e, last + 1, m)) return 0;
    const enum x64_cc cc = emit_condition(e, i->cond);
    if (m && can_do_either(e, i + 1, n, last + 1, m)) {
        either(e, cc, i + 1, n, last + 1, m);
    } else if (m && can_do_either(e, last + 1, m, i + 1, n)) {
        either(e, cc ^ 1, last + 1, m, i + 1, n);
    } else if (!m && n > 1 && one_register(i + 1, n) && all_in_place(e, i + 2, n - 1)) {
        value(e, i + 1, n);
        move_if(e, cc, i[1].d, x64_r(RAX));
    } else {
        for (unsigned k = 0; k < n; k++)
            one(e, cc, &i[1 + k]);
        for (unsigned k = 0; k < m; k++)
            one(e, cc ^ 1, &last[1 + k]);
    }
    return i->n + m;
}
