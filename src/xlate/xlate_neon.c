// Advanced SIMD data processing (A7.4): which operation on vectors an instruction is.
#include "ir/vector.h"
#include "xlate/xlate.h"

enum how {
    PLAIN = 1,
    ROUND = 2,
    SCALAR = 4,
    AMOUNT = 8,      // the immediate is a shift
    ZERO_N = 16,     // the first source is zeros
    ZERO_M = 32,     // the second is, and the instruction's Vm the first
    CONSTANT = 64,   // the immediate is a constant
    FROM_CORE = 128, // the instruction's Rm is a core register
    TO_CORE = 256,
};

static const struct row {
    uint8_t vec;
    uint16_t how;
    uint8_t x;
} rows[OP_COUNT] = {
    [OP_VAND] = {VEC_AND, PLAIN, 0},
    [OP_VBIC] = {VEC_BIC, PLAIN, 0},
    [OP_VORR] = {VEC_ORR, PLAIN, 0},
    [OP_VORN] = {VEC_ORN, PLAIN, 0},
    [OP_VEOR] = {VEC_EOR, PLAIN, 0},
    [OP_VBSL] = {VEC_BSL, PLAIN, 0},
    [OP_VBIT] = {VEC_BIT, PLAIN, 0},
    [OP_VBIF] = {VEC_BIF, PLAIN, 0},
    [OP_VMVN] = {VEC_ORN, ZERO_N, 0},
    [OP_VADD_I] = {VEC_ADD, PLAIN, 0},
    [OP_VSUB_I] = {VEC_SUB, PLAIN, 0},
    [OP_VMUL_I] = {VEC_MUL, PLAIN, 0},
    [OP_VMUL_I_SC] = {VEC_MUL, SCALAR, 0},
    [OP_VMLA_I] = {VEC_MLA, PLAIN, 0},
    [OP_VMLA_I_SC] = {VEC_MLA, SCALAR, 0},
    [OP_VMLS_I] = {VEC_MLS, PLAIN, 0},
    [OP_VMLS_I_SC] = {VEC_MLS, SCALAR, 0},
    [OP_VCEQ_I] = {VEC_CEQ, PLAIN, 0},
    [OP_VCGT_I] = {VEC_CGT, PLAIN, 0},
    [OP_VCGE_I] = {VEC_CGE, PLAIN, 0},
    [OP_VCEQ_ZERO_I] = {VEC_CEQ, ZERO_M, 0},
    [OP_VCGT_ZERO_I] = {VEC_CGT, ZERO_M, 0},
    [OP_VCGE_ZERO_I] = {VEC_CGE, ZERO_M, 0},
    [OP_VCLE_ZERO_I] = {VEC_CGE, ZERO_N, 0},
    [OP_VCLT_ZERO_I] = {VEC_CGT, ZERO_N, 0},
    [OP_VTST] = {VEC_TST, PLAIN, 0},
    [OP_VMAX_I] = {VEC_MAX, PLAIN, 0},
    [OP_VMIN_I] = {VEC_MIN, PLAIN, 0},
    [OP_VABD_I] = {VEC_ABD, PLAIN, 0},
    [OP_VABA] = {VEC_ABA, PLAIN, 0},
    [OP_VABS_I] = {VEC_ABS, PLAIN, 0},
    [OP_VNEG_I] = {VEC_SUB, ZERO_N, 0},
    [OP_VHADD] = {VEC_HADD, PLAIN, 0},
    [OP_VRHADD] = {VEC_HADD, ROUND, 0},
    [OP_VHSUB] = {VEC_HSUB, PLAIN, 0},
    [OP_VSHL_IMM] = {VEC_SHL, AMOUNT, 0},
    [OP_VSHR] = {VEC_SHR, AMOUNT, 0},
    [OP_VSRA] = {VEC_SRA, AMOUNT, 0},
    [OP_VRSHR] = {VEC_SHR, AMOUNT | ROUND, 0},
    [OP_VRSRA] = {VEC_SRA, AMOUNT | ROUND, 0},
    [OP_VSLI] = {VEC_SLI, AMOUNT, 0},
    [OP_VSRI] = {VEC_SRI, AMOUNT, 0},
    [OP_VADDL] = {VEC_ADDL, PLAIN, 0},
    [OP_VSUBL] = {VEC_SUBL, PLAIN, 0},
    [OP_VABDL] = {VEC_ABDL, PLAIN, 0},
    [OP_VABAL] = {VEC_ABAL, PLAIN, 0},
    [OP_VMLAL] = {VEC_MLAL, PLAIN, 0},
    [OP_VMLSL] = {VEC_MLSL, PLAIN, 0},
    [OP_VADDW] = {VEC_ADDW, PLAIN, 0},
    [OP_VSUBW] = {VEC_SUBW, PLAIN, 0},
    [OP_VADDHN] = {VEC_ADDHN, PLAIN, 0},
    [OP_VSUBHN] = {VEC_SUBHN, PLAIN, 0},
    [OP_VMULL_I] = {VEC_MULL, PLAIN, 0},
    [OP_VMULL_SC] = {VEC_MULL, SCALAR, 0},
    [OP_VMLAL_SC] = {VEC_MLAL, SCALAR, 0},
    [OP_VMLSL_SC] = {VEC_MLSL, SCALAR, 0},
    [OP_VRADDHN] = {VEC_ADDHN, ROUND, 0},
    [OP_VRSUBHN] = {VEC_SUBHN, ROUND, 0},
    [OP_VSHLL] = {VEC_SHLL, AMOUNT, 0},
    [OP_VMOVN] = {VEC_SHRN, PLAIN, 0},
    [OP_VSHRN] = {VEC_SHRN, AMOUNT, 0},
    [OP_VRSHRN] = {VEC_SHRN, AMOUNT | ROUND, 0},
    [OP_VQMOVN] = {VEC_QSHRN, PLAIN, 0},
    [OP_VQMOVUN] = {VEC_QSHRUN, PLAIN, 0},
    [OP_VQSHRN] = {VEC_QSHRN, AMOUNT, 0},
    [OP_VQRSHRN] = {VEC_QSHRN, AMOUNT | ROUND, 0},
    [OP_VQSHRUN] = {VEC_QSHRUN, AMOUNT, 0},
    [OP_VQRSHRUN] = {VEC_QSHRUN, AMOUNT | ROUND, 0},
    [OP_VPADD_I] = {VEC_PADD, PLAIN, 0},
    [OP_VPMAX_I] = {VEC_PMAX, PLAIN, 0},
    [OP_VPMIN_I] = {VEC_PMIN, PLAIN, 0},
    [OP_VPADDL] = {VEC_PADDL, PLAIN, 0},
    [OP_VPADAL] = {VEC_PADAL, PLAIN, 0},
    [OP_VREV16] = {VEC_REV, PLAIN, 1},
    [OP_VREV32] = {VEC_REV, PLAIN, 2},
    [OP_VREV64] = {VEC_REV, PLAIN, 3},
    [OP_VEXT] = {VEC_EXT, AMOUNT, 0},
    [OP_VTBL] = {VEC_TBL, PLAIN, 0},
    [OP_VTBX] = {VEC_TBX, PLAIN, 0},
    [OP_VSWP] = {VEC_SWP, PLAIN, 0},
    [OP_VTRN] = {VEC_TRN, PLAIN, 0},
    [OP_VZIP] = {VEC_ZIP, PLAIN, 0},
    [OP_VUZP] = {VEC_UZP, PLAIN, 0},
    [OP_VQADD] = {VEC_QADD, PLAIN, 0},
    [OP_VQSUB] = {VEC_QSUB, PLAIN, 0},
    [OP_VQNEG] = {VEC_QSUB, ZERO_N, 0},
    [OP_VQABS] = {VEC_QABS, PLAIN, 0},
    [OP_VQSHL_IMM] = {VEC_QSHL, AMOUNT, 0},
    [OP_VQSHLU] = {VEC_QSHLU, AMOUNT, 0},
    [OP_VQDMULH] = {VEC_QDMULH, PLAIN, 0},
    [OP_VQDMULH_SC] = {VEC_QDMULH, SCALAR, 0},
    [OP_VQRDMULH] = {VEC_QDMULH, ROUND, 0},
    [OP_VQRDMULH_SC] = {VEC_QDMULH, SCALAR | ROUND, 0},
    [OP_VQDMLAL] = {VEC_QDMLAL, PLAIN, 0},
    [OP_VQDMLAL_SC] = {VEC_QDMLAL, SCALAR, 0},
    [OP_VQDMLSL] = {VEC_QDMLSL, PLAIN, 0},
    [OP_VQDMLSL_SC] = {VEC_QDMLSL, SCALAR, 0},
    [OP_VQDMULL] = {VEC_QDMULL, PLAIN, 0},
    [OP_VQDMULL_SC] = {VEC_QDMULL, SCALAR, 0},
    [OP_VCNT] = {VEC_CNT, PLAIN, 0},
    [OP_VCLZ] = {VEC_CLZ, PLAIN, 0},
    [OP_VCLS] = {VEC_CLS, PLAIN, 0},
    [OP_VSHL_REG] = {VEC_SHIFT, PLAIN, 0},
    [OP_VQSHL_REG] = {VEC_QSHIFT, PLAIN, 0},
    [OP_VQRSHL] = {VEC_QSHIFT, ROUND, 0},
    [OP_VRSHL] = {VEC_SHIFT, ROUND, 0},
    [OP_AESE] = {VEC_AESE, PLAIN, 0},
    [OP_AESD] = {VEC_AESD, PLAIN, 0},
    [OP_AESMC] = {VEC_AESMC, PLAIN, 0},
    [OP_AESIMC] = {VEC_AESIMC, PLAIN, 0},
    [OP_SHA1C] = {VEC_SHA1C, PLAIN, 0},
    [OP_SHA1P] = {VEC_SHA1P, PLAIN, 0},
    [OP_SHA1M] = {VEC_SHA1M, PLAIN, 0},
    [OP_SHA1H] = {VEC_SHA1H, PLAIN, 0},
    [OP_SHA1SU0] = {VEC_SHA1SU0, PLAIN, 0},
    [OP_SHA1SU1] = {VEC_SHA1SU1, PLAIN, 0},
    [OP_SHA256H] = {VEC_SHA256H, PLAIN, 0},
    [OP_SHA256H2] = {VEC_SHA256H2, PLAIN, 0},
    [OP_SHA256SU0] = {VEC_SHA256SU0, PLAIN, 0},
    [OP_SHA256SU1] = {VEC_SHA256SU1, PLAIN, 0},
    [OP_VMULL_P64] = {VEC_PMULL, PLAIN, 0},
    [OP_VMOV_IMM] = {VEC_CONST, CONSTANT, 0},
    [OP_VMOV_IMM64] = {VEC_CONST64, CONSTANT, 0},
    [OP_VORR_IMM] = {VEC_ORI, CONSTANT, 0},
    [OP_VBIC_IMM] = {VEC_BICI, CONSTANT, 0},
    [OP_VDUP_LANE] = {VEC_DUPL, PLAIN, 0},
    [OP_VDUP_CORE] = {VEC_DUP, FROM_CORE, 0},
    [OP_VMOV_LANE_CORE] = {VEC_PUT, FROM_CORE, 0},
    [OP_VMOV_CORE_LANE] = {VEC_GET, TO_CORE, 0},
    [OP_VADD_F] = {VEC_FADD, PLAIN, 0},
    [OP_VSUB_F] = {VEC_FSUB, PLAIN, 0},
    [OP_VMUL_F] = {VEC_FMUL, PLAIN, 0},
    [OP_VMUL_F_SC] = {VEC_FMUL, SCALAR, 0},
    [OP_VMLA_F] = {VEC_FMLA, PLAIN, 0},
    [OP_VMLA_F_SC] = {VEC_FMLA, SCALAR, 0},
    [OP_VMLS_F] = {VEC_FMLS, PLAIN, 0},
    [OP_VMLS_F_SC] = {VEC_FMLS, SCALAR, 0},
    [OP_VFMA_F] = {VEC_FFMA, PLAIN, 0},
    [OP_VFMS_F] = {VEC_FFMS, PLAIN, 0},
    [OP_VABD_F] = {VEC_FABD, PLAIN, 0},
    [OP_VMAX_F] = {VEC_FMAX, PLAIN, 0},
    [OP_VMIN_F] = {VEC_FMIN, PLAIN, 0},
    [OP_VMAXNM_F] = {VEC_FMAX, PLAIN, 0},
    [OP_VMINNM_F] = {VEC_FMIN, PLAIN, 0},
    [OP_VCEQ_F] = {VEC_FCEQ, PLAIN, 0},
    [OP_VCGE_F] = {VEC_FCGE, PLAIN, 0},
    [OP_VCGT_F] = {VEC_FCGT, PLAIN, 0},
    [OP_VACGE_F] = {VEC_FACGE, PLAIN, 0},
    [OP_VACGT_F] = {VEC_FACGT, PLAIN, 0},
    [OP_VCEQ_ZERO_F] = {VEC_FCEQ, ZERO_M, 0},
    [OP_VCGE_ZERO_F] = {VEC_FCGE, ZERO_M, 0},
    [OP_VCGT_ZERO_F] = {VEC_FCGT, ZERO_M, 0},
    [OP_VCLE_ZERO_F] = {VEC_FCGE, ZERO_N, 0},
    [OP_VCLT_ZERO_F] = {VEC_FCGT, ZERO_N, 0},
    [OP_VABS_F] = {VEC_FABS, PLAIN, 0},
    [OP_VNEG_F] = {VEC_FNEG, PLAIN, 0},
    [OP_VPADD_F] = {VEC_FPADD, PLAIN, 0},
    [OP_VPMAX_F] = {VEC_FPMAX, PLAIN, 0},
    [OP_VPMIN_F] = {VEC_FPMIN, PLAIN, 0},
    [OP_VRECPE_F] = {VEC_FRECPE, PLAIN, 0},
    [OP_VRSQRTE_F] = {VEC_FRSQRTE, PLAIN, 0},
    [OP_VRECPS_F] = {VEC_FRECPS, PLAIN, 0},
    [OP_VRSQRTS_F] = {VEC_FRSQRTS, PLAIN, 0},
    [OP_VCVT_F_INT] = {VEC_FCVT, PLAIN, 0},
    [OP_VCVT_F_FIX] = {VEC_FCVT, AMOUNT, 0},
    [OP_VCVT_F32_F16] = {VEC_FCVT_HALF, PLAIN, 0},
    [OP_VCVT_F16_F32] = {VEC_FCVT_TO_HALF, PLAIN, 0},
    [OP_VCVT_INT_F] = {VEC_FCVT_TO, PLAIN, 0},
    [OP_VCVT_INT_F_R] = {VEC_FCVT_TO, ROUND, 0},
    [OP_VRINT_F] = {VEC_FRINT, PLAIN, 0},
    [OP_VCVT_FIX_F] = {VEC_FCVT_TO, AMOUNT, 0},
};

