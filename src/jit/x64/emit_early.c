// Conditional instructions whose results are computed in front of the comparison: there they may change the
// host's flags. Behind it they are moved if the condition holds.
#include "ir/passes.h"
#include "jit/x64/emit_internal.h"

enum { G1_SUB = 5 };

static void move_if(struct emit *e, enum x64_cc cc, uint8_t d)
{
    const unsigned t = in_reg(e, d, RCX);
    x64_op(&e->a, 0, 0x0f40u | cc, t, x64_r(RAX));
    finish(e, d, t);
}

// cmp a, b; then d = a - b: the comparison is the subtraction.
static bool subtract(struct emit *e, const struct ir_insn *i)
{
    const struct ir_insn *sub = &i[2];
    if (i->op != IR_SUB || i[1].n != 1 || sub->op != IR_SUB || sub->d >= IR_TEMP) return false;
    if (sub->a != i->a || sub->b != i->b || sub->imm != i->imm) return false;
    emit_clobber(e);
    to_reg(e, i, i->a, RAX);
    if (i->b == IR_IMM)
        x64_group1(&e->a, 0, G1_SUB, x64_r(RAX), i->imm);
    else
        x64_op(&e->a, 0, 0x2b, RAX, place(e, i->b));
    emit_made_flags(e, i, HOST_SUB);
    move_if(e, emit_condition(e, i[1].cond), sub->d);
    return true;
}

// Whether a comparison needs no scratch register, and its flags tell the condition.
static bool keeps_scratch(const struct emit *e, const struct ir_insn *i, uint8_t cond)
{
    if (i->a == IR_IMM) return false;
    if (i->op == IR_SUB) return i->b == IR_IMM || !place(e, i->a).mem;
    return i->op == IR_AND && !(ir_cond_reads(cond) & ~IR_NZ) && (i->b == IR_IMM || !place(e, i->b).mem);
}

// Operations that need RCX at most beside their destination, a register.
static bool plain(const struct ir_insn *i)
{
    if (!ir_is_cheap(i) || (i->d >= IR_TEMP && (i->d != IR_TEMP || i->b == i->d))) return false;
    return i->op != IR_ADD || !i->n || (i->a == i->d && i->b != i->d);
}

// The one guest register that operations compute, or IR_NONE.
static uint8_t only_register(const struct ir_insn *i, unsigned n)
{
    const uint8_t d = i[n - 1].d;
    for (unsigned k = 0; k < n; k++)
        if (!plain(&i[k]) || (i[k].d < IR_TEMP && i[k].d != d)) return IR_NONE;
    return d < IR_TEMP ? d : IR_NONE;
}

static bool pays(const struct emit *e, const struct ir_insn *i, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (emit_quiet_cost(e, &i[k]) != QUIET_FREE) return true;
    return false;
}

static void compute(struct emit *e, const struct ir_insn *i)
{
    if (emit_quiet(e, i)) return;
    if (i->op <= IR_BIC)
        emit_alu(e, i);
    else if (i->op <= IR_ROR)
        emit_shift(e, i);
    else
        emit_misc(e, i);
}

static bool any(struct emit *e, const struct ir_insn *i)
{
    const struct ir_insn *body = &i[2];
    const unsigned n = i[1].n;
    const uint8_t d = only_register(body, n);
    if (d == IR_NONE || !keeps_scratch(e, i, i[1].cond) || !pays(e, body, n)) return false;
    for (unsigned k = 0; k < n; k++)
        if (body[k].d == IR_TEMP && (i->a == IR_TEMP || i->b == IR_TEMP)) return false;
    const struct x64_rm home = place(e, d);
    emit_clobber(e);
    x64_load(&e->a, RAX, home);
    e->place[d] = x64_r(RAX); // meanwhile
    for (unsigned k = 0; k < n; k++)
        compute(e, &body[k]);
    e->place[d] = home;
    emit_alu(e, i);
    e->live = i[1].keeps;
    move_if(e, emit_condition(e, i[1].cond), d);
    return true;
}

unsigned emit_early(struct emit *e, const struct ir_insn *i)
{
    if (i->d != IR_NONE || !i->sets || i[1].op != IR_IF || !(i[1].mode & IR_SELECT)) return 0;
    if (i[1 + i[1].n].op == IR_ELSE) return 0;
    return subtract(e, i) || any(e, i) ? 1u + i[1].n : 0;
}
