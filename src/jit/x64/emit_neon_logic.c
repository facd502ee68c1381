// Operations on vectors: bits, copies, constants.
#include "jit/x64/emit_neon.h"

void emit_vec_move(struct emit *e, const struct ir_insn *i)
{
    vec_result(e, i, vec_m(e, i, vec_target(e, i, 0, true)));
}

void emit_vec_bic(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = vec_m(e, i, 1);
    vec_last(e, i, PANDN, m, vec_n_rm(e, i, 0), true);
}

void emit_vec_orn(struct emit *e, const struct ir_insn *i)
{
    vec_ones(e, 1);
    if (i->vn == IR_NONE) {
        vec_last(e, i, PXOR, 1, vec_m_rm(e, i, 0), false);
    } else {
        emit_sse3(e, PXOR, 1, 1, vec_m_rm(e, i, 0));
        vec_last(e, i, POR, 1, vec_n_rm(e, i, 0), false);
    }
}

// mask ? yes : no = no ^ ((no ^ yes) & mask)
void emit_vec_select(struct emit *e, const struct ir_insn *i)
{
    const unsigned n = vec_n(e, i, 0);
    if (i->vec == VEC_BSL) {
        const unsigned m = vec_m(e, i, 1);
        vec_op(e, PXOR, 2, m, n);
        emit_sse3(e, PAND, 2, 2, vec_d_rm(e, i, 3));
        vec_last(e, i, PXOR, 2, x64_r(m), true);
    } else {
        const unsigned d = vec_d(e, i, 1);
        vec_op(e, PXOR, 2, d, n);
        emit_sse3(e, PAND, 2, 2, vec_m_rm(e, i, 3));
        vec_last(e, i, PXOR, 2, x64_r(i->vec == VEC_BIT ? d : n), true);
    }
}

void vec_constant(struct emit *e, unsigned x, uint32_t imm, unsigned size)
{
    if (imm == 0) {
        vec_zero(e, x);
    } else if (imm == ~0u && size == 4) {
        vec_ones(e, x);
    } else {
        x64_mov_imm(&e->a, x64_r(RAX), imm);
        emit_sse2(e, P(0x6e), x, x64_r(RAX)); // movd
        vec_shuffle(e, PSHUFD, x, x64_r(x), size == 4 ? 0 : 0x50);
    }
}

void emit_vec_const(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = vec_target(e, i, 0, true);
    vec_constant(e, t, i->imm, i->n);
    vec_result(e, i, t);
}

void emit_vec_const64(struct emit *e, const struct ir_insn *i)
{
    uint64_t bits = 0;
    for (unsigned k = 0; k < 8; k++)
        if (i->imm >> k & 1) bits |= 0xffull << 8 * k;
    const unsigned t = vec_target(e, i, 0, true);
    x64_mov_imm64(&e->a, RAX, bits);
    if (host_has(HOST_AVX))
        x64_vex(&e->a, X64_VEX_W, P(0x6e), t, 0, x64_r(RAX)); // movq
    else
        x64_op(&e->a, X64_64, P(0x6e), t, x64_r(RAX));
    if (i->n == 4) vec_op(e, PUNPCKLQDQ, t, t, t);
    vec_result(e, i, t);
}

void emit_vec_immediate(struct emit *e, const struct ir_insn *i)
{
    vec_constant(e, 1, i->imm, i->n);
    vec_last(e, i, i->vec == VEC_ORI ? POR : PANDN, 1, vec_d_rm(e, i, 0), true);
}
