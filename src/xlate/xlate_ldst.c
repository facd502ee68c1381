// Loads and stores of the core registers (A5.3 – A5.5, A6.3.5 – A6.3.10).
#include "xlate/xlate.h"

struct access {
    uint8_t ir; // 0: not one
    bool store, literal, by_register;
};

#define ROW(name, ir, store)                                                                                 \
    [OP_##name##_IMM] = {ir, store, false, false}, [OP_##name##_REG] = {ir, store, false, true}
#define LITERAL(name, ir) [OP_##name##_LIT] = {ir, false, true, false}

static const struct access accesses[OP_VFP_FIRST] = {
    ROW(LDR, IR_LD32, false),   ROW(LDRB, IR_LD8, false),    ROW(LDRH, IR_LD16, false),
    ROW(LDRSB, IR_LDS8, false), ROW(LDRSH, IR_LDS16, false), ROW(STR, IR_ST32, true),
    ROW(STRB, IR_ST8, true),    ROW(STRH, IR_ST16, true),    LITERAL(LDR, IR_LD32),
    LITERAL(LDRB, IR_LD8),      LITERAL(LDRH, IR_LD16),      LITERAL(LDRSB, IR_LDS8),
    LITERAL(LDRSH, IR_LDS16),
};

// An offset in a register that an address cannot hold: into a temporary.
static uint8_t offset(struct xlate *x, const struct insn *in)
{
    static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR, IR_ROR};
    const uint8_t t = temp(x);
    emit(x, ops[in->shift_type], t, in->rm, IR_IMM, in->shift_n);
    return t;
}

static enum xlate_result loaded(struct xlate *x, const struct insn *in, uint8_t d)
{
    if (in->rd != 15) return XLATE_NEXT;
    emit_branch_reg(x, d, IR_INTERWORK | (in->rn == 13 ? IR_RETURNS : 0));
    return XLATE_END;
}

static enum xlate_result single(struct xlate *x, const struct insn *in, const struct access *o)
{
    if (o->store && in->rd == 15) return XLATE_CALL;
    if (!o->store && in->rd == 15 && o->ir != IR_LD32) return XLATE_CALL; // a hint
    const uint8_t d = !o->store && in->rd == 15 ? temp(x) : in->rd;
    if (o->literal) {
        emit(x, o->ir, d, IR_NONE, IR_NONE, (pc_value(x) & ~3u) + in->imm);
        return loaded(x, in, d);
    }
    const bool pre = in->flags & INSN_PRE, wb = in->flags & INSN_WB;
    if (in->flags & INSN_X || (wb && (in->rn == 15 || (in->rd == in->rn && o->store)))) return XLATE_CALL;
    const uint8_t n = reg(x, in->rn);
    uint8_t m = IR_NONE;
    if (o->by_register) {
        if (in->rm == 15 || in->shift_type == SHIFT_RRX) return XLATE_CALL;
        m = in->shift_n && (in->shift_type != SHIFT_LSL || in->shift_n > 3 || wb) ? offset(x, in) : in->rm;
    }
    // The offset survives the load: with write-back it is added behind it.
    uint8_t index = m;
    if (wb && m != IR_NONE && m == d) {
        index = temp(x);
        emit(x, IR_MOV, index, IR_NONE, m, 0);
    }
    struct ir_insn *i = emit(x, o->ir, d, n, pre ? m : IR_NONE, o->by_register || !pre ? 0 : in->imm);
    if (m == in->rm && pre && o->by_register) i->n = in->shift_n;
    if (!(in->flags & INSN_ADD) && o->by_register && pre) i->mode |= IR_MINUS;
    if (wb && !(d == in->rn && !o->store)) {
        const enum ir_op op = o->by_register && !(in->flags & INSN_ADD) ? IR_SUB : IR_ADD;
        emit(x, op, in->rn, in->rn, o->by_register ? index : IR_IMM, o->by_register ? 0 : in->imm);
    }
    return loaded(x, in, d);
}

static enum xlate_result pair(struct xlate *x, const struct insn *in, bool store)
{
    if (in->rd == 15 || in->ra == 15 || in->rn == 15) return XLATE_CALL;
    const bool pre = in->flags & INSN_PRE, wb = in->flags & INSN_WB;
    if (wb && (in->rd == in->rn || in->ra == in->rn)) return XLATE_CALL;
    const bool by_register = in->op == OP_LDRD_REG || in->op == OP_STRD_REG;
    const enum ir_op add = by_register && !(in->flags & INSN_ADD) ? IR_SUB : IR_ADD;
    if (by_register && (in->rm == 15 || (wb && !store && (in->rm == in->rd || in->rm == in->ra))))
        return XLATE_CALL;
    const uint8_t offset = by_register ? in->rm : IR_IMM;
    uint8_t base = in->rn;
    uint32_t at = pre && !by_register ? in->imm : 0;
    if ((pre && by_register) || at & 3) { // it is the sum that must be aligned
        base = temp(x);
        emit(x, add, base, in->rn, offset, in->imm);
        at = 0;
    }
    emit(x, IR_ALIGN, IR_NONE, base, IR_NONE, 4);
    if (store) {
        emit(x, IR_ST32, in->rd, base, IR_NONE, at);
        emit(x, IR_ST32, in->ra, base, IR_NONE, at + 4);
    } else {
        const uint8_t low = temp(x);
        emit(x, IR_LD32, low, base, IR_NONE, at);
        emit(x, IR_LD32, in->ra, base, IR_NONE, at + 4);
        emit(x, IR_MOV, in->rd, IR_NONE, low, 0);
    }
    if (wb) emit(x, add, in->rn, in->rn, offset, in->imm);
    return XLATE_NEXT;
}

