// Advanced SIMD: between single-precision numbers and integers or fixed-point numbers.
#include "jit/x64/emit_neon_float.h"

enum { ADD = 0x0f58, MUL = 0x0f59, FROM_INT = 0x0f5b, TRUNCATE = (int)0xf3000f5b };
enum { PCMPEQD = P(0x76), PCMPGTD = P(0x66) };

// The bits of 2^n as a single-precision number.
static uint32_t power(int n)
{
    return (uint32_t)(127 + n) << 23;
}

// Rounded once: halves of unsigned numbers are exact, and so is what they are multiplied by.
static void from_int(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 0);
    if (i->mode & IR_UNSIGNED) {
        vec_shift(e, VEC_SHIFT_RIGHT, 2, 1, m, 16);
        vec_shift(e, VEC_SHIFT_LEFT, 2, 0, m, 16);
        vec_shift(e, VEC_SHIFT_RIGHT, 2, 0, 0, 16);
        emit_sse2(e, FROM_INT, 1, x64_r(1));
        emit_sse2(e, FROM_INT, 0, x64_r(0));
        emit_sse3(e, MUL, 1, 1, vecf_constant(e, VECF_65536));
        vec_op(e, ADD, 0, 0, 1);
    } else {
        emit_sse2(e, FROM_INT, 0, x64_r(m));
    }
    if (i->x) {
        vec_constant(e, 1, power(-i->x), 4);
        vec_op(e, MUL, 0, 0, 1);
    }
    vec_result(e, i, 0);
}

// Of what is no NaN, and no denormal.
static void round_to(struct emit *e, unsigned m, unsigned mode)
{
    emit_sse2(e, P3A(0x08), 0, x64_r(m)); // roundps
    x64_byte(&e->a, mode);
}

static void round_float(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 0);
    vecf_nan_is_slow(e, m, m); // and a denormal traps
    round_to(e, m, i->x);
    vec_result(e, i, 0);
}

// Signed: the host finds invalid what does not fit. XMM2: what is left to the handler in any case: for
// unsigned integers whatever is negative or needs the top bit, for fixed point what the multiplication might
// overflow with.
static void to_int(struct emit *e, const struct ir_insn *i)
{
    unsigned m = vec_m(e, i, 0);
    const unsigned fraction = i->mode & IR_ROUND ? 0 : i->x;
    vecf_nan_is_slow(e, m, m); // and a denormal traps
    if (i->mode & IR_UNSIGNED || fraction) {
        vec_constant(e, 1, power(31) - 1, 4);
        if (i->mode & IR_UNSIGNED) {
            vec_op(e, PCMPGTD, 2, m, 1);
            vec_op(e, POR, 2, 2, m);
        } else {
            emit_sse3(e, PAND, 2, m, vecf_constant(e, VECF_ABSOLUTE));
            vec_op(e, PCMPGTD, 2, 2, 1);
        }
        vecf_slow_if_any(e, 2);
    }
    if (fraction) {
        vec_constant(e, 1, power((int)fraction), 4);
        vec_op(e, MUL, 0, m, 1);
        m = 0;
    }
    if (i->mode & IR_ROUND) {
        round_to(e, m, i->x);
        m = 0;
    }
    emit_sse2(e, TRUNCATE, 1, x64_r(m));
    if (e->fp_form & FP_NAN && !(i->mode & IR_UNSIGNED)) {
        emit_sse2(e, MOVAPS, 2, vecf_constant(e, VECF_SIGN));
        vec_op(e, PCMPEQD, 2, 2, 1);
        vecf_slow_if_any(e, 2);
    }
    vec_result(e, i, 1);
}

void emit_vec_fcvt(struct emit *e, const struct ir_insn *i)
{
    const bool rounds = i->mode & IR_ROUND;
    const bool overflows = i->vec == VEC_FCVT_TO && i->x && !rounds && i->mode & IR_UNSIGNED;
    if (e->fp_form & FP_CALL_VECTOR || overflows || (rounds && !host_has(HOST_SSE41))) {
        emit_call(e, i);
        return;
    }
    emit_clobber(e);
    vecf_begin(e, i);
    if (i->vec == VEC_FCVT)
        from_int(e, i);
    else if (i->vec == VEC_FRINT)
        round_float(e, i);
    else
        to_int(e, i);
    vecf_end(e, i);
}
