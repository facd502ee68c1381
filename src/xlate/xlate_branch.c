// Branches (A5.5, A6.3.4), and what an instruction looks like from outside: its condition, its way out.
#include "xlate/xlate.h"

static struct ir_insn *go(struct xlate *x, uint32_t target, bool thumb)
{
    struct ir_insn *i = emit_branch(x, target);
    if (thumb) i->mode |= IR_THUMB;
    i->it = 0;
    return i;
}

void xlate_enter(struct xlate *x, unsigned number)
{
    xlate_begin(x, false);
    emit(x, IR_ENTER, IR_NONE, IR_NONE, IR_NONE, number);
}

void xlate_goto(struct xlate *x, uint32_t pc, uint8_t it)
{
    xlate_begin(x, false);
    go(x, pc, x->thumb)->it = it;
}

void xlate_leave(struct xlate *x)
{
    xlate_begin(x, false);
    emit(x, IR_LEAVE, IR_NONE, IR_NONE, IR_NONE, 0);
}

static void link(struct xlate *x, const struct insn *in)
{
    emit(x, IR_MOV, 14, IR_NONE, IR_IMM, (x->pc + in->len) | x->thumb);
}

static enum xlate_result call(const struct insn *in, struct ir_insn *i)
{
    i->mode |= IR_LINKS;
    i->n = in->len;
    return XLATE_END;
}

static enum xlate_result compare_and_branch(struct xlate *x, const struct insn *in)
{
    struct ir_insn *i = emit(x, in->flags & INSN_X ? IR_IFNZ : IR_IFZ, IR_NONE, in->rn, IR_NONE, 0);
    i->n = 1;
    go(x, pc_value(x) + in->imm, true)->mode |= IR_CONDITIONAL;
    return XLATE_NEXT;
}

// Branch tables: the offset in halfwords from [Rn + Rm].
static enum xlate_result table_branch(struct xlate *x, const struct insn *in)
{
    if (in->rm == 15) return XLATE_CALL;
    const bool half = in->op == OP_TBH;
    const uint8_t t = temp(x);
    uint8_t table = in->rn;
    if (table == 15) emit(x, IR_MOV, table = t, IR_NONE, IR_IMM, pc_value(x));
    emit(x, half ? IR_LD16 : IR_LD8, t, table, in->rm, 0)->n = half;
    emit(x, IR_LSL, t, t, IR_IMM, 1);
    emit(x, IR_ADD, t, t, IR_IMM, pc_value(x) | 1);
    emit_branch_reg(x, t, IR_INTERWORK);
    return XLATE_END;
}

enum xlate_result xlate_branch(struct xlate *x, const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_BL: link(x, in); return call(in, go(x, pc_value(x) + in->imm, x->thumb));
    case OP_B: go(x, pc_value(x) + in->imm, x->thumb); return XLATE_END;
    case OP_BLX_IMM: link(x, in); return call(in, go(x, (pc_value(x) & ~3u) + in->imm, !x->thumb));
    case OP_BX:
    case OP_BXJ:
        emit_branch_reg(x, reg(x, in->rm), IR_INTERWORK | (in->rm == 14 ? IR_RETURNS : 0));
        return XLATE_END;
    case OP_BLX_REG: {
        if (in->rm == 15) return XLATE_LEAVE;
        const uint8_t t = temp(x);
        emit(x, IR_MOV, t, IR_NONE, in->rm, 0);
        link(x, in);
        return call(in, emit_branch_reg(x, t, IR_INTERWORK));
    }
    case OP_CBZ: return compare_and_branch(x, in);
    case OP_TBB:
    case OP_TBH: return table_branch(x, in);
    case OP_IT:
    case OP_NOP: return XLATE_NEXT;
    case OP_SVC:
        if (x->system) return XLATE_LEAVE;
        emit(x, IR_CALL, IR_NONE, IR_NONE, IR_NONE, x->call);
        if (x->conditional) return XLATE_NEXT;
        go(x, x->pc + in->len, x->thumb);
        return XLATE_END;
    default: return XLATE_CALL;
    }
}

// Of core registers, the commonest first: each says of what is not its own that the handler does it.
static enum xlate_result core(struct xlate *x, const struct insn *in)
{
    enum xlate_result r = xlate_dp(x, in);
    if (r == XLATE_CALL) r = xlate_ldst(x, in);
    if (r == XLATE_CALL) r = xlate_branch(x, in);
    if (r == XLATE_CALL) r = xlate_media(x, in);
    if (r == XLATE_CALL) r = xlate_parallel(x, in);
    if (r == XLATE_CALL) r = xlate_sync(x, in);
    if (r == XLATE_CALL) r = xlate_dsp(x, in);
    return r == XLATE_CALL ? xlate_system(x, in) : r;
}

static enum xlate_result family(struct xlate *x, const struct insn *in)
{
    if (in->op < OP_VFP_FIRST) return core(x, in);
    enum xlate_result r = in->op < OP_NEON_FIRST ? xlate_vfp(x, in) : XLATE_CALL;
    if (r == XLATE_CALL) r = xlate_neon(x, in);
    return r == XLATE_CALL ? xlate_neon_ldst(x, in) : r;
}

// In front of the block's first instruction of a unit that a kernel may have switched off.
static void look_for_unit(struct xlate *x, unsigned unit)
{
    if (!(unit & ~(unsigned)x->units)) return;
    x->units |= (uint8_t)unit;
    xlate_begin(x, false);
    emit(x, IR_UNIT, IR_NONE, IR_NONE, IR_NONE, unit);
}

// In front of an instruction's operations; returns where they begin.
static inline unsigned begin(struct xlate *x, const struct insn *in)
{
    if (x->system) look_for_unit(x, isa_unit_of(in->op) | x->ahead);
    x->begun.start = x->b->n;
    x->begun.at = 0;
    xlate_begin(x, in->cond < COND_AL);
    return x->conditional ? xlate_begin_if(x, in) : x->b->n;
}

enum xlate_result xlate_insn_away(struct xlate *x, const struct insn *in, uint32_t call)
{
    const unsigned body = begin(x, in);
    emit(x, IR_CALL, IR_NONE, IR_NONE, IR_NONE, call);
    emit(x, IR_LEAVE, IR_NONE, IR_NONE, IR_NONE, 0)->mode |= IR_AWAY;
    if (!x->conditional) return XLATE_END;
    xlate_end_if(x, body);
    return XLATE_NEXT;
}

enum xlate_result xlate_insn(struct xlate *x, const struct insn *in, uint32_t call)
{
    const unsigned body = begin(x, in);
    x->call = call;
    enum xlate_result r = family(x, in);
    if (r == XLATE_CALL) {
        x->b->n = body; // what a family had begun
        emit(x, IR_CALL, IR_NONE, IR_NONE, IR_NONE, call);
        r = XLATE_NEXT;
    }
    if (r == XLATE_LEAVE) {
        x->b->n = x->begun.start;
        return r;
    }
    if (!x->conditional) return r;
    xlate_end_if(x, body);
    return XLATE_NEXT;
}
