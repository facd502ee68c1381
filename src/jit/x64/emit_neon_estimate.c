// Advanced SIMD: VRECPE and VRSQRTE of single-precision numbers. The estimate is looked up with the
// fraction's first bits; the exponent is subtracted. Whatever is not a normal number, or has no normal
// result, is the handler's.
#include "jit/x64/emit_neon_float.h"

enum { EXPONENT = 0x7f800000, SIGN = (int)0x80000000, ONE = 1 << 23 }; // ONE: of the exponent

// XMM2's signs are set where a - b is negative, too. XMM0 changes.
static void or_difference(struct emit *e, uint32_t a, unsigned b)
{
    vec_constant(e, 0, a, 4);
    vec_op(e, vec_sub(2), 0, 0, b);
    vec_op(e, POR, 2, 2, 0);
}

// The handler does it if any of the operation's elements has its sign set in XMM2.
static void slow_if_sign(struct emit *e, const struct ir_insn *i)
{
    emit_sse2(e, 0x0f50, RAX, x64_r(2)); // movmskps
    x64_group1(&e->a, 0, 4, x64_r(RAX), i->n == 3 ? 3 : 15);
    fp_slow_if(e, CC_NE);
}

// XMM2 = the table's entries by the numbers in XMM0.
static void gather(struct emit *e, const uint8_t *table)
{
    const struct x64_rm entries = {.mem = true, .base = RCX, .index = 0, .scale = 2};
    x64_op(&e->a, X64_64, 0x8d, RCX, x64_at(&e->a, table)); // lea
    vec_ones(e, 3);
    vec_zero(e, 2);                              // so that nothing waits for what was there
    x64_vex(&e->a, 0, P38(0x90), 2, 3, entries); // vpgatherdd
}

// The exponent becomes 252 or 253 less itself: from 1 to 252 both are normal.
static void reciprocal(struct emit *e, const struct ir_insn *i, unsigned m)
{
    vec_constant(e, 0, EXPONENT, 4);
    vec_op(e, PAND, 2, m, 0);
    vec_constant(e, 0, ONE, 4);
    vec_op(e, vec_sub(2), 2, 2, 0);
    or_difference(e, 251u * ONE, 2);
    slow_if_sign(e, i);
    vec_shift(e, VEC_SHIFT_LEFT, 2, 0, m, 9);
    vec_shift(e, VEC_SHIFT_RIGHT, 2, 0, 0, 24);
    gather(e, e->shared->reciprocals);
    vec_constant(e, 0, EXPONENT, 4);
    vec_op(e, PAND, 0, 0, m);
    vec_op(e, vec_sub(2), 2, 2, 0);
    vec_constant(e, 0, (uint32_t)SIGN, 4);
    vec_op(e, PAND, 0, 0, m);
    vec_op(e, POR, 2, 2, 0);
}

// Half of the exponent; its last bit is one of those that the table is asked with.
static void root(struct emit *e, const struct ir_insn *i, unsigned m)
{
    vec_constant(e, 0, ONE, 4);
    vec_op(e, vec_sub(2), 2, m, 0);
    vec_op(e, POR, 2, 2, m);
    or_difference(e, EXPONENT - 1, m);
    slow_if_sign(e, i);
    vec_shift(e, VEC_SHIFT_LEFT, 2, 0, m, 8);
    vec_shift(e, VEC_SHIFT_RIGHT, 2, 0, 0, 23);
    gather(e, e->shared->roots);
    vec_shift(e, VEC_SHIFT_RIGHT, 2, 0, m, 24);
    vec_shift(e, VEC_SHIFT_LEFT, 2, 0, 0, 23);
    vec_op(e, vec_sub(2), 2, 2, 0);
}

void emit_vec_estimate(struct emit *e, const struct ir_insn *i)
{
    if (e->fp_form & FP_CALL_VECTOR) {
        emit_call(e, i);
        return;
    }
    emit_clobber(e);
    vecf_begin(e, i);
    const unsigned m = vec_m(e, i, 1);
    if (i->vec == VEC_FRECPE)
        reciprocal(e, i, m);
    else
        root(e, i, m);
    vec_result(e, i, 2);
    vecf_end(e, i);
}
