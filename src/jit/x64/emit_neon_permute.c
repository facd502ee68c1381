// Operations on vectors: elements change places.
#include "jit/x64/emit_neon.h"

enum { PSHUFHW = (int)0xf3000f70, PSHUFB = P38(0x00), PALIGNR = P3A(0x0f), SHUFPS = 0x0fc6 };
enum { PADDUSB = P(0xdc), PSUBB = P(0xf8), PMAXUB = P(0xde), PCMPEQB = P(0x74) };

static void words_reversed(struct emit *e, unsigned d, unsigned a, unsigned imm)
{
    vec_shuffle(e, PSHUFLW, d, x64_r(a), imm);
    vec_shuffle(e, PSHUFHW, d, x64_r(d), imm);
}

void emit_vec_reverse(struct emit *e, const struct ir_insn *i)
{
    static const _Alignas(16) uint8_t bytes[][16] = {
        {1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14},
        {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12},
        {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8},
    };
    unsigned m = vec_m(e, i, 0);
    if (i->lane == 0 && host_has(HOST_SSSE3)) {
        vec_last(e, i, PSHUFB, m, vec_table(e, bytes[i->x - 1]), true);
        return;
    }
    if (i->lane == 0) {
        vec_shift(e, VEC_SHIFT_LEFT, 1, 1, m, 8);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 0, m, 8);
        vec_op(e, POR, 0, 0, 1);
        m = 0;
    }
    const unsigned t = vec_target(e, i, 0, true);
    if (i->lane == 2)
        vec_shuffle(e, PSHUFD, t, x64_r(m), 0xb1);
    else if (i->x > 1)
        words_reversed(e, t, m, i->x == 2 ? 0xb1 : 0x1b);
    vec_result(e, i, i->lane == 0 && i->x == 1 ? 0 : t);
}

void emit_vec_extract(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    if (i->n == 3) {
        vec_op(e, PUNPCKLQDQ, 0, n, m);
        if (i->x) vec_shift(e, VEC_SHIFT_BYTES, 3, 0, 0, i->x);
    } else if (host_has(HOST_SSSE3)) {
        vec_op(e, PALIGNR, 2, m, n);
        x64_byte(&e->a, i->x);
        vec_result(e, i, 2);
        return;
    } else {
        vec_shift(e, VEC_SHIFT_BYTES, 3, 0, n, i->x);
        vec_shift(e, VEC_SHIFT_BYTES_LEFT, 3, 1, m, 16u - i->x);
        vec_op(e, POR, 0, 0, 1);
    }
    vec_result(e, i, 0);
}

static void second_result(struct emit *e, const struct ir_insn *i, unsigned xmm)
{
    finish_xmm(e, i->n, i->vm, xmm);
}

// The halves of a register are the results for two D registers.
static void halves(struct emit *e, const struct ir_insn *i, unsigned xmm)
{
    vec_result(e, i, xmm);
    vec_shift(e, VEC_SHIFT_BYTES, 3, xmm, xmm, 8);
    second_result(e, i, xmm);
}

void emit_vec_swap(struct emit *e, const struct ir_insn *i)
{
    vec_copy(e, 2, vec_d(e, i, 2));
    vec_result(e, i, vec_m(e, i, 1));
    second_result(e, i, 2);
}

void emit_vec_transpose(struct emit *e, const struct ir_insn *i)
{
    const unsigned d = vec_d(e, i, 0), m = vec_m(e, i, 1), bits = 8u << i->lane, wide = i->lane + 1u;
    if (i->lane == 2 && i->n == 3) {
        vec_op(e, P(0x62), 0, d, m); // punpckldq
        halves(e, i, 0);
        return;
    }
    if (i->lane == 2) {
        vec_op(e, SHUFPS, 2, d, m);
        x64_byte(&e->a, 0x88);
        vec_op(e, SHUFPS, 3, d, m);
        x64_byte(&e->a, 0xdd);
        vec_shuffle(e, PSHUFD, 2, x64_r(2), 0xd8);
        vec_shuffle(e, PSHUFD, 3, x64_r(3), 0xd8);
    } else {
        vec_shift(e, VEC_SHIFT_RIGHT, wide, 3, m, bits);
        vec_shift(e, VEC_SHIFT_LEFT, wide, 3, 3, bits);
        vec_shift(e, VEC_SHIFT_LEFT, wide, 1, m, bits);
        vec_shift(e, VEC_SHIFT_LEFT, wide, 2, d, bits);
        vec_shift(e, VEC_SHIFT_RIGHT, wide, 2, 2, bits);
        vec_op(e, POR, 2, 2, 1);
        vec_shift(e, VEC_SHIFT_RIGHT, wide, 1, d, bits);
        vec_op(e, POR, 3, 3, 1);
    }
    vec_result(e, i, 2);
    second_result(e, i, 3);
}

void emit_vec_zip(struct emit *e, const struct ir_insn *i)
{
    const unsigned d = vec_d(e, i, 0), m = vec_m(e, i, 1);
    vec_op(e, P(0x60u + i->lane), 2, d, m);
    if (i->n == 3) {
        halves(e, i, 2);
        return;
    }
    vec_op(e, P(0x68u + i->lane), 3, d, m);
    vec_result(e, i, 2);
    second_result(e, i, 3);
}

void emit_vec_unzip(struct emit *e, const struct ir_insn *i)
{
    const unsigned d = vec_d(e, i, 0), m = vec_m(e, i, 1);
    if (i->n == 3) {
        vec_op(e, PUNPCKLQDQ, 0, d, m);
        vec_part_half(e, i->lane);
        halves(e, i, 0);
        return;
    }
    vec_copy(e, 0, d);
    vec_copy(e, 1, m);
    vec_part(e, i->lane);
    vec_result(e, i, 2);
    second_result(e, i, 0);
}

// Registers number k and k + 1 of the table, as far as there are so many.
static unsigned table_pair(struct emit *e, const struct ir_insn *i, unsigned k, unsigned d, unsigned t)
{
    const unsigned low = in_xmm(e, 3, i->vn + k, d);
    if (k + 1 == i->x) return low;
    vec_op(e, PUNPCKLQDQ, d, low, in_xmm(e, 3, i->vn + k + 1, t));
    return d;
}

// PSHUFB gives 0 for indices with bit 7 set: those above 15, with 0x70 added, saturated.
void emit_vec_table(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 1);
    vec_constant(e, 3, 0x70707070, 4);
    vec_op(e, PADDUSB, 2, m, 3);
    vec_op(e, PSHUFB, 0, table_pair(e, i, 0, 0, 3), 2);
    if (i->x > 2) {
        vec_constant(e, 3, 0x10101010, 4);
        vec_op(e, PSUBB, 2, m, 3);
        vec_constant(e, 3, 0x70707070, 4);
        vec_op(e, PADDUSB, 2, 2, 3);
        vec_op(e, PSHUFB, 3, table_pair(e, i, 2, 3, 1), 2);
        vec_op(e, POR, 0, 0, 3);
    }
    if (i->vec == VEC_TBX) { // what is 0 because its index is too large stays as it was
        const unsigned index = vec_m(e, i, 1);
        vec_constant(e, 2, i->x * 0x08080808u, 4);
        vec_op(e, PMAXUB, 2, 2, index);
        vec_op(e, PCMPEQB, 2, 2, index);
        vec_op(e, PAND, 2, 2, vec_d(e, i, 3));
        vec_op(e, POR, 0, 0, 2);
    }
    vec_result(e, i, 0);
}