static void load_word(struct xlate *x, uint8_t d, uint8_t base, uint32_t at)
{
    emit(x, IR_LD32, d, base, IR_NONE, at);
}

// Nothing changes before the first and the last word are found to be there: the words lie in two pages at
// most. Then the base, if it is in the list, comes last. Returns where the PC's new value is. One temporary
// is enough, which lives in a register of the host's.
static uint8_t load_list(struct xlate *x, uint32_t list, uint8_t base, uint32_t at)
{
    const unsigned first = (unsigned)__builtin_ctz(list), last = 31u - (unsigned)__builtin_clz(list);
    const uint32_t end = at + 4 * (uint32_t)__builtin_popcount(list) - 4;
    const uint8_t t = temp(x);
    if (first == last) {
        load_word(x, last == 15 ? t : (uint8_t)last, base, at);
        return t;
    }
    const bool wait = last != 15; // the first word waits in the temporary; else the PC's is loaded before it
    const bool waits = wait || first == base;
    if (wait)
        load_word(x, t, base, at);
    else if (waits)
        emit(x, IR_PROBE, IR_NONE, base, IR_NONE, at);
    if (last == base) {
        emit(x, IR_PROBE, IR_NONE, base, IR_NONE, end)->mode |= IR_ABOVE;
    } else {
        struct ir_insn *i = emit(x, IR_LD32, wait ? (uint8_t)last : t, base, IR_NONE, end);
        i->mode |= IR_ABOVE;
        i->x = !waits; // the interpreter finds out whether the first word is there
    }
    uint32_t base_at = end;
    for (unsigned r = first; r < last; r++) {
        if (!(list >> r & 1)) continue;
        if (r == base)
            base_at = at;
        else if (r != first || !wait)
            load_word(x, (uint8_t)r, base, at);
        at += 4;
    }
    if (list >> base & 1 && !(wait && first == base)) load_word(x, base, base, base_at);
    if (wait) emit(x, IR_MOV, (uint8_t)first, IR_NONE, t, 0);
    return t;
}

static enum xlate_result block(struct xlate *x, const struct insn *in, bool store)
{
    const uint32_t list = in->imm;
    const unsigned count = (unsigned)__builtin_popcount(list);
    if (in->rn == 15 || !count || (store && list >> 15)) return XLATE_CALL;
    if (in->flags & INSN_WB && list >> in->rn & 1) return XLATE_CALL;
    const uint32_t bytes = 4 * count;
    const bool up = in->flags & INSN_ADD, before = in->flags & INSN_PRE;
    uint32_t at = up ? (before ? 4 : 0) : (before ? 0u - bytes : 4u - bytes);
    uint8_t last = IR_NONE;
    emit(x, IR_ALIGN, IR_NONE, in->rn, IR_NONE, 4);
    if (!store) last = load_list(x, list, in->rn, at);
    for (unsigned r = 0; r < 15 && store; r++) {
        if (!(list >> r & 1)) continue;
        emit(x, IR_ST32, (uint8_t)r, in->rn, IR_NONE, at);
        at += 4;
    }
    if (in->flags & INSN_WB) emit(x, IR_ADD, in->rn, in->rn, IR_IMM, up ? bytes : 0u - bytes);
    if (!(list >> 15)) return XLATE_NEXT;
    emit_branch_reg(x, last, IR_INTERWORK | (in->rn == 13 ? IR_RETURNS : 0));
    return XLATE_END;
}

enum xlate_result xlate_ldst(struct xlate *x, const struct insn *in)
{
    if (in->op >= OP_VFP_FIRST) return XLATE_CALL;
    if (accesses[in->op].ir) return single(x, in, &accesses[in->op]);
    switch ((enum op)in->op) {
    case OP_LDRD_IMM:
    case OP_LDRD_REG: return pair(x, in, false);
    case OP_STRD_IMM:
    case OP_STRD_REG: return pair(x, in, true);
    case OP_LDM: return block(x, in, false);
    case OP_STM: return block(x, in, true);
    case OP_PLD:
    case OP_PLI: return XLATE_NEXT;
    default: return XLATE_CALL;
    }
}
