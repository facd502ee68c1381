// VFP (A7.5 – A7.8): what programs use most. Arithmetic names its handler: the host's is not always certain
// to give the same answer.
#include "xlate/xlate.h"

static struct ir_insn *vector(struct xlate *x, enum ir_op op, unsigned size, const struct insn *in)
{
    struct ir_insn *i = emit(x, op, IR_NONE, IR_NONE, IR_NONE, x->call);
    i->n = (uint8_t)size;
    i->v = in->rd, i->vn = in->rn, i->vm = in->rm;
    return i;
}

static enum xlate_result arithmetic(struct xlate *x, enum ir_op op, unsigned size, const struct insn *in)
{
    vector(x, op, size, in);
    return XLATE_NEXT;
}

// [Rn + imm], a multiple of 4 (A3.2.1).
static enum xlate_result transfer(struct xlate *x, enum ir_op op, const struct insn *in)
{
    if (in->rn == 15) return XLATE_CALL;
    emit(x, IR_ALIGN, IR_NONE, in->rn, IR_NONE, 4);
    emit(x, op, IR_NONE, in->rn, IR_NONE, in->imm)->v = in->rd;
    return XLATE_NEXT;
}

static enum xlate_result literal(struct xlate *x, enum ir_op op, const struct insn *in)
{
    emit(x, op, IR_NONE, IR_NONE, IR_NONE, (pc_value(x) & ~3u) + in->imm)->v = in->rd;
    return XLATE_NEXT;
}

static enum xlate_result multiple(struct xlate *x, bool store, const struct insn *in)
{
    const unsigned n = in->imm / 2;
    if (in->rn == 15 || in->imm & 1 || !n || in->rd + n > 32) return XLATE_CALL;
    const uint32_t bytes = 8 * n;
    const bool up = in->flags & INSN_ADD;
    emit(x, IR_ALIGN, IR_NONE, in->rn, IR_NONE, 4);
    struct ir_insn *i = emit(x, store ? IR_STVM : IR_LDVM, IR_NONE, in->rn, IR_NONE, up ? 0 : 0u - bytes);
    i->v = in->rd;
    i->n = (uint8_t)n;
    if (in->flags & INSN_WB) emit(x, IR_ADD, in->rn, in->rn, IR_IMM, up ? bytes : 0u - bytes);
    return XLATE_NEXT;
}

static enum xlate_result multiple_s(struct xlate *x, bool store, const struct insn *in)
{
    const unsigned n = in->imm;
    if (in->rn == 15 || !n || in->rd + n > 32) return XLATE_CALL;
    const bool up = in->flags & INSN_ADD;
    uint32_t at = up ? 0 : 0u - 4 * n;
    emit(x, IR_ALIGN, IR_NONE, in->rn, IR_NONE, 4);
    // Nothing changes before all of it is found to be there.
    if (!store && n > 1) {
        emit(x, IR_PROBE, IR_NONE, in->rn, IR_NONE, at);
        emit(x, IR_PROBE, IR_NONE, in->rn, IR_NONE, at + 4 * n - 4)->mode |= IR_ABOVE;
    }
    for (unsigned k = 0; k < n; k++, at += 4)
        emit(x, store ? IR_STV32 : IR_LDV32, IR_NONE, in->rn, IR_NONE, at)->v = (uint8_t)(in->rd + k);
    if (in->flags & INSN_WB) emit(x, IR_ADD, in->rn, in->rn, IR_IMM, up ? 4 * n : 0u - 4 * n);
    return XLATE_NEXT;
}

// Two core registers and two halves of a D register, or two S registers.
static enum xlate_result pair(struct xlate *x, bool to_core, unsigned s, const struct insn *in)
{
    if (in->rm == 15 || in->ra == 15 || s > 30) return XLATE_CALL;
    if (!to_core && s % 2 == 0) { // one store: a load of the whole follows
        emit(x, IR_VPUT64, IR_NONE, in->rm, in->ra, 0)->v = (uint8_t)(s / 2);
        return XLATE_NEXT;
    }
    const uint8_t regs[2] = {in->rm, in->ra};
    for (unsigned k = 0; k < 2; k++) {
        struct ir_insn *i = to_core ? emit(x, IR_VGET, regs[k], IR_NONE, IR_NONE, 0)
                                    : emit(x, IR_VPUT, IR_NONE, regs[k], IR_NONE, 0);
        i->v = (uint8_t)(s + k);
    }
    return XLATE_NEXT;
}

static enum xlate_result core(struct xlate *x, bool to_core, const struct insn *in)
{
    if (in->rm == 15) return XLATE_CALL;
    if (to_core)
        emit(x, IR_VGET, in->rm, IR_NONE, IR_NONE, 0)->v = in->rn;
    else
        emit(x, IR_VPUT, IR_NONE, in->rm, IR_NONE, 0)->v = in->rd;
    return XLATE_NEXT;
}

static enum xlate_result constant(struct xlate *x, unsigned size, const struct insn *in)
{
    vector(x, IR_VCONST, size, in)->imm = in->imm;
    return XLATE_NEXT;
}

