// Advanced SIMD on single-precision numbers. What the host would do otherwise than ARM traps, and goes to the
// handler: invalid operations, denormal operands, tiny results. Two things it does not see by itself, and one
// more instruction makes it see them:
//   - A quiet NaN as an operand: the result must be the default NaN. A signalling comparison of the result
//   with
//     itself is invalid then.
//   - A product just below the least normal number that is rounded up to it: for ARM it was tiny before the
//     rounding. Half of it is tiny for the host; so is that of some products which were right.
// The destination changes last, so that the handler finds the operands.
#include "jit/x64/emit_neon_float.h"

enum {
    AND = 0x0f54,
    OR = 0x0f56,
    ADD = 0x0f58,
    MUL = 0x0f59,
    SUB = 0x0f5c,
    MIN = 0x0f5d,
    MAX = 0x0f5f,
    CMP = 0x0fc2,
    MOVMSK = 0x0f50,
    MOVQ = (int)0xf3000f7e,
    SHUF = 0x0fc6,
    FMADD = P38(0xb8),
    FNMADD = P38(0xbc),
};

void vecf_begin(struct emit *e, const struct ir_insn *i)
{
    emit_fp_mode(e, FP_STANDARD);
    // A trap goes on behind the operation: what saves flags must be in front of it.
    if (e->fp_form & FP_NAN) emit_clobber(e);
    emit_site(e, i);
    e->slow_from = e->nslow;
    e->vector_sources = false; // what is loaded from here on is not when it traps
}

void vecf_end(struct emit *e, const struct ir_insn *i)
{
    fp_end_compare(e, i, FP_VECTOR_OP);
}

void vecf_compare(struct emit *e, enum vecf_predicate p, unsigned d, unsigned a, struct x64_rm b)
{
    emit_sse3(e, CMP, d, a, b);
    x64_byte(&e->a, p);
}

void vecf_slow_if_any(struct emit *e, unsigned mask)
{
    emit_sse2(e, MOVMSK, RAX, x64_r(mask));
    x64_op(&e->a, 0, 0x85, RAX, x64_r(RAX)); // test
    fp_slow_if(e, CC_NE);
}

struct x64_rm vecf_constant(const struct emit *e, enum vecf_constant k)
{
    return x64_at(&e->a, e->shared->floats + 16 * k);
}

void vecf_nan_is_slow(struct emit *e, unsigned a, unsigned b)
{
    if (e->fp_form & FP_NAN) {
        vecf_compare(e, VECF_UNORDERED, 3, a, x64_r(b));
        vecf_slow_if_any(e, 3);
    } else {
        vecf_compare(e, VECF_LESS, 3, a, x64_r(b));
    }
}

static void tiny_is_slow(struct emit *e, unsigned product)
{
    emit_sse3(e, MUL, 3, product, vecf_constant(e, VECF_HALF));
}

static void product(struct emit *e, const struct ir_insn *i, unsigned d)
{
    const unsigned n = vec_n(e, i, 0);
    const struct x64_rm m = vec_m_rm(e, i, 1);
    if (i->mode & IR_SCALAR && i->n == 3) emit_sse2(e, MOVQ, 1, m); // no infinity times the zeros above
    emit_sse3(e, MUL, d, n, m);
    tiny_is_slow(e, d);
}

static void result(struct emit *e, const struct ir_insn *i, unsigned xmm)
{
    vecf_nan_is_slow(e, xmm, xmm);
    vec_result(e, i, xmm);
}

static void binary(struct emit *e, const struct ir_insn *i)
{
    if (i->vec == VEC_FMUL) {
        product(e, i, 0);
    } else {
        const unsigned n = vec_n(e, i, 0);
        emit_sse3(e, i->vec == VEC_FADD ? ADD : SUB, 0, n, vec_m_rm(e, i, 1));
    }
    result(e, i, 0);
}

static void difference(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0);
    emit_sse3(e, SUB, 0, n, vec_m_rm(e, i, 1));
    vecf_nan_is_slow(e, 0, 0);
    emit_sse3(e, AND, 0, 0, vecf_constant(e, VECF_ABSOLUTE));
    vec_result(e, i, 0);
}

static void accumulate(struct emit *e, const struct ir_insn *i)
{
    product(e, i, 0);
    if (i->vec == VEC_FMLA) {
        emit_sse3(e, ADD, 0, 0, vec_d_rm(e, i, 1));
        result(e, i, 0);
    } else {
        emit_sse3(e, SUB, 1, vec_d(e, i, 1), x64_r(0));
        result(e, i, 1);
    }
}

