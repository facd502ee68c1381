// Operations on vectors of integers: products, comparisons, extremes, differences, means.
#include "jit/x64/emit_neon.h"

void vec_multiply(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned b, unsigned t)
{
    enum { PMULLW = P(0xd5), PMULLD = P38(0x40), PMULUDQ = P(0xf4), PUNPCKLDQ = P(0x62) };
    if (lane == 1 || (lane == 2 && host_has(HOST_SSE41))) {
        vec_op(e, lane == 1 ? PMULLW : PMULLD, d, a, b);
    } else if (lane == 2) {
        vec_shift(e, VEC_SHIFT_RIGHT, 3, d, a, 32);
        vec_shift(e, VEC_SHIFT_RIGHT, 3, t, b, 32);
        vec_op(e, PMULUDQ, t, t, d);
        vec_op(e, PMULUDQ, d, a, b);
        vec_shuffle(e, PSHUFD, d, x64_r(d), 0x08);
        vec_shuffle(e, PSHUFD, t, x64_r(t), 0x08);
        vec_op(e, PUNPCKLDQ, d, d, t);
    } else { // odd bytes, then even ones
        vec_shift(e, VEC_SHIFT_RIGHT, 1, d, a, 8);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, t, b, 8);
        vec_op(e, PMULLW, t, t, d);
        vec_shift(e, VEC_SHIFT_LEFT, 1, t, t, 8);
        vec_op(e, PMULLW, d, a, b);
        vec_shift(e, VEC_SHIFT_LEFT, 1, d, d, 8);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, d, d, 8);
        vec_op(e, POR, d, d, t);
    }
}

void emit_vec_mul(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 1), n = vec_n(e, i, 0);
    if (i->vec == VEC_MUL && (i->lane == 1 || (i->lane == 2 && host_has(HOST_SSE41)))) {
        vec_last(e, i, i->lane == 1 ? P(0xd5) : P38(0x40), n, x64_r(m), true);
        return;
    }
    vec_multiply(e, i->lane, 2, n, m, 3);
    if (i->vec == VEC_MUL)
        vec_result(e, i, 2);
    else if (i->vec == VEC_MLA)
        vec_last(e, i, vec_add(i->lane), 2, vec_d_rm(e, i, 0), true);
    else
        vec_last(e, i, vec_sub(i->lane), vec_d(e, i, 0), x64_r(2), true);
}

unsigned vec_extreme(bool max, bool u, unsigned lane)
{
    static const uint32_t ops[2][2][3] = {{{P38(0x38), P(0xea), P38(0x39)}, {P(0xda), P38(0x3a), P38(0x3b)}},
                                          {{P38(0x3c), P(0xee), P38(0x3d)}, {P(0xde), P38(0x3e), P38(0x3f)}}};
    return lane == (u ? 0 : 1) || host_has(HOST_SSE41) ? ops[max][u][lane] : 0;
}

void vec_greater(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned b, unsigned t)
{
    const unsigned gt = P(0x64u + lane), max = vec_extreme(true, u, lane);
    if (!u) {
        vec_op(e, gt, d, a, b);
    } else if (max) { // unless b is the largest
        vec_op(e, max, d, a, b);
        vec_op(e, P(0x74u + lane), d, d, b);
        vec_ones(e, t);
        vec_op(e, PXOR, d, d, t);
    } else { // as signed numbers, after the signs have changed
        vec_ones(e, t);
        vec_shift(e, VEC_SHIFT_LEFT, lane, t, t, lane == 1 ? 15 : 31);
        vec_op(e, PXOR, d, a, t);
        vec_op(e, PXOR, t, t, b);
        vec_op(e, gt, d, d, t);
    }
}

void emit_vec_compare(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    const unsigned eq = P(0x74u + i->lane), gt = P(0x64u + i->lane), max = vec_extreme(true, u, i->lane);
    const unsigned n = vec_n(e, i, 0);
    if (i->vec == VEC_CEQ) {
        vec_last(e, i, eq, n, vec_m_rm(e, i, 1), false);
    } else if (i->vec == VEC_TST) {
        emit_sse3(e, PAND, 0, n, vec_m_rm(e, i, 1));
        vec_zero(e, 1);
        vec_op(e, eq, 0, 0, 1);
        vec_ones(e, 1);
        vec_last(e, i, PXOR, 0, x64_r(1), false);
    } else if (i->vec == VEC_CGT && !u) {
        vec_last(e, i, gt, n, vec_m_rm(e, i, 1), false);
    } else if (i->vec == VEC_CGE && i->vm == IR_NONE) {
        vec_ones(e, 1);
        vec_last(e, i, gt, n, x64_r(1), false);
    } else if (i->vec == VEC_CGE && max) {
        emit_sse3(e, max, 2, n, vec_m_rm(e, i, 1));
        vec_last(e, i, eq, 2, x64_r(n), false);
    } else if (i->vec == VEC_CGT) {
        vec_greater(e, u, i->lane, 2, n, vec_m(e, i, 1), 3);
        vec_result(e, i, 2);
    } else {
        vec_greater(e, u, i->lane, 2, vec_m(e, i, 1), n, 3);
        vec_ones(e, 3);
        vec_last(e, i, PXOR, 2, x64_r(3), false);
    }
}

