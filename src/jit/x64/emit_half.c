// Between half and single precision, VFP's conversions and Advanced SIMD's. The alternative format without
// infinities is the handler's, and so are results that a rounding may have made normal: for ARM they were
// tiny before it.
#include "jit/x64/emit_neon_float.h"

enum {
    TO_SINGLE = P38(0x13), // vcvtph2ps
    TO_HALF = P3A(0x1d),   // vcvtps2ph: its destination is r/m
    MXCSR_MODE = 4,        // TO_HALF's rounding
    UCOMISS = 0x0f2e,
    MOVD = P(0x6e),
    MOVD_TO = P(0x7e),
    PMOVMSKB = P(0xd7),
    PCMPEQW = P(0x75),
    LEAST_NORMAL = 0x0400,
    MAGNITUDE = 0x7fff,
};

static void alternative_is_slow(struct emit *e)
{
    x64_op(&e->a, 0, 0xf7, 0, CPU_FIELD(fpscr)); // test
    x64_u32(&e->a, FPSCR_AHP);
    fp_slow_if(e, CC_NE);
}

static void to_half(struct emit *e, unsigned d, unsigned m, unsigned rounding)
{
    x64_vex(&e->a, 0, TO_HALF, m, 0, x64_r(d));
    x64_byte(&e->a, rounding);
}

// x: the upper half of vm, not the lower.
static void half_to_single(struct emit *e, const struct ir_insn *i)
{
    fp_to_core(e, 2, i->vm, RAX);
    if (i->x)
        x64_op(&e->a, 0, 0xc1, 5, x64_r(RAX)), x64_byte(&e->a, 16); // shr
    else
        x64_op(&e->a, 0, 0x0fb7, RAX, x64_r(RAX)); // movzx
    emit_sse2(e, MOVD, 0, x64_r(RAX));
    emit_sse2(e, TO_SINGLE, 0, x64_r(0));
    fp_result(e, i, 0);
}

// … of v; the other one stays.
static void single_to_half(struct emit *e, const struct ir_insn *i)
{
    fp_to_core(e, 2, i->vm, RAX);
    emit_sse2(e, MOVD, 0, x64_r(RAX));
    if (e->fp_form & FP_NAN) {
        emit_sse2(e, UCOMISS, 0, x64_r(0));
        fp_slow_if(e, CC_P);
    }
    to_half(e, 0, 0, MXCSR_MODE);
    emit_sse2(e, MOVD_TO, 0, x64_r(RAX));
    x64_op(&e->a, 0, 0x8d, RCX, (struct x64_rm){.mem = true, .base = RAX, .index = RAX}); // lea: without sign
    x64_op(&e->a, X64_16, 0x81, 7, x64_r(RCX));                                           // cmp cx
    x64_byte(&e->a, 2 * LEAST_NORMAL & 0xff);
    x64_byte(&e->a, 2 * LEAST_NORMAL >> 8);
    fp_slow_if(e, CC_E);
    fp_to_core(e, 2, i->v, RCX);
    if (i->x) {
        x64_op(&e->a, 0, 0xc1, 4, x64_r(RAX)); // shl
        x64_byte(&e->a, 16);
        x64_op(&e->a, 0, 0x0fb7, RCX, x64_r(RCX)); // movzx
        x64_op(&e->a, 0, 0x0b, RAX, x64_r(RCX));   // or
        x64_mov(&e->a, RCX, RAX);
    } else {
        x64_op(&e->a, X64_16, 0x8b, RCX, x64_r(RAX)); // mov cx, ax
    }
    fp_from_core(e, 2, i->v, RCX);
}

void emit_half(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    fp_begin(e, i);
    alternative_is_slow(e);
    if (i->op == IR_VCVT_HALF)
        half_to_single(e, i);
    else
        single_to_half(e, i);
    fp_end(e, i);
}

static void vector_to_half(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 0);
    vecf_nan_is_slow(e, m, m);
    to_half(e, 2, m, 0);
    vec_constant(e, 1, MAGNITUDE * 0x10001u, 4);
    vec_op(e, PAND, 1, 1, 2);
    vec_constant(e, 3, LEAST_NORMAL * 0x10001u, 4);
    vec_op(e, PCMPEQW, 1, 1, 3);
    emit_sse2(e, PMOVMSKB, RAX, x64_r(1));
    x64_op(&e->a, 0, 0x85, RAX, x64_r(RAX)); // test
    fp_slow_if(e, CC_NE);
    vec_result(e, i, 2);
}

void emit_vec_half(struct emit *e, const struct ir_insn *i)
{
    if (e->fp_form & FP_CALL_VECTOR) {
        emit_call(e, i);
        return;
    }
    emit_clobber(e);
    vecf_begin(e, i);
    alternative_is_slow(e);
    if (i->vec == VEC_FCVT_HALF) {
        emit_sse2(e, TO_SINGLE, 0, x64_r(vec_m(e, i, 1)));
        vecf_nan_is_slow(e, 0, 0);
        vec_result(e, i, 0);
    } else {
        vector_to_half(e, i);
    }
    vecf_end(e, i);
}
