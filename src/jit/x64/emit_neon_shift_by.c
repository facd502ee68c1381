// Operations on vectors: shifts by registers. All hosts with AVX2 have them for words and doublewords; bytes
// and halfwords become words for it.
#include "jit/x64/emit_neon.h"

enum { PACKSSWB = P(0x63) };

static const _Alignas(16) uint8_t ones[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                              0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

// XMM0 = the amounts: the lowest byte of each of n's elements, with its sign.
static void amounts(struct emit *e, unsigned lane, unsigned n)
{
    static const _Alignas(16) uint8_t sign[16] = {[0] = 0x80, [8] = 0x80};
    if (lane == 2) {
        vec_shift(e, VEC_SHIFT_LEFT, 2, 0, n, 24);
        vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 2, 0, 0, 24);
    } else {
        vec_shift(e, VEC_SHIFT_LEFT, 3, 0, n, 56);
        vec_shift(e, VEC_SHIFT_RIGHT, 3, 0, 0, 56);
        emit_sse3(e, PXOR, 0, 0, vec_table(e, sign));
        emit_sse3(e, vec_sub(3), 0, 0, vec_table(e, sign));
    }
}

// 32 and 64 bits by registers. AVX2's shifts to the left and to the right give 0 if an amount is too large,
// as the other side's ones, which are negative, are: either of them counts. Negative numbers that go to the
// right are inverted before it and after.
static void wide(struct emit *e, const struct ir_insn *i)
{
    const unsigned wide = i->lane == 3 ? X64_VEX_W : 0, psllv = P38(0x47), psrlv = P38(0x45);
    const bool u = i->mode & IR_UNSIGNED, round = i->mode & IR_ROUND;
    amounts(e, i->lane, vec_n(e, i, 0));
    const unsigned m = vec_m(e, i, 1);
    x64_vex(&e->a, wide, psllv, 2, m, x64_r(0));
    if (!u) {
        vec_op(e, PAND, 3, m, 0);
        vec_shift(e, VEC_SHIFT_RIGHT_SIGNED, 2, 3, 3, 31);
        if (i->lane == 3) vec_shuffle(e, PSHUFD, 3, x64_r(3), 0xf5);
    }
    emit_sse3(e, PXOR, 0, 0, vec_table(e, ones)); // one less than the negative amount: rounding wants that
    if (!round) emit_sse3(e, vec_sub(i->lane), 0, 0, vec_table(e, ones));
    if (!u) vec_op(e, PXOR, 1, m, 3);
    x64_vex(&e->a, wide, psrlv, 1, u ? m : 1, x64_r(0));
    if (round) { // a half, upwards
        vec_shift(e, VEC_SHIFT_RIGHT, i->lane, 0, 1, 1);
        vec_op(e, vec_sub(i->lane), 1, 1, 0);
    }
    if (!u) vec_op(e, PXOR, 1, 1, 3);
    if (!u && round) vec_op(e, vec_sub(i->lane), 1, 1, 3);
    vec_last(e, i, POR, 1, x64_r(2), true);
}

// On the words of XMM or YMM registers.
struct words {
    struct emit *e;
    unsigned flags; // X64_VEX_256
};

static void on_words(struct words w, unsigned op, unsigned d, unsigned a, unsigned b)
{
    x64_vex(&w.e->a, w.flags, op, d, a, x64_r(b));
}

static void shift_words(struct words w, enum vec_shift kind, unsigned d, unsigned a, unsigned by)
{
    x64_vex(&w.e->a, w.flags, P(0x72), kind, d, x64_r(a));
    x64_byte(&w.e->a, by);
}

static void constant(struct words w, unsigned d, uint32_t value)
{
    vec_constant(w.e, d, value, 4);
    if (w.flags) on_words(w, P38(0x58), d, 0, d); // vpbroadcastd
}

enum { PMINSD = P38(0x39), PMINUD = P38(0x3b), PMAXSD = P38(0x3d) };

