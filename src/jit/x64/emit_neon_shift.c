// Operations on vectors: shifts.
#include "jit/x64/emit_neon.h"

enum { PUNPCKLBW = P(0x60), PUNPCKHBW = P(0x68), PACKSSWB = P(0x63) };

static unsigned bits_of(unsigned lane)
{
    return 8u << lane;
}

// d = bytes as signed 16-bit elements, t = the upper ones, moved to the right.
static void bytes_right(struct emit *e, unsigned d, unsigned a, unsigned by, unsigned t)
{
    vec_op(e, PUNPCKHBW, t, a, a);
    vec_op(e, PUNPCKLBW, d, a, a);
    vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 1, t, t, 8 + by);
    vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 1, d, d, 8 + by);
}

void vec_shift_any(struct emit *e, enum vec_shift kind, unsigned lane, unsigned d, unsigned a, unsigned by,
                   unsigned t)
{
    if (lane == 0 && kind == VEC_SHIFT_RIGHT_SIGNED) {
        bytes_right(e, d, a, by, t);
        vec_op(e, PACKSSWB, d, d, t);
    } else if (lane == 0) {
        const uint32_t byte = kind == VEC_SHIFT_LEFT ? 0xffu << by & 0xff : 0xffu >> by;
        vec_shift(e, kind, 1, d, a, by);
        vec_constant(e, t, byte * 0x01010101u, 4);
        vec_op(e, PAND, d, d, t);
    } else if (lane == 3 && kind == VEC_SHIFT_RIGHT_SIGNED) { // inverted where negative, and back
        vec_shift(e, kind, 2, t, a, 31);
        vec_shuffle(e, PSHUFD, t, x64_r(t), 0xf5);
        vec_op(e, PXOR, d, a, t);
        vec_shift(e, VEC_SHIFT_RIGHT, 3, d, d, by);
        vec_op(e, PXOR, d, d, t);
    } else {
        vec_shift(e, kind, lane, d, a, by);
    }
}

void vec_shift_round(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned by, unsigned t)
{
    const unsigned bits = bits_of(lane);
    if (u && lane < 2) {
        vec_shift_any(e, VEC_SHIFT_RIGHT, lane, d, a, by - 1, t);
        vec_zero(e, t);
        vec_op(e, lane ? P(0xe3) : P(0xe0), d, d, t); // pavg
    } else if (lane == 0) {
        bytes_right(e, d, a, by - 1, t);
        const unsigned ones = 3;
        vec_ones(e, ones);
        vec_op(e, vec_sub(1), d, d, ones);
        vec_op(e, vec_sub(1), t, t, ones);
        vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 1, d, d, 1);
        vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 1, t, t, 1);
        vec_op(e, PACKSSWB, d, d, t);
    } else {
        vec_shift_any(e, u ? VEC_SHIFT_RIGHT : VEC_SHIFT_RIGHT_SIGNED, lane, d, a, by, t);
        vec_shift(e, VEC_SHIFT_LEFT, lane, t, a, bits - by);
        vec_shift(e, VEC_SHIFT_RIGHT, lane, t, t, bits - 1);
        vec_op(e, vec_add(lane), d, d, t);
    }
}

static bool is_plain(const struct ir_insn *i)
{
    return i->lane != 0 && !(i->lane == 3 && !(i->mode & IR_UNSIGNED) && i->vec != VEC_SHL);
}

void emit_vec_shift(struct emit *e, const struct ir_insn *i)
{
    const enum vec_shift kind = i->vec == VEC_SHL       ? VEC_SHIFT_LEFT
                                : i->mode & IR_UNSIGNED ? VEC_SHIFT_RIGHT
                                                        : VEC_SHIFT_RIGHT_SIGNED;
    const unsigned m = vec_m(e, i, 1);
    if (i->mode & IR_ROUND) {
        vec_shift_round(e, i->mode & IR_UNSIGNED, i->lane, 0, m, i->x, 2);
    } else if (i->vec != VEC_SRA && is_plain(i)) {
        const unsigned t = vec_target(e, i, 0, true);
        vec_shift(e, kind, i->lane, t, m, i->x);
        vec_result(e, i, t);
        return;
    } else {
        vec_shift_any(e, kind, i->lane, 0, m, i->x, 2);
    }
    if (i->vec == VEC_SRA)
        vec_last(e, i, vec_add(i->lane), 0, vec_d_rm(e, i, 1), true);
    else
        vec_result(e, i, 0);
}

// Shifted to the left or right, and the bits that this leaves free are the destination's.
void emit_vec_shift_insert(struct emit *e, const struct ir_insn *i)
{
    const bool left = i->vec == VEC_SLI;
    const enum vec_shift there = left ? VEC_SHIFT_LEFT : VEC_SHIFT_RIGHT,
                         back = left ? VEC_SHIFT_RIGHT : VEC_SHIFT_LEFT;
    const unsigned m = vec_m(e, i, 1), d = vec_d(e, i, 0);
    if (i->lane == 0) {
        const uint32_t byte = left ? 0xffu << i->x & 0xff : 0xffu >> i->x;
        vec_shift(e, there, 1, 2, m, i->x);
        vec_constant(e, 3, byte * 0x01010101u, 4);
        vec_op(e, PAND, 2, 2, 3);
        vec_op(e, PANDN, 3, 3, d);
    } else {
        const unsigned kept = bits_of(i->lane) - i->x;
        vec_shift(e, there, i->lane, 2, m, i->x);
        vec_shift(e, there, i->lane, 3, d, kept);
        vec_shift(e, back, i->lane, 3, 3, kept);
    }
    vec_last(e, i, POR, 2, x64_r(3), true);
}