static enum xlate_result convert(struct xlate *x, enum ir_op op, unsigned size, const struct insn *in)
{
    struct ir_insn *i = vector(x, op, size, in);
    if (in->flags & INSN_UNS) i->mode |= IR_UNSIGNED;
    return XLATE_NEXT;
}

static enum xlate_result compare(struct xlate *x, unsigned size, bool zero, const struct insn *in)
{
    struct ir_insn *i = vector(x, IR_VCMP, size, in);
    if (zero) i->vm = IR_NONE;
    i->x = in->flags & INSN_X ? 1 : 0;
    return XLATE_NEXT;
}

static enum xlate_result round_to_int(struct xlate *x, unsigned size, const struct insn *in)
{
    if (in->flags & INSN_UNS) return XLATE_CALL;
    vector(x, IR_VCVT_TO_INT, size, in)->x = 1;
    return XLATE_NEXT;
}

static enum xlate_result half(struct xlate *x, enum ir_op op, const struct insn *in)
{
    vector(x, op, 2, in)->x = !!(in->flags & INSN_X);
    return XLATE_NEXT;
}

static enum xlate_result fixed(struct xlate *x, enum ir_op op, unsigned size, const struct insn *in)
{
    struct ir_insn *i = vector(x, op, size, in);
    i->x = (uint8_t)in->imm;
    i->lane = in->size;
    if (in->flags & INSN_UNS) i->mode |= IR_UNSIGNED;
    return XLATE_NEXT;
}

// ROUNDSD's operand: the mode, 4 for MXCSR's, 8 where inexact results are not told.
enum { ROUND_MXCSR = 4, ROUND_QUIET = 8, ROUND_ZERO = 3 };

static enum xlate_result round_float(struct xlate *x, unsigned size, unsigned mode, const struct insn *in)
{
    vector(x, IR_VRINT, size, in)->x = (uint8_t)mode;
    return XLATE_NEXT;
}

static const uint8_t named_modes[] = {0, 2, 1,
                                      3}; // up and down are the other way round; not there: ties away

static enum xlate_result round_named(struct xlate *x, unsigned size, const struct insn *in)
{
    if (in->x >= sizeof named_modes) return XLATE_CALL;
    return round_float(x, size, named_modes[in->x] | ROUND_QUIET, in);
}

static enum xlate_result convert_named(struct xlate *x, unsigned size, const struct insn *in)
{
    if (in->x >= sizeof named_modes) return XLATE_CALL;
    struct ir_insn *i = vector(x, IR_VCVT_TO_INT, size, in);
    i->x = IR_ROUND_NAMED | named_modes[in->x];
    if (in->flags & INSN_UNS) i->mode |= IR_UNSIGNED;
    return XLATE_NEXT;
}

static void select_one(struct xlate *x, unsigned cond, unsigned size, unsigned v, unsigned vm)
{
    struct ir_insn *i = emit(x, IR_IF, IR_NONE, IR_NONE, IR_NONE, 0);
    i->cond = (uint8_t)cond;
    i->reads = IR_NZCV;
    i->n = 1;
    i = emit(x, IR_VMOV, IR_NONE, IR_NONE, IR_NONE, 0);
    i->mode |= IR_CONDITIONAL;
    i->n = (uint8_t)size;
    i->v = (uint8_t)v, i->vm = (uint8_t)vm;
}

// VSEL: vn if the condition holds, else vm.
static enum xlate_result selection(struct xlate *x, unsigned size, const struct insn *in)
{
    static const uint8_t conds[4] = {COND_EQ, COND_VS, COND_GE, COND_GT};
    const unsigned cond = conds[in->x & 3];
    if (x->conditional) return XLATE_CALL; // UNPREDICTABLE
    if (in->rd != in->rn && in->rd != in->rm) {
        struct ir_insn *i = vector(x, IR_VMOV, size, in);
        i->imm = 0;
    }
    if (in->rd != in->rn)
        select_one(x, cond, size, in->rd, in->rn);
    else if (in->rd != in->rm)
        select_one(x, cond ^ 1, size, in->rd, in->rm);
    return XLATE_NEXT;
}

#define SIZES(name, ir)                                                                                      \
    case OP_##name##_S: return arithmetic(x, ir, 2, in);                                                     \
    case OP_##name##_D: return arithmetic(x, ir, 3, in);

