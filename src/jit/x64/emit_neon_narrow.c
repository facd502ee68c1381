// Operations on vectors that make narrow elements of wide ones, or one element of two.
#include "jit/x64/emit_neon.h"

enum { PACKSSWB = P(0x63), PACKUSWB = P(0x67), PACKSSDW = P(0x6b), PACKUSDW = P38(0x2b) };
enum { PSUBUSW = P(0xd9), PMINUD = P38(0x3b) };

// The narrow elements at bit x of a's wide ones, to the lower half of d.
static void narrow(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned x)
{
    if (lane == 2) {
        if (x && x < 32) vec_shift(e, VEC_SHIFT_RIGHT, 3, d, a, x);
        vec_shuffle(e, PSHUFD, d, x64_r(x && x < 32 ? d : a), x == 32 ? 0x0d : 0x08);
        return;
    }
    const unsigned bits = 8u << lane;
    if (x < bits) vec_shift(e, VEC_SHIFT_LEFT, lane + 1, d, a, bits - x);
    vec_shift(e, lane ? VEC_SHIFT_RIGHT_SIGNED : VEC_SHIFT_RIGHT, lane + 1, d, x < bits ? d : a, bits);
    vec_op(e, lane ? PACKSSDW : PACKUSWB, d, d, d);
}

// 1 << bit in each element of x.
static void power(struct emit *e, unsigned lane, unsigned x, unsigned bit)
{
    vec_ones(e, x);
    vec_shift(e, VEC_SHIFT_RIGHT, lane, x, x, (8u << lane) - 1);
    if (bit) vec_shift(e, VEC_SHIFT_LEFT, lane, x, x, bit);
}

void emit_vec_shrn(struct emit *e, const struct ir_insn *i)
{
    unsigned m = vec_m(e, i, 0);
    if (i->mode & IR_ROUND) {
        power(e, i->lane + 1u, 1, i->x - 1u);
        vec_op(e, vec_add(i->lane + 1u), 1, 1, m);
        m = 1;
    }
    narrow(e, i->lane, 0, m, i->x);
    vec_result(e, i, 0);
}

void emit_vec_addhn(struct emit *e, const struct ir_insn *i)
{
    const unsigned wide = i->lane + 1u, bits = 8u << i->lane;
    const unsigned n = vec_n(e, i, 0);
    emit_sse3(e, i->vec == VEC_ADDHN ? vec_add(wide) : vec_sub(wide), 0, n, vec_m_rm(e, i, 1));
    if (i->mode & IR_ROUND) {
        power(e, wide, 1, bits - 1);
        vec_op(e, vec_add(wide), 0, 0, 1);
    }
    narrow(e, i->lane, 0, 0, bits);
    vec_result(e, i, 0);
}

void vec_saturated(struct emit *e, unsigned x, unsigned t)
{
    emit_clobber(e);
    if (host_has(HOST_SSE41)) {
        emit_sse2(e, P38(0x17), x, x64_r(x)); // ptest
    } else {
        vec_zero(e, t);
        vec_op(e, P(0x74), t, t, x);          // pcmpeqb
        emit_sse2(e, P(0xd7), RAX, x64_r(t)); // pmovmskb
        x64_group1(&e->a, 0, 7, x64_r(RAX), 0xffff);
    }
    uint8_t *skip = x64_jcc_at(&e->a, CC_E);
    x64_group1(&e->a, 0, 1, CPU_FIELD(fpscr), FPSCR_QC);
    if (!e->a.full) x64_patch(skip, e->a.p);
}

// Saturated: XMM1 is what is to become narrow; XMM2 will tell where it was too large.
static void pack(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    if (u && i->lane == 0) { // what is above 255 goes first: PACKUSWB takes it for negative
        vec_constant(e, 3, 0x00ff00ff, 4);
        vec_op(e, PSUBUSW, 2, 1, 3);
        vec_op(e, vec_sub(1), 0, 1, 2);
        vec_op(e, PACKUSWB, 0, 0, 0);
    } else if (u) {
        vec_constant(e, 3, 0x0000ffff, 4);
        vec_op(e, PMINUD, 0, 1, 3);
        vec_op(e, PXOR, 2, 1, 0);
        vec_op(e, PACKUSDW, 0, 0, 0);
    } else {
        const bool to_unsigned = i->vec == VEC_QSHRUN;
        const unsigned op = i->lane ? to_unsigned ? PACKUSDW : PACKSSDW : to_unsigned ? PACKUSWB : PACKSSWB;
        vec_op(e, op, 0, 1, 1);
        vec_widen(e, to_unsigned, i->lane, 2, 0, 3);
        vec_op(e, PXOR, 2, 2, 1);
    }
}

void emit_vec_qshrn(struct emit *e, const struct ir_insn *i)
{
    const bool u = i->mode & IR_UNSIGNED;
    const unsigned m = vec_m(e, i, 0), wide = i->lane + 1u;
    if (i->mode & IR_ROUND)
        vec_shift_round(e, u, wide, 1, m, i->x, 2);
    else if (i->x)
        vec_shift(e, u ? VEC_SHIFT_RIGHT : VEC_SHIFT_RIGHT_SIGNED, wide, 1, m, i->x);
    else
        vec_copy(e, 1, m);
    pack(e, i);
    vec_saturated(e, 2, 3);
    vec_result(e, i, 0);
}

// Pairs: XMM0 = the elements of n and m, with the odd ones in place of the even ones in XMM1.
void emit_vec_pairs(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    const bool u = i->mode & IR_UNSIGNED;
    vec_op(e, PUNPCKLQDQ, 0, n, m);
    if (i->vec == VEC_PADD && i->lane == 1 && host_has(HOST_SSSE3)) {
        vec_op(e, P38(0x01), 0, 0, 0); // phaddw
        vec_result(e, i, 0);
        return;
    }
    if (i->lane == 2) {
        vec_shuffle(e, PSHUFD, 1, x64_r(0), 0x0d);
        vec_shuffle(e, PSHUFD, 0, x64_r(0), 0x08);
    } else {
        vec_shift(e, VEC_SHIFT_RIGHT, i->lane + 1u, 1, 0, 8u << i->lane);
    }
    const bool max = i->vec == VEC_PMAX;
    const unsigned op = i->vec == VEC_PADD ? vec_add(i->lane) : vec_extreme(max, u, i->lane);
    if (op) {
        vec_op(e, op, 0, 0, 1);
    } else {
        vec_greater(e, u, i->lane, 2, max ? 1 : 0, max ? 0 : 1, 3);
        vec_op(e, PXOR, 1, 1, 0);
        vec_op(e, PAND, 1, 1, 2);
        vec_op(e, PXOR, 0, 0, 1);
    }
    if (i->lane < 2) narrow(e, i->lane, 0, 0, 0);
    vec_result(e, i, 0);
}
