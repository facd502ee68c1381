// Operations on the bytes or halfwords of a register (A4.4.6), and the packing that goes with them (A4.4.5).
#include "xlate/xlate.h"

static bool uses_pc(const struct insn *in)
{
    return in->rd == 15 || in->rn == 15 || in->rm == 15;
}

struct lanes {
    uint8_t kind, form;
};

static bool lanes(enum op op, struct lanes *o)
{
#define ROW(k)                                                                                               \
    case OP_##k##ADD16: *o = (struct lanes){IR_PAR_##k, IR_LANES_16}; return true;                           \
    case OP_##k##SUB16: *o = (struct lanes){IR_PAR_##k, IR_LANES_16 | IR_LANES_SUB}; return true;            \
    case OP_##k##ASX: *o = (struct lanes){IR_PAR_##k, IR_LANES_16 | IR_LANES_EXCHANGE}; return true;         \
    case OP_##k##SAX:                                                                                        \
        *o = (struct lanes){IR_PAR_##k, IR_LANES_16 | IR_LANES_EXCHANGE | IR_LANES_SUB};                     \
        return true;                                                                                         \
    case OP_##k##ADD8: *o = (struct lanes){IR_PAR_##k, 0}; return true;                                      \
    case OP_##k##SUB8: *o = (struct lanes){IR_PAR_##k, IR_LANES_SUB}; return true;
    switch (op) {
        ROW(S)
        ROW(Q)
        ROW(SH)
        ROW(U)
        ROW(UQ)
        ROW(UH)
    default: return false;
    }
#undef ROW
}

// Rd, Rn, Rm
static enum xlate_result binary(struct xlate *x, const struct insn *in, enum ir_op op)
{
    if (uses_pc(in)) return XLATE_CALL;
    emit(x, op, in->rd, in->rn, in->rm, 0);
    return XLATE_NEXT;
}

static enum xlate_result add_differences(struct xlate *x, const struct insn *in)
{
    if (uses_pc(in) || in->ra == 15) return XLATE_CALL;
    const uint8_t t = temp(x);
    emit(x, IR_USAD8, t, in->rn, in->rm, 0);
    emit(x, IR_ADD, in->rd, in->ra, t, 0);
    return XLATE_NEXT;
}

static enum xlate_result extend_pair(struct xlate *x, const struct insn *in, enum ir_op op, bool adds)
{
    if (in->rd == 15 || in->rm == 15 || (adds && in->rn == 15)) return XLATE_CALL;
    emit(x, op, in->rd, adds ? in->rn : IR_NONE, in->rm, in->imm);
    return XLATE_NEXT;
}

// A halfword of Rn and one of Rm, shifted by a constant.
static enum xlate_result pack(struct xlate *x, const struct insn *in)
{
    if (uses_pc(in)) return XLATE_CALL;
    const bool top_of_n = in->flags & INSN_X;
    uint8_t m = in->rm;
    if (in->shift_n) {
        m = temp(x);
        emit(x, in->shift_type == SHIFT_ASR ? IR_ASR : IR_LSL, m, in->rm, IR_IMM, in->shift_n);
    }
    const uint8_t t = temp(x);
    emit(x, IR_MOV, t, IR_NONE, top_of_n ? in->rn : m, 0);
    emit(x, IR_BFI, t, top_of_n ? m : in->rn, IR_NONE, 16u << 8);
    emit(x, IR_MOV, in->rd, IR_NONE, t, 0);
    return XLATE_NEXT;
}

enum xlate_result xlate_parallel(struct xlate *x, const struct insn *in)
{
    struct lanes o;
    if (lanes(in->op, &o)) {
        if (uses_pc(in)) return XLATE_CALL;
        emit(x, IR_PARALLEL, in->rd, in->rn, in->rm, o.kind)->n = o.form;
        return XLATE_NEXT;
    }
    switch ((enum op)in->op) {
    case OP_SEL: return binary(x, in, IR_SEL);
    case OP_USAD8: return binary(x, in, IR_USAD8);
    case OP_USADA8: return add_differences(x, in);
    case OP_UXTB16: return extend_pair(x, in, IR_UXT8X2, false);
    case OP_SXTB16: return extend_pair(x, in, IR_SXT8X2, false);
    case OP_UXTAB16: return extend_pair(x, in, IR_UXT8X2, true);
    case OP_SXTAB16: return extend_pair(x, in, IR_SXT8X2, true);
    case OP_PKH: return pack(x, in);
    default: return XLATE_CALL;
    }
}
