// Multiplies of halfwords, of two at once, of which only the upper word counts; saturation (A4.4.3 – A4.4.5).
#include "xlate/xlate.h"

static bool uses_pc(const struct insn *in)
{
    return in->rd == 15 || in->rn == 15 || in->rm == 15;
}

// Rd = Rn op Rm; with an addend, Q tells when the sum did not fit.
static enum xlate_result halves(struct xlate *x, const struct insn *in, enum ir_op op, bool adds)
{
    if (uses_pc(in) || (adds && in->ra == 15)) return XLATE_CALL;
    const uint8_t t = adds ? temp(x) : in->rd;
    emit(x, op, t, in->rn, in->rm, 0)->n = in->x;
    if (adds) emit(x, IR_ADDQ, in->rd, in->ra, t, 0);
    return XLATE_NEXT;
}

static enum xlate_result dual(struct xlate *x, const struct insn *in, bool adds, bool subtract)
{
    if (uses_pc(in) || (adds && in->ra == 15)) return XLATE_CALL;
    struct ir_insn *i = emit(x, IR_DUAL, in->rd, in->rn, in->rm, 0);
    i->n = !!(in->flags & INSN_X);
    if (adds) i->e = in->ra;
    if (subtract) i->mode |= IR_MINUS;
    return XLATE_NEXT;
}

// RdHi:RdLo += …; n: which halves.
static enum xlate_result into_long(struct xlate *x, const struct insn *in, enum ir_op op, uint8_t n,
                                   bool subtract)
{
    if (uses_pc(in) || in->ra == 15 || in->rd == in->ra) return XLATE_CALL;
    struct ir_insn *i = emit(x, op, in->rd, in->rn, in->rm, 0);
    i->e = in->ra;
    i->n = n;
    if (subtract) i->mode |= IR_MINUS;
    return XLATE_NEXT;
}

// The upper word of (Ra << 32) + Rn * Rm, rounded with INSN_X.
static enum xlate_result high(struct xlate *x, const struct insn *in, bool adds)
{
    if (uses_pc(in) || (adds && in->ra == 15)) return XLATE_CALL;
    const uint8_t first = temp(x); // which multiplications take for themselves
    if (!adds && !(in->flags & INSN_X)) {
        emit(x, IR_SMULL, first, in->rn, in->rm, 0)->e = in->rd;
        return XLATE_NEXT;
    }
    const uint8_t lo = temp(x), hi = temp(x);
    emit(x, IR_MOV, lo, IR_NONE, IR_IMM, in->flags & INSN_X ? 0x80000000 : 0);
    emit(x, IR_MOV, hi, IR_NONE, adds ? in->ra : IR_IMM, 0);
    emit(x, IR_SMLAL, lo, in->rn, in->rm, 0)->e = hi;
    emit(x, IR_MOV, in->rd, IR_NONE, hi, 0);
    return XLATE_NEXT;
}

// Rd = Rm op Rn, or Rm op 2 Rn, which saturates by itself first.
static enum xlate_result saturating(struct xlate *x, const struct insn *in, enum ir_op op, bool doubles)
{
    if (uses_pc(in)) return XLATE_CALL;
    uint8_t n = in->rn;
    if (doubles) {
        n = temp(x);
        emit(x, IR_QADD, n, in->rn, in->rn, 0);
    }
    emit(x, op, in->rd, in->rm, n, 0);
    return XLATE_NEXT;
}

static enum xlate_result saturate(struct xlate *x, const struct insn *in, enum ir_op op)
{
    if (in->rd == 15 || in->rn == 15) return XLATE_CALL;
    uint8_t n = in->rn;
    if (in->shift_n) {
        n = temp(x);
        emit(x, in->shift_type == SHIFT_ASR ? IR_ASR : IR_LSL, n, in->rn, IR_IMM, in->shift_n);
    }
    emit(x, op, in->rd, IR_NONE, n, in->x);
    return XLATE_NEXT;
}

static enum xlate_result saturate16(struct xlate *x, const struct insn *in, enum ir_op op)
{
    if (in->rd == 15 || in->rn == 15) return XLATE_CALL;
    const uint8_t lo = temp(x), hi = temp(x);
    emit(x, IR_ASR, hi, in->rn, IR_IMM, 16);
    emit(x, op, hi, IR_NONE, hi, in->x);
    emit(x, IR_LSL, hi, hi, IR_IMM, 16);
    emit(x, IR_SXT16, lo, IR_NONE, in->rn, 0);
    emit(x, op, lo, IR_NONE, lo, in->x);
    emit(x, IR_UXT16, lo, IR_NONE, lo, 0);
    emit(x, IR_OR, in->rd, lo, hi, 0);
    return XLATE_NEXT;
}

enum xlate_result xlate_dsp(struct xlate *x, const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_SMULXY: return halves(x, in, IR_MULH, false);
    case OP_SMLAXY: return halves(x, in, IR_MULH, true);
    case OP_SMULWY: return halves(x, in, IR_MULW, false);
    case OP_SMLAWY: return halves(x, in, IR_MULW, true);
    case OP_SMLALXY: return into_long(x, in, IR_MULHL, in->x, false);
    case OP_SMUAD: return dual(x, in, false, false);
    case OP_SMUSD: return dual(x, in, false, true);
    case OP_SMLAD: return dual(x, in, true, false);
    case OP_SMLSD: return dual(x, in, true, true);
    case OP_SMLALD: return into_long(x, in, IR_DUALL, !!(in->flags & INSN_X), false);
    case OP_SMLSLD: return into_long(x, in, IR_DUALL, !!(in->flags & INSN_X), true);
    case OP_SMMUL: return high(x, in, false);
    case OP_SMMLA: return high(x, in, true);
    case OP_QADD: return saturating(x, in, IR_QADD, false);
    case OP_QSUB: return saturating(x, in, IR_QSUB, false);
    case OP_QDADD: return saturating(x, in, IR_QADD, true);
    case OP_QDSUB: return saturating(x, in, IR_QSUB, true);
    case OP_SSAT: return saturate(x, in, IR_SSAT);
    case OP_USAT: return saturate(x, in, IR_USAT);
    case OP_SSAT16: return saturate16(x, in, IR_SSAT);
    case OP_USAT16: return saturate16(x, in, IR_USAT);
    default: return XLATE_CALL;
    }
}
