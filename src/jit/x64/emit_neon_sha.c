// Operations on vectors: SHA-1 and SHA-256. The host has the same rounds, with the state's words the other
// way round or in other registers.
#include "jit/x64/emit_neon.h"

enum {
    SHUFPS = 0x0fc6,
    PADDD = P(0xfe),
    PALIGNR = P3A(0x0f),
    SHA1RNDS4 = 0x0f3acc,
    SHA256RNDS2 = 0x0f38cb,
    SHA256MSG1 = 0x0f38cc,
    SHA256MSG2 = 0x0f38cd,
    REVERSE = 0x1b, // PSHUFD's: all four words
};

// These exist without VEX only.
static void sha(struct emit *e, unsigned op, unsigned d, struct x64_rm b)
{
    x64_op(&e->a, 0, op, d, b);
}

// Four rounds. The host adds the round's constant, which ARM's operand has already, and takes E with the
// first word.
void emit_vec_sha1_rounds(struct emit *e, const struct ir_insn *i)
{
    static const uint32_t constants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc};
    const unsigned function = i->vec - VEC_SHA1C;
    vec_constant(e, 0, -constants[function], 4);
    emit_sse3(e, PADDD, 0, 0, vec_m_rm(e, i, 1));
    vec_shuffle(e, PSHUFD, 0, x64_r(0), REVERSE);
    vec_shift(e, VEC_SHIFT_BYTES_LEFT, 3, 2, vec_n(e, i, 1), 12);
    vec_op(e, PADDD, 0, 0, 2);
    vec_shuffle(e, PSHUFD, 1, vec_d_rm(e, i, 1), REVERSE);
    sha(e, SHA1RNDS4, 1, x64_r(0));
    x64_byte(&e->a, function);
    const unsigned t = vec_target(e, i, 0, true);
    vec_shuffle(e, PSHUFD, t, x64_r(1), REVERSE);
    vec_result(e, i, t);
}

// d = a's words rotated left; t is a scratch register. None of them is another.
static void rotate(struct emit *e, unsigned d, unsigned a, unsigned by, unsigned t)
{
    vec_shift(e, VEC_SHIFT_LEFT, 2, d, a, by);
    vec_shift(e, VEC_SHIFT_RIGHT, 2, t, a, 32 - by);
    vec_op(e, POR, d, d, t);
}

// The first word rotated, and zeros.
void emit_vec_sha1_rotate(struct emit *e, const struct ir_insn *i)
{
    rotate(e, 0, vec_m(e, i, 1), 30, 2);
    vec_shift(e, VEC_SHIFT_BYTES_LEFT, 3, 0, 0, 12);
    vec_shift(e, VEC_SHIFT_BYTES, 3, 0, 0, 12);
    vec_result(e, i, 0);
}

void emit_vec_sha1_schedule0(struct emit *e, const struct ir_insn *i)
{
    const unsigned d = vec_d(e, i, 1);
    emit_sse3(e, SHUFPS, 0, d, vec_n_rm(e, i, 2)); // d2 d3 n0 n1
    x64_byte(&e->a, 0x4e);
    vec_op(e, PXOR, 0, 0, d);
    vec_last(e, i, PXOR, 0, vec_m_rm(e, i, 1), true);
}

void emit_vec_sha1_schedule1(struct emit *e, const struct ir_insn *i)
{
    vec_shift(e, VEC_SHIFT_BYTES, 3, 0, vec_m(e, i, 1), 4);
    emit_sse3(e, PXOR, 0, 0, vec_d_rm(e, i, 1));
    rotate(e, 1, 0, 1, 2);
    vec_shift(e, VEC_SHIFT_BYTES_LEFT, 3, 0, 1, 12); // the last word needs the first one's result
    rotate(e, 2, 0, 1, 3);
    vec_last(e, i, PXOR, 1, x64_r(2), true);
}

// Four rounds, of which A–D or E–H are wanted. The host does two, on ABEF and CDGH (from the left); those are
// then its new CDGH and ABEF.
void emit_vec_sha256_rounds(struct emit *e, const struct ir_insn *i)
{
    enum { FIRST = 0x11, SECOND = 0xbb }; // SHUFPS's: words 1 0 of both, or 3 2
    const bool low = i->vec == VEC_SHA256H2;
    const unsigned efgh = low ? vec_d(e, i, 1) : vec_n(e, i, 1);
    const unsigned abcd = low ? vec_n(e, i, 2) : vec_d(e, i, 2);
    emit_sse3(e, SHUFPS, 3, efgh, x64_r(abcd));
    x64_byte(&e->a, SECOND);
    emit_sse3(e, SHUFPS, 1, efgh, x64_r(abcd));
    x64_byte(&e->a, FIRST);
    vec_copy(e, 0, vec_m(e, i, 0)); // where the instruction wants it
    sha(e, SHA256RNDS2, 3, x64_r(1));
    vec_shuffle(e, PSHUFD, 0, x64_r(0), 0xee);
    sha(e, SHA256RNDS2, 1, x64_r(3));
    const unsigned t = vec_target(e, i, 0, true);
    emit_sse3(e, SHUFPS, t, 1, x64_r(3));
    x64_byte(&e->a, low ? FIRST : SECOND);
    vec_result(e, i, t);
}

void emit_vec_sha256_schedule0(struct emit *e, const struct ir_insn *i)
{
    vec_copy(e, 0, vec_d(e, i, 0));
    sha(e, SHA256MSG1, 0, vec_m_rm(e, i, 1));
    vec_result(e, i, 0);
}

void emit_vec_sha256_schedule1(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 1);
    emit_sse3(e, PALIGNR, 0, m, vec_n_rm(e, i, 2)); // n1 n2 n3 m0
    x64_byte(&e->a, 4);
    emit_sse3(e, PADDD, 0, 0, vec_d_rm(e, i, 2));
    sha(e, SHA256MSG2, 0, x64_r(m));
    vec_result(e, i, 0);
}
