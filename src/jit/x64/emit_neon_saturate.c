// Operations on vectors that saturate, and set FPSCR.QC where they do.
#include "jit/x64/emit_neon.h"

// Sums and differences of bytes and 16 bits: where the saturated one is not the wrapped one.
static void short_sum(struct emit *e, const struct ir_insn *i, bool add)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    const unsigned saturating = (i->mode & IR_UNSIGNED ? 0xdcu : 0xecu) - (add ? 0 : 4) + i->lane;
    vec_op(e, P(saturating), 2, n, m);
    vec_op(e, add ? vec_add(i->lane) : vec_sub(i->lane), 3, n, m);
    vec_op(e, PXOR, 3, 3, 2);
    vec_saturated(e, 3, 1);
    vec_result(e, i, 2);
}

static void spread_sign(struct emit *e, unsigned lane, unsigned d, unsigned a)
{
    vec_copy(e, d, a);
    vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 2, d, d, 31);
    if (lane == 3) vec_shuffle(e, PSHUFD, d, x64_r(d), 0xf5);
}

static void topmost_bit(struct emit *e, unsigned lane, unsigned d)
{
    vec_ones(e, d);
    vec_shift(e, VEC_SHIFT_LEFT, lane, d, d, (8u << lane) - 1);
}

// 32 and 64 bits: XMM2 is the wrapped n ± m; XMM1 has the topmost bit set where it is wrong. Signed: the
// operands' signs say so; unsigned: there is a carry or a borrow.
static void wrapped_sum(struct emit *e, bool u, bool add, unsigned lane, unsigned n, unsigned m)
{
    vec_op(e, add ? vec_add(lane) : vec_sub(lane), 2, n, m);
    if (u && add) { // (n & m) | ((n | m) & ~r)
        vec_op(e, POR, 3, n, m);
        vec_op(e, PAND, 1, m, n);
        vec_op(e, PANDN, 0, 2, 3);
        vec_op(e, POR, 1, 1, 0);
    } else if (u) { // (~n & m) | (~(n ^ m) & r)
        vec_op(e, PXOR, 3, n, m);
        vec_op(e, PANDN, 0, n, m);
        vec_op(e, PANDN, 3, 3, 2);
        vec_op(e, POR, 1, 0, 3);
    } else { // (n ^ r) & ~(n ^ m) of a sum, (n ^ r) & (n ^ m) of a difference
        vec_op(e, PXOR, 1, m, n);
        vec_op(e, PXOR, 3, n, 2);
        vec_op(e, add ? PANDN : PAND, 1, 1, 3);
    }
}

// v = n ± m, which may be scratch registers: n XMM0, m XMM1 or, signed, XMM3.
static void long_sum(struct emit *e, const struct ir_insn *i, bool add, unsigned lane, unsigned n, unsigned m)
{
    const bool u = i->mode & IR_UNSIGNED;
    wrapped_sum(e, u, add, lane, n, m);
    spread_sign(e, lane, 1, 1);
    vec_saturated(e, 1, 3);
    if (u) {
        vec_last(e, i, add ? POR : PANDN, 1, x64_r(2), true);
        return;
    }
    spread_sign(e, lane, 0, 2);
    topmost_bit(e, lane, 3);
    vec_op(e, PXOR, 0, 0, 3); // the largest number where the wrong result is negative, else the smallest
    vec_op(e, PXOR, 0, 0, 2);
    vec_op(e, PAND, 0, 0, 1);
    vec_last(e, i, PXOR, 0, x64_r(2), true);
}

void emit_vec_qsum(struct emit *e, const struct ir_insn *i)
{
    const bool add = i->vec == VEC_QADD;
    if (i->lane < 2) {
        short_sum(e, i, add);
        return;
    }
    const unsigned n = vec_n(e, i, 0);
    long_sum(e, i, add, i->lane, n, vec_m(e, i, 1));
}

// The smallest number stays negative: its bits are inverted.
void emit_vec_qabs(struct emit *e, const struct ir_insn *i)
{
    vec_absolute(e, i->lane, 0, vec_m(e, i, 1), 2);
    vec_zero(e, 2);
    vec_op(e, P(0x64u + i->lane), 2, 2, 0); // pcmpgt
    vec_saturated(e, 2, 3);
    vec_last(e, i, PXOR, 0, x64_r(2), true);
}