// Register 1's words shifted by the lowest, signed bytes of register 0's, to the left at most by `most`.
// Changes 2 and 3, too.
static void words_by(struct words w, bool u, bool round, unsigned most)
{
    enum { PSRLV = P38(0x45), PSRAV = P38(0x46), PSLLV = P38(0x47), PBLENDVB = P3A(0x4c), PCMPEQD = P(0x76) };
    shift_words(w, VEC_SHIFT_LEFT, 0, 0, 24);
    shift_words(w, VEC_SHIFT_RIGHT_SIGNED, 0, 0, 24);
    if (most < 32) {
        constant(w, 2, most);
        on_words(w, PMINSD, 0, 0, 2);
    }
    on_words(w, PSLLV, 2, 1, 0);
    if (round) { // by one less, then a half, upwards
        on_words(w, PCMPEQD, 3, 3, 3);
        on_words(w, PXOR, 3, 3, 0);
        on_words(w, u ? PSRLV : PSRAV, 1, 1, 3);
        shift_words(w, u ? VEC_SHIFT_RIGHT : VEC_SHIFT_RIGHT_SIGNED, 3, 1, 1);
        on_words(w, vec_sub(2), 1, 1, 3);
    } else {
        on_words(w, PXOR, 3, 3, 3);
        on_words(w, vec_sub(2), 3, 3, 0);
        on_words(w, u ? PSRLV : PSRAV, 1, 1, 3);
    }
    on_words(w, PBLENDVB, 1, 2, 1); // where the amount is negative, to the right
    x64_byte(&w.e->a, 0);
}

// Register 1's words, as far as they fit in so many bits; 3: 0 where they do. Changes 2, too.
static void limit(struct words w, bool u, unsigned bits)
{
    constant(w, 2, (u ? 1u << bits : 1u << (bits - 1)) - 1);
    on_words(w, u ? PMINUD : PMINSD, 3, 1, 2);
    if (!u) {
        constant(w, 2, -(1u << (bits - 1)));
        on_words(w, PMAXSD, 3, 3, 2);
    }
    on_words(w, PXOR, 2, 1, 3);
    on_words(w, POR, 1, 3, 3);
    on_words(w, POR, 3, 2, 2);
}

// XMM1 = the elements of m, 4 or 8, shifted by those of n, in its lower half or all of it.
static void narrow_by(struct emit *e, const struct ir_insn *i, unsigned n, unsigned m)
{
    enum {
        PMOVSX_BYTE = P38(0x21),
        PMOVSX = P38(0x23),
        PMOVZX = 0x10,
        EXTRACT = P3A(0x39),
        PACKSSDW = P(0x6b)
    };
    const unsigned bits = 8u << i->lane;
    const bool bytes = i->lane == 0, u = i->mode & IR_UNSIGNED;
    const struct words w = {e, bytes || i->n == 4 ? X64_VEX_256 : 0};
    const unsigned widen = bytes ? PMOVSX_BYTE : PMOVSX;
    on_words(w, widen, 0, 0, n);
    on_words(w, u ? widen + PMOVZX : widen, 1, 0, m);
    const bool saturates = i->vec == VEC_QSHIFT;
    words_by(w, u, i->mode & IR_ROUND, saturates ? bits : 32);
    if (saturates) limit(w, u, bits);
    shift_words(w, VEC_SHIFT_LEFT, 1, 1, 32 - bits);
    shift_words(w, VEC_SHIFT_RIGHT_SIGNED, 1, 1, 32 - bits);
    if (w.flags) {
        if (saturates) {
            x64_vex(&e->a, w.flags, EXTRACT, 3, 0, x64_r(0));
            x64_byte(&e->a, 1);
            vec_op(e, POR, 3, 3, 0);
        }
        x64_vex(&e->a, w.flags, EXTRACT, 1, 0, x64_r(2));
        x64_byte(&e->a, 1);
        x64_byte(&e->a, 0xc5); // vzeroupper
        x64_byte(&e->a, 0xf8);
        x64_byte(&e->a, 0x77);
    }
    if (saturates) vec_saturated(e, 3, 0);
    vec_op(e, PACKSSDW, 1, 1, w.flags ? 2 : 1);
    if (bytes) vec_op(e, PACKSSWB, 1, 1, 1);
}

// As words, 16 bytes one half after the other.
static void narrow(struct emit *e, const struct ir_insn *i)
{
    if (i->lane == 0 && i->n == 4) {
        for (unsigned half = 0; half < 2; half++) {
            narrow_by(e, i, in_xmm(e, 3, 2u * i->vn + half, 0), in_xmm(e, 3, 2u * i->vm + half, 1));
            finish_xmm(e, 3, 2u * i->v + half, 1);
        }
        return;
    }
    const unsigned n = vec_n(e, i, 0);
    narrow_by(e, i, n, vec_m(e, i, 1));
    vec_result(e, i, 1);
}

void emit_vec_shift_by(struct emit *e, const struct ir_insn *i)
{
    if (i->lane < 2)
        narrow(e, i);
    else
        wide(e, i);
}
