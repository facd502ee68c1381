// Operations on vectors that make wide elements of narrow ones.
#include "jit/x64/emit_neon.h"

enum { PMULLW = P(0xd5), PMULHUW = P(0xe4), PMULHW = P(0xe5), PMULUDQ = P(0xf4), PMULDQ = P38(0x28) };

static unsigned unpack_low(unsigned lane)
{
    return P(0x60u + lane);
}

void vec_widen(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned t)
{
    if (host_has(HOST_SSE41)) {
        static const uint32_t ops[2][3] = {{P38(0x20), P38(0x23), P38(0x25)},
                                           {P38(0x30), P38(0x33), P38(0x35)}};
        emit_sse2(e, ops[u][lane], d, x64_r(a));
    } else if (u) {
        vec_zero(e, t);
        vec_op(e, unpack_low(lane), d, a, t);
    } else if (lane < 2) {
        vec_op(e, unpack_low(lane), d, a, a);
        vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, lane + 1, d, d, 8u << lane);
    } else {
        vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 2, t, a, 31);
        vec_op(e, unpack_low(2), d, a, t);
    }
}

// Of a signed product without SSE4.1: the unsigned one, less each operand where the other is negative.
static void words_signed(struct emit *e, unsigned d, unsigned n, unsigned m)
{
    vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 2, 2, n, 31);
    vec_op(e, PAND, 2, 2, m);
    vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 2, d, m, 31);
    vec_op(e, PAND, d, d, n);
    vec_op(e, vec_add(2), 2, 2, d);
    vec_shift(e, VEC_SHIFT_LEFT, 3, 2, 2, 32);
    vec_op(e, PMULUDQ, d, n, m);
    vec_op(e, vec_sub(3), d, d, 2);
}

void vec_product(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    if (i->lane == 0) {
        vec_widen(e, u, 0, 0, n, 2);
        vec_widen(e, u, 0, 1, m, 2);
        vec_op(e, PMULLW, 3, 0, 1);
    } else if (i->lane == 1) {
        vec_op(e, PMULLW, 3, n, m);
        vec_op(e, u ? PMULHUW : PMULHW, 2, n, m);
        vec_op(e, unpack_low(1), 3, 3, 2);
    } else {
        vec_shuffle(e, PSHUFD, 0, x64_r(n), 0x10); // to elements 0 and 2
        vec_shuffle(e, PSHUFD, 1, x64_r(m), 0x10);
        if (u || host_has(HOST_SSE41))
            vec_op(e, u ? PMULUDQ : PMULDQ, 3, 0, 1);
        else
            words_signed(e, 3, 0, 1);
    }
}

void emit_vec_mull(struct emit *e, const struct ir_insn *i)
{
    vec_product(e, i);
    if (i->vec == VEC_MULL)
        vec_result(e, i, 3);
    else if (i->vec == VEC_MLAL)
        vec_last(e, i, vec_add(i->lane + 1u), 3, vec_d_rm(e, i, 0), true);
    else
        vec_last(e, i, vec_sub(i->lane + 1u), vec_d(e, i, 0), x64_r(3), true);
}

void emit_vec_addl(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED, wide = i->vec == VEC_ADDW || i->vec == VEC_SUBW;
    const bool add = i->vec == VEC_ADDL || i->vec == VEC_ADDW;
    unsigned n = vec_n(e, i, 0);
    if (!wide) {
        vec_widen(e, u, i->lane, 0, n, 2);
        n = 0;
    }
    vec_widen(e, u, i->lane, 1, vec_m(e, i, 1), 2);
    vec_last(e, i, add ? vec_add(i->lane + 1u) : vec_sub(i->lane + 1u), n, x64_r(1), true);
}

void emit_vec_abdl(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    vec_difference(e, i->mode & IR_UNSIGNED, i->lane, 2, n, m, 3);
    vec_widen(e, true, i->lane, 2, 2, 3);
    if (i->vec == VEC_ABDL)
        vec_result(e, i, 2);
    else
        vec_last(e, i, vec_add(i->lane + 1u), 2, vec_d_rm(e, i, 0), true);
}

void emit_vec_shll(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = vec_target(e, i, 0, true);
    const unsigned m = vec_m(e, i, 1);
    vec_widen(e, i->mode & IR_UNSIGNED, i->lane, i->x ? 0 : t, m, 2);
    if (i->x) vec_shift(e, VEC_SHIFT_LEFT, i->lane + 1u, t, 0, i->x);
    vec_result(e, i, t);
}

// Sums of pairs: the upper elements of wide ones, shifted down, and the lower ones.
void emit_vec_paddl(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    const enum vec_shift right = u ? VEC_SHIFT_RIGHT : VEC_SHIFT_RIGHT_SIGNED;
    const unsigned m = vec_m(e, i, 1), bits = 8u << i->lane;
    if (i->lane == 1 && !u) {
        vec_ones(e, 2);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 2, 2, 15);
        vec_op(e, P(0xf5), 2, 2, m); // pmaddwd with ones
    } else if (i->lane == 2 && !u) {
        vec_shuffle(e, PSHUFD, 0, x64_r(m), 0x08);
        vec_shuffle(e, PSHUFD, 2, x64_r(m), 0x0d);
        vec_widen(e, false, 2, 0, 0, 3);
        vec_widen(e, false, 2, 2, 2, 3);
        vec_op(e, vec_add(3), 2, 2, 0);
    } else {
        vec_shift(e, VEC_SHIFT_LEFT, i->lane + 1u, 2, m, bits);
        vec_shift(e, right, i->lane + 1u, 2, 2, bits);
        vec_shift(e, right, i->lane + 1u, 0, m, bits);
        vec_op(e, vec_add(i->lane + 1u), 2, 2, 0);
    }
    if (i->vec == VEC_PADDL)
        vec_result(e, i, 2);
    else
        vec_last(e, i, vec_add(i->lane + 1u), 2, vec_d_rm(e, i, 0), true);
}
