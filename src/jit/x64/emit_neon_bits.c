// Operations on vectors: bits counted.
#include "jit/x64/emit_neon.h"

enum { PSHUFB = P38(0x00), PADDB = P(0xfc), PMINUB = P(0xda) };

// d = what the table says of each lower half of a byte, which are all that x has; d is not x.
static void look_up(struct emit *e, unsigned d, const uint8_t table[16], unsigned x)
{
    emit_sse2(e, 0x0f10, d, vec_table(e, table)); // movups
    vec_op(e, PSHUFB, d, d, x);
}

// The halves of a's bytes: XMM0 the upper ones, XMM2 the lower ones.
static void nibbles(struct emit *e, unsigned a)
{
    vec_constant(e, 3, 0x0f0f0f0f, 4);
    vec_shift(e, VEC_SHIFT_RIGHT, 1, 0, a, 4);
    vec_op(e, PAND, 2, a, 3);
    vec_op(e, PAND, 0, 0, 3);
}

void emit_vec_count(struct emit *e, const struct ir_insn *i)
{
    static const _Alignas(16) uint8_t bits[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    nibbles(e, vec_m(e, i, 1));
    look_up(e, 3, bits, 0);
    look_up(e, 1, bits, 2);
    vec_last(e, i, PADDB, 3, x64_r(1), true);
}

// XMM0 = leading zeros of the elements of a, XMM1 or a home. Of the halves of a number the upper one counts,
// or, if it is zero, the lower one with the other's bits.
static void leading_zeros(struct emit *e, unsigned lane, unsigned a)
{
    static const _Alignas(16) uint8_t upper[16] = {8, 3, 2, 2, 1, 1, 1, 1},
                                      lower[16] = {8, 7, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4};
    nibbles(e, a);
    look_up(e, 3, upper, 0);
    look_up(e, 0, lower, 2);
    vec_op(e, PMINUB, 0, 0, 3);
    for (unsigned half = 0; half < lane; half++) {
        const unsigned bits = 8u << half;
        vec_zero(e, 2);
        vec_op(e, P(0x74u + half), 2, 2, a); // pcmpeq
        vec_shift(e, VEC_SHIFT_RIGHT, half + 1, 2, 2, bits);
        vec_op(e, PAND, 2, 2, 0);
        vec_shift(e, VEC_SHIFT_RIGHT, half + 1, 0, 0, bits);
        vec_op(e, vec_add(half + 1), 0, 0, 2);
    }
}

void emit_vec_leading_zeros(struct emit *e, const struct ir_insn *i)
{
    leading_zeros(e, i->lane, vec_m(e, i, 1));
    vec_result(e, i, 0);
}

// Bits below the sign that are equal to it: leading zeros, but for the sign's, once the sign is taken off.
void emit_vec_leading_signs(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 1);
    vec_zero(e, 0);
    vec_op(e, P(0x64u + i->lane), 0, 0, m); // pcmpgt
    vec_op(e, PXOR, 1, m, 0);
    leading_zeros(e, i->lane, 1);
    vec_ones(e, 1);
    vec_last(e, i, vec_add(i->lane), 0, x64_r(1), false);
}