enum xlate_result xlate_vfp(struct xlate *x, const struct insn *in)
{
    switch ((enum op)in->op) {
        SIZES(VADD, IR_VADD)
        SIZES(VSUB, IR_VSUB)
        SIZES(VMUL, IR_VMUL)
        SIZES(VDIV, IR_VDIV)
        SIZES(VMLA, IR_VMLA)
        SIZES(VMLS, IR_VMLS)
        SIZES(VFMA, IR_VFMA)
        SIZES(VFMS, IR_VFMS)
        SIZES(VFNMA, IR_VFNMA)
        SIZES(VFNMS, IR_VFNMS)
        SIZES(VNMLA, IR_VNMLA)
        SIZES(VNMLS, IR_VNMLS)
        SIZES(VNMUL, IR_VNMUL)
        SIZES(VSQRT, IR_VSQRT)
        SIZES(VMAXNM, IR_VMAXNM)
        SIZES(VMINNM, IR_VMINNM)
        SIZES(VMOV, IR_VMOV)
        SIZES(VNEG, IR_VNEG)
        SIZES(VABS, IR_VABS)
    case OP_VCMP_S: return compare(x, 2, false, in);
    case OP_VCMP_D: return compare(x, 3, false, in);
    case OP_VCMP_ZERO_S: return compare(x, 2, true, in);
    case OP_VCMP_ZERO_D: return compare(x, 3, true, in);
    case OP_VCVT_S_INT: return convert(x, IR_VCVT_INT, 2, in);
    case OP_VCVT_D_INT: return convert(x, IR_VCVT_INT, 3, in);
    case OP_VCVT_INT_S: return convert(x, IR_VCVT_TO_INT, 2, in);
    case OP_VCVT_INT_D: return convert(x, IR_VCVT_TO_INT, 3, in);
    case OP_VCVT_D_S: return convert(x, IR_VCVT_SIZE, 3, in);
    case OP_VCVT_S_D: return convert(x, IR_VCVT_SIZE, 2, in);
    case OP_VCVT_S_H: return half(x, IR_VCVT_HALF, in);
    case OP_VCVT_H_S: return half(x, IR_VCVT_TO_HALF, in);
    case OP_VCVTR_INT_S: return round_to_int(x, 2, in);
    case OP_VCVTR_INT_D: return round_to_int(x, 3, in);
    case OP_VCVT_S_FIX: return fixed(x, IR_VCVT_FIX, 2, in);
    case OP_VCVT_D_FIX: return fixed(x, IR_VCVT_FIX, 3, in);
    case OP_VCVT_FIX_S: return fixed(x, IR_VCVT_TO_FIX, 2, in);
    case OP_VCVT_FIX_D: return fixed(x, IR_VCVT_TO_FIX, 3, in);
    case OP_VRINTR_S: return round_float(x, 2, ROUND_MXCSR | ROUND_QUIET, in);
    case OP_VRINTR_D: return round_float(x, 3, ROUND_MXCSR | ROUND_QUIET, in);
    case OP_VRINTX_S: return round_float(x, 2, ROUND_MXCSR, in);
    case OP_VRINTX_D: return round_float(x, 3, ROUND_MXCSR, in);
    case OP_VRINTZ_S: return round_float(x, 2, ROUND_ZERO | ROUND_QUIET, in);
    case OP_VRINTZ_D: return round_float(x, 3, ROUND_ZERO | ROUND_QUIET, in);
    case OP_VRINT_S: return round_named(x, 2, in);
    case OP_VRINT_D: return round_named(x, 3, in);
    case OP_VCVT_RINT_S: return convert_named(x, 2, in);
    case OP_VCVT_RINT_D: return convert_named(x, 3, in);
    case OP_VSEL_S: return selection(x, 2, in);
    case OP_VSEL_D: return selection(x, 3, in);
    case OP_VLDM_S: return multiple_s(x, false, in);
    case OP_VSTM_S: return multiple_s(x, true, in);
    case OP_VMOV_SS_CORE: return pair(x, false, in->rd, in);
    case OP_VMOV_CORE_SS: return pair(x, true, in->rn, in);
    case OP_VMOV_IMM_S: return constant(x, 2, in);
    case OP_VMOV_IMM_D: return constant(x, 3, in);
    case OP_VLDR_S: return transfer(x, IR_LDV32, in);
    case OP_VLDR_D: return transfer(x, IR_LDV64, in);
    case OP_VSTR_S: return transfer(x, IR_STV32, in);
    case OP_VSTR_D: return transfer(x, IR_STV64, in);
    case OP_VLDR_LIT_S: return literal(x, IR_LDV32, in);
    case OP_VLDR_LIT_D: return literal(x, IR_LDV64, in);
    case OP_VLDM_D: return multiple(x, false, in);
    case OP_VSTM_D: return multiple(x, true, in);
    case OP_VMOV_S_CORE: return core(x, false, in);
    case OP_VMOV_CORE_S: return core(x, true, in);
    case OP_VMOV_D_CORE: return pair(x, false, 2u * in->rd, in);
    case OP_VMOV_CORE_D: return pair(x, true, 2u * in->rn, in);
    case OP_VMRS_FPSCR:
        if (in->rm == 15) return XLATE_CALL;
        emit(x, IR_VMRS, in->rm, IR_NONE, IR_NONE, 0);
        return XLATE_NEXT;
    case OP_VMSR_FPSCR:
        if (in->rm == 15) return XLATE_LEAVE;
        emit(x, IR_VMSR, IR_NONE, in->rm, IR_NONE, 0);
        return XLATE_NEXT;
    case OP_VMRS_APSR:
        emit(x, IR_VFLAGS, IR_NONE, IR_NONE, IR_NONE, x->call)->sets = IR_NZCV;
        return XLATE_NEXT;
    default: return XLATE_CALL;
    }
}