// XMM2 = the result but for saturation, of words: the products' bits 46 … 15, or 62 … 31.
static void high_product(struct emit *e, const struct ir_insn *i)
{
    enum { PMULDQ = P38(0x28), PMULHW = P(0xe5), PMULLW = P(0xd5), PMULHRSW = P38(0x0b) };
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    const bool round = i->mode & IR_ROUND;
    if (i->lane == 1 && round) {
        vec_op(e, PMULHRSW, 2, n, m);
    } else if (i->lane == 1) {
        vec_op(e, PMULLW, 2, n, m);
        vec_op(e, PMULHW, 3, n, m);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 2, 2, 15);
        vec_shift(e, VEC_SHIFT_LEFT, 1, 3, 3, 1);
        vec_op(e, POR, 2, 2, 3);
    } else {
        vec_op(e, PMULDQ, 2, n, m);
        vec_shuffle(e, PSHUFD, 0, x64_r(n), 0xf5);
        vec_shuffle(e, PSHUFD, 1, x64_r(m), 0xf5);
        vec_op(e, PMULDQ, 0, 0, 1);
        if (round) {
            vec_ones(e, 1);
            vec_shift(e, VEC_SHIFT_RIGHT, 3, 1, 1, 63);
            vec_shift(e, VEC_SHIFT_LEFT, 3, 1, 1, 30);
            vec_op(e, vec_add(3), 0, 0, 1);
            vec_op(e, vec_add(3), 2, 2, 1);
        }
        vec_shift(e, VEC_SHIFT_LEFT, 3, 0, 0, 1);
        vec_shift(e, VEC_SHIFT_RIGHT, 3, 2, 2, 31);
        vec_op(e, P3A(0x0e), 2, 2, 0); // pblendw
        x64_byte(&e->a, 0xcc);
    }
}

// Only the product of the two smallest numbers is too large, and it alone gives the smallest: its bits are
// inverted, by XMM1. x: a scratch register, neither XMM0 nor XMM1.
static void saturate_product(struct emit *e, unsigned lane, unsigned x)
{
    topmost_bit(e, lane, 1);
    vec_op(e, lane == 3 ? P38(0x29) : P(0x74u + lane), 1, 1, x); // pcmpeq
    vec_saturated(e, 1, 0);
}

void emit_vec_qdmulh(struct emit *e, const struct ir_insn *i)
{
    high_product(e, i);
    saturate_product(e, i->lane, 2);
    vec_last(e, i, PXOR, 2, x64_r(1), true);
}

void emit_vec_qdmull(struct emit *e, const struct ir_insn *i)
{
    vec_product(e, i);
    vec_op(e, vec_add(i->lane + 1u), 3, 3, 3);
    saturate_product(e, i->lane + 1u, 3);
    if (i->vec == VEC_QDMULL) {
        vec_last(e, i, PXOR, 3, x64_r(1), true);
        return;
    }
    vec_op(e, PXOR, 3, 3, 1);
    long_sum(e, i, i->vec == VEC_QDMLAL, i->lane + 1u, vec_d(e, i, 0), 3);
}

// To the left: XMM0 is the shifted number, XMM3 a mask of those that do not come back as they were.
static void shifted(struct emit *e, const struct ir_insn *i, unsigned m, bool u)
{
    vec_shift_any(e, VEC_SHIFT_LEFT, i->lane, 0, m, i->x, 2);
    vec_shift_any(e, u ? VEC_SHIFT_RIGHT : VEC_SHIFT_RIGHT_SIGNED, i->lane, 3, 0, i->x, 2);
    vec_op(e, i->lane == 3 ? P38(0x29) : P(0x74u + i->lane), 3, 3, m); // pcmpeq
    vec_ones(e, 2);
    vec_op(e, PXOR, 3, 3, 2);
}

void emit_vec_qshl(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    const unsigned m = vec_m(e, i, 1), bits = 8u << i->lane;
    shifted(e, i, m, u || i->vec == VEC_QSHLU);
    if (i->vec == VEC_QSHLU) { // negative numbers become 0
        vec_shift_any(e, VEC_SHIFT_RIGHT_SIGNED, i->lane, 1, m, bits - 1, 2);
        vec_op(e, POR, 3, 3, 1);
        vec_saturated(e, 3, 2);
        vec_op(e, POR, 0, 0, 3);
        vec_last(e, i, PANDN, 1, x64_r(0), true);
        return;
    }
    vec_saturated(e, 3, 2);
    if (u) {
        vec_last(e, i, POR, 0, x64_r(3), true);
        return;
    }
    // The limit on m's side: its sign in all bits but the topmost, which stays.
    vec_shift_any(e, VEC_SHIFT_RIGHT_SIGNED, i->lane, 1, m, bits - 1, 2);
    if (i->lane == 0) {
        vec_constant(e, 2, 0x7f7f7f7f, 4);
    } else {
        vec_ones(e, 2);
        vec_shift(e, VEC_SHIFT_RIGHT, i->lane, 2, 2, 1);
    }
    vec_op(e, PXOR, 1, 1, 2);
    vec_op(e, PXOR, 1, 1, 0);
    vec_op(e, PAND, 1, 1, 3);
    vec_last(e, i, PXOR, 0, x64_r(1), true);
}