// A register of the given size out of the number of a D register.
static uint8_t number(uint8_t role, uint8_t v, uint8_t own)
{
    if (!role) return IR_NONE;
    const uint8_t size = role & IR_V_SIZE;
    return size == IR_V_Q || (size == IR_V_OWN && own == 4) ? v >> 1 : v;
}

// ROUNDPS's operand for a rounding mode of the manual's: bit 3 where inexact results are not told. False: it
// has none.
static bool rounding(struct ir_insn *i, const struct insn *in)
{
    static const uint8_t modes[] = {0, 2, 1, 3}; // not there: to nearest, ties away
    if (in->x >= sizeof modes) return false;
    i->x = modes[in->x] | (in->op == OP_VRINT_F && !(in->flags & INSN_X) ? 8 : 0);
    return true;
}

enum xlate_result xlate_neon(struct xlate *x, const struct insn *in)
{
    const struct row *row = &rows[in->op];
    if (!row->how || (row->how & (FROM_CORE | TO_CORE) && in->rm == 15)) return XLATE_CALL;
    struct ir_insn *i = emit(x, IR_VEC, IR_NONE, IR_NONE, IR_NONE, row->how & CONSTANT ? in->imm : x->call);
    i->vec = row->vec;
    i->lane = in->size;
    i->n = in->flags & INSN_Q ? 4 : 3;
    if (in->flags & INSN_UNS) i->mode |= IR_UNSIGNED;
    if (row->how & ROUND) i->mode |= IR_ROUND;
    if (row->how & SCALAR) i->mode |= IR_SCALAR;
    i->x = row->how & AMOUNT ? (uint8_t)in->imm : row->x ? row->x : in->x;
    if ((in->op == OP_VRINT_F || in->op == OP_VCVT_INT_F_R) && !rounding(i, in)) return XLATE_CALL;
    const struct ir_vroles roles = ir_vector_roles(i);
    // What is UNPREDICTABLE is as the handler does it.
    if (roles.vm & IR_V_W && in->rd == in->rm) return XLATE_CALL;
    if ((i->vec == VEC_TBL || i->vec == VEC_TBX) && in->rn + in->x > 32) return XLATE_CALL;
    i->v = number(roles.v, in->rd, i->n);
    i->vn = number(roles.vn, row->how & ZERO_M ? in->rm : in->rn, i->n);
    i->vm = number(roles.vm, in->rm, i->n);
    if (row->how & ZERO_N) i->vn = IR_NONE;
    if (row->how & ZERO_M) i->vm = IR_NONE;
    if (row->how & FROM_CORE) i->a = in->rm;
    if (row->how & TO_CORE) i->d = in->rm;
    // A register or'ed with itself is how a copy is written.
    if (i->vec == VEC_ORR && i->vn == i->vm) i->vec = VEC_MOV, i->vn = IR_NONE;
    return XLATE_NEXT;
}