static void fused(struct emit *e, const struct ir_insn *i)
{
    vec_copy(e, 0, vec_d(e, i, 0));
    const unsigned n = vec_n(e, i, 1);
    x64_vex(&e->a, 0, i->vec == VEC_FFMA ? FMADD : FNMADD, 0, n, vec_m_rm(e, i, 2));
    tiny_is_slow(e, 0);
    result(e, i, 0);
}

// Newton's steps: 2 - n * m, (3 - n * m) / 2.
static void step(struct emit *e, const struct ir_insn *i)
{
    product(e, i, 0);
    emit_sse2(e, MOVAPS, 1, vecf_constant(e, i->vec == VEC_FRECPS ? VECF_TWO : VECF_THREE));
    vec_op(e, SUB, 1, 1, 0);
    if (i->vec == VEC_FRSQRTS) emit_sse3(e, MUL, 1, 1, vecf_constant(e, VECF_HALF));
    result(e, i, 1);
}

// The host takes the second of two zeros, so both orders are tried: +0 is the greater one.
static void extreme(struct emit *e, bool max, unsigned n, unsigned m, unsigned d)
{
    if (e->fp_form & FP_NAN) vecf_nan_is_slow(e, n, m);
    vec_op(e, max ? MAX : MIN, 2, n, m);
    vec_op(e, max ? MAX : MIN, d, m, n);
    vec_op(e, max ? AND : OR, d, d, 2);
}

// Elements in pairs become operands: the even ones in XMM0, the odd ones in XMM1.
static void pairs(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    vec_op(e, PUNPCKLQDQ, 0, n, m);
    vec_shuffle(e, PSHUFD, 1, x64_r(0), 0xdd);
    vec_shuffle(e, PSHUFD, 0, x64_r(0), 0x88);
}

static void pairwise(struct emit *e, const struct ir_insn *i)
{
    pairs(e, i);
    if (i->vec == VEC_FPADD) {
        vec_op(e, ADD, 0, 0, 1);
        vecf_nan_is_slow(e, 0, 0);
    } else {
        extreme(e, i->vec == VEC_FPMAX, 0, 1, 3);
        vec_copy(e, 0, 3);
    }
    finish_xmm(e, 3, i->v, 0);
}

// A NaN is invalid for the ordered comparisons, as on ARM; beside it the host overlooks a denormal.
static void compare(struct emit *e, const struct ir_insn *i)
{
    unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    if (i->vec == VEC_FACGE || i->vec == VEC_FACGT) {
        emit_sse3(e, AND, 0, n, vecf_constant(e, VECF_ABSOLUTE));
        emit_sse3(e, AND, 1, m, vecf_constant(e, VECF_ABSOLUTE));
        n = 0, m = 1;
    }
    if (i->vec == VEC_FCEQ || e->fp_form & FP_NAN) vecf_nan_is_slow(e, n, m);
    const bool greater = i->vec == VEC_FCGT || i->vec == VEC_FACGT;
    if (i->vec == VEC_FCEQ)
        vecf_compare(e, VECF_EQUAL, 2, n, x64_r(m));
    else
        vecf_compare(e, greater ? VECF_LESS : VECF_LESS_EQUAL, 2, m, x64_r(n));
    vec_result(e, i, 2);
}

void emit_vec_float(struct emit *e, const struct ir_insn *i)
{
    if (e->fp_form & FP_CALL_VECTOR) {
        emit_call(e, i);
        return;
    }
    vecf_begin(e, i);
    switch ((enum ir_vec)i->vec) {
    case VEC_FADD:
    case VEC_FSUB:
    case VEC_FMUL: binary(e, i); break;
    case VEC_FABD: difference(e, i); break;
    case VEC_FMLA:
    case VEC_FMLS: accumulate(e, i); break;
    case VEC_FFMA:
    case VEC_FFMS: fused(e, i); break;
    case VEC_FRECPS:
    case VEC_FRSQRTS: step(e, i); break;
    case VEC_FMAX:
    case VEC_FMIN: {
        const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
        extreme(e, i->vec == VEC_FMAX, n, m, 3);
        vec_result(e, i, 3);
        break;
    }
    case VEC_FPADD:
    case VEC_FPMAX:
    case VEC_FPMIN: pairwise(e, i); break;
    default: compare(e, i); break;
    }
    vecf_end(e, i);
}

void emit_vec_fsign(struct emit *e, const struct ir_insn *i)
{
    const bool negate = i->vec == VEC_FNEG;
    vec_last(e, i, negate ? PXOR : PAND, vec_m(e, i, 0), vecf_constant(e, negate ? VECF_SIGN : VECF_ABSOLUTE),
             !negate);
}
