// Operations on vectors: AES, and products of polynomials.
#include "jit/x64/emit_neon.h"

enum { AESIMC = P38(0xdb), AESENC = P38(0xdc), AESENCLAST = P38(0xdd), AESDECLAST = P38(0xdf) };

// The host adds the key behind a round, ARM before it: zeros behind, here.
void emit_vec_aes_round(struct emit *e, const struct ir_insn *i)
{
    emit_sse3(e, PXOR, 0, vec_d(e, i, 0), vec_m_rm(e, i, 1));
    vec_zero(e, 1);
    vec_last(e, i, i->vec == VEC_AESE ? AESENCLAST : AESDECLAST, 0, x64_r(1), true);
}

// MixColumns alone: the host's last round back undoes what its next round does besides.
void emit_vec_aes_mix(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 1);
    if (i->vec == VEC_AESIMC) {
        const unsigned t = vec_target(e, i, 0, true);
        emit_sse2(e, AESIMC, t, x64_r(m));
        vec_result(e, i, t);
        return;
    }
    vec_zero(e, 2);
    vec_op(e, AESDECLAST, 0, m, 2);
    vec_last(e, i, AESENC, 0, x64_r(2), true);
}

void emit_vec_pmull(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0), m = vec_m(e, i, 1);
    vec_op(e, P3A(0x44), 2, n, m); // pclmulqdq
    x64_byte(&e->a, 0);
    vec_result(e, i, 2);
}