void emit_vec_extreme(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    const unsigned op = vec_extreme(i->vec == VEC_MAX, u, i->lane), n = vec_n(e, i, 0);
    if (op) {
        vec_last(e, i, op, n, vec_m_rm(e, i, 1), true);
        return;
    }
    const unsigned m = vec_m(e, i, 1);
    vec_greater(e, u, i->lane, 2, n, m, 3);
    vec_op(e, PXOR, 3, n, m);
    vec_op(e, PAND, 2, 2, 3);
    vec_last(e, i, PXOR, 2, x64_r(i->vec == VEC_MAX ? m : n), true);
}

void vec_difference(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned b, unsigned t)
{
    const unsigned max = vec_extreme(true, u, lane), min = vec_extreme(false, u, lane);
    if (u && lane < 2) { // saturated at 0 one way round
        vec_op(e, P(0xd8u + lane), d, a, b);
        vec_op(e, P(0xd8u + lane), t, b, a);
        vec_op(e, POR, d, d, t);
    } else if (max) {
        vec_op(e, max, d, a, b);
        vec_op(e, min, t, a, b);
        vec_op(e, vec_sub(lane), d, d, t);
    } else {
        vec_greater(e, u, lane, d, b, a, t);
        vec_op(e, vec_sub(lane), t, a, b);
        vec_op(e, PXOR, t, t, d);
        vec_op(e, vec_sub(lane), t, t, d);
        vec_copy(e, d, t);
    }
}

void emit_vec_difference(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    vec_difference(e, i->mode & IR_UNSIGNED, i->lane, 2, n, m, 3);
    if (i->vec == VEC_ABD)
        vec_result(e, i, 2);
    else
        vec_last(e, i, vec_add(i->lane), 2, vec_d_rm(e, i, 0), true);
}

void vec_absolute(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned t)
{
    if (host_has(HOST_SSSE3)) {
        emit_sse2(e, P38(0x1cu + lane), d, x64_r(a));
        return;
    }
    vec_zero(e, t);
    vec_op(e, P(0x64u + lane), t, t, a);
    vec_op(e, PXOR, d, a, t);
    vec_op(e, vec_sub(lane), d, d, t);
}

void emit_vec_abs(struct emit *e, const struct ir_insn *i)
{
    vec_absolute(e, i->lane, 0, vec_m(e, i, 1), 2);
    vec_result(e, i, 0);
}

// Means of 32-bit elements: (n & m) + (n ^ m) / 2, (n | m) - (n ^ m) / 2, (n ^ m) / 2 - (~n & m).
static void words_mean(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    vec_op(e, PXOR, 2, n, m);
    vec_shift(e, i->mode & IR_UNSIGNED ? VEC_SHIFT_RIGHT : VEC_SHIFT_RIGHT_SIGNED, 2, 2, 2, 1);
    if (i->vec == VEC_HSUB)
        vec_op(e, PANDN, 3, n, m);
    else
        vec_op(e, i->mode & IR_ROUND ? POR : PAND, 3, n, m);
    if (i->vec == VEC_HSUB)
        vec_last(e, i, vec_sub(2), 2, x64_r(3), true);
    else
        vec_last(e, i, i->mode & IR_ROUND ? vec_sub(2) : vec_add(2), 3, x64_r(2), true);
}

// PAVG is the rounded mean of unsigned numbers; others are made of it by inverting bits of the operands and
// the result: all bits of an element, its sign, or all the others.
void emit_vec_mean(struct emit *e, const struct ir_insn *i)
{
    if (i->lane == 2) {
        words_mean(e, i);
        return;
    }
    enum { NONE, ALL, SIGN, REST };
    static const uint8_t flips[3][2][3] = {{{REST, REST, REST}, {ALL, ALL, ALL}},
                                           {{SIGN, SIGN, SIGN}, {NONE, NONE, NONE}},
                                           {{SIGN, REST, SIGN}, {NONE, ALL, SIGN}}};
    static const uint32_t bits[2][4] = {{0, ~0u, 0x80808080, 0x7f7f7f7f}, {0, ~0u, 0x80008000, 0x7fff7fff}};
    const uint8_t *flip = flips[i->vec == VEC_HSUB ? 2 : !!(i->mode & IR_ROUND)][!!(i->mode & IR_UNSIGNED)];
    const unsigned pavg = i->lane ? P(0xe3) : P(0xe0);
    unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1), has = NONE;
    if (flip[0]) {
        vec_constant(e, 2, bits[i->lane][flip[0]], 4);
        vec_op(e, PXOR, 0, n, 2);
        n = 0, has = flip[0];
    }
    if (flip[1]) {
        if (has != flip[1]) vec_constant(e, 2, bits[i->lane][flip[1]], 4);
        vec_op(e, PXOR, 1, m, 2);
        m = 1, has = flip[1];
    }
    if (!flip[2]) {
        vec_last(e, i, pavg, n, x64_r(m), true);
        return;
    }
    vec_op(e, pavg, 0, n, m);
    if (has != flip[2]) vec_constant(e, 2, bits[i->lane][flip[2]], 4);
    vec_last(e, i, PXOR, 0, x64_r(2), false);
}
