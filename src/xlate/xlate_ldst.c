// Loads and stores of the core registers (A5.3 – A5.5, A6.3.5 – A6.3.10).
#include "xlate/xlate.h"

struct access {
    uint8_t ir;
    bool store, literal, by_register;
};

static bool access(const struct insn *in, struct access *o)
{
#define ROW(name, ir, store)                                                                                 \
    case OP_##name##_IMM: *o = (struct access){ir, store, false, false}; return true;                        \
    case OP_##name##_REG:                                                                                    \
        *o = (struct access){ir, store, false, true};                                                        \
        return true;
#define LITERAL(name, ir)                                                                                    \
    case OP_##name##_LIT: *o = (struct access){ir, false, true, false}; return true;
    switch ((enum op)in->op) {
        ROW(LDR, IR_LD32, false)
        ROW(LDRB, IR_LD8, false)
        ROW(LDRH, IR_LD16, false)
        ROW(LDRSB, IR_LDS8, false)
        ROW(LDRSH, IR_LDS16, false)
        ROW(STR, IR_ST32, true)
        ROW(STRB, IR_ST8, true)
        ROW(STRH, IR_ST16, true)
        LITERAL(LDR, IR_LD32)
        LITERAL(LDRB, IR_LD8)
        LITERAL(LDRH, IR_LD16)
        LITERAL(LDRSB, IR_LDS8)
        LITERAL(LDRSH, IR_LDS16)
    default: return false;
    }
#undef ROW
#undef LITERAL
}

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
    emit(x, IR_GOTO_REG, IR_NONE, d, IR_NONE, 0)->mode |= IR_INTERWORK;
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
    const uint8_t offset = by_register ? in->rm : IR_IMM, t = temp(x);
    if (pre)
        emit(x, add, t, in->rn, offset, in->imm);
    else
        emit(x, IR_MOV, t, IR_NONE, in->rn, 0);
    emit(x, IR_ALIGN, IR_NONE, t, IR_NONE, 4);
    if (store) {
        emit(x, IR_ST32, in->rd, t, IR_NONE, 0);
        emit(x, IR_ST32, in->ra, t, IR_NONE, 4);
    } else {
        const uint8_t low = temp(x);
        emit(x, IR_LD32, low, t, IR_NONE, 0);
        emit(x, IR_LD32, in->ra, t, IR_NONE, 4);
        emit(x, IR_MOV, in->rd, IR_NONE, low, 0);
    }
    if (wb) emit(x, add, in->rn, in->rn, offset, in->imm);
    return XLATE_NEXT;
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
    const uint8_t base = temp(x);
    uint8_t pc = IR_NONE;
    emit(x, IR_MOV, base, IR_NONE, in->rn, 0);
    emit(x, IR_ALIGN, IR_NONE, base, IR_NONE, 4);
    // Nothing has changed when the last of the (at most two) pages is found to be there.
    const unsigned lowest = (unsigned)__builtin_ctz(list);
    const uint8_t low = temp(x);
    if (!store && count > 1) {
        emit(x, IR_LD32, low, base, IR_NONE, at);
        if (count > 2) emit(x, IR_PROBE, IR_NONE, base, IR_NONE, at + bytes - 4);
    }
    for (unsigned r = 0; r < 16; r++) {
        if (!(list >> r & 1)) continue;
        if (!store && count > 1 && r == lowest) {
            // later
        } else if (store) {
            emit(x, IR_ST32, (uint8_t)r, base, IR_NONE, at);
        } else if (r == 15) {
            pc = temp(x);
            emit(x, IR_LD32, pc, base, IR_NONE, at);
        } else {
            emit(x, IR_LD32, (uint8_t)r, base, IR_NONE, at);
        }
        at += 4;
    }
    if (!store && count > 1) emit(x, IR_MOV, (uint8_t)lowest, IR_NONE, low, 0);
    if (in->flags & INSN_WB) emit(x, IR_ADD, in->rn, base, IR_IMM, up ? bytes : 0u - bytes);
    if (pc == IR_NONE) return XLATE_NEXT;
    emit(x, IR_GOTO_REG, IR_NONE, pc, IR_NONE, 0)->mode |= IR_INTERWORK;
    return XLATE_END;
}

enum xlate_result xlate_ldst(struct xlate *x, const struct insn *in)
{
    struct access o;
    if (access(in, &o)) return single(x, in, &o);
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
