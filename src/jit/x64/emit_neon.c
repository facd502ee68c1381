// Operations on vectors: which code they have, and how their operands are found.
#include "jit/x64/emit_neon.h"

enum { NEVER = 1 << 15 }; // what no host has

static const struct {
    emit_vec_fn *fn;   // NULL: the handler does it
    uint16_t needs[4]; // by lane: the host must have this for it
    bool slow;         // it may call the handler, too
} ops[VEC_COUNT] = {
    [VEC_MOV] = {emit_vec_move},
    [VEC_AND] = {emit_vec_binary},
    [VEC_BIC] = {emit_vec_bic},
    [VEC_ORR] = {emit_vec_binary},
    [VEC_ORN] = {emit_vec_orn},
    [VEC_EOR] = {emit_vec_binary},
    [VEC_BSL] = {emit_vec_select},
    [VEC_BIT] = {emit_vec_select},
    [VEC_BIF] = {emit_vec_select},
    [VEC_ADD] = {emit_vec_binary},
    [VEC_SUB] = {emit_vec_binary},
    [VEC_CONST] = {emit_vec_const},
    [VEC_CONST64] = {emit_vec_const64},
    [VEC_ORI] = {emit_vec_immediate},
    [VEC_BICI] = {emit_vec_immediate},
    [VEC_DUP] = {emit_vec_dup},
    [VEC_DUPL] = {emit_vec_dup_lane},
    [VEC_PUT] = {emit_vec_put},
    [VEC_GET] = {emit_vec_get},
    [VEC_SHL] = {emit_vec_shift},
    [VEC_SHR] = {emit_vec_shift},
    [VEC_SRA] = {emit_vec_shift},
    [VEC_SLI] = {emit_vec_shift_insert},
    [VEC_SRI] = {emit_vec_shift_insert},
    [VEC_MULL] = {emit_vec_mull},
    [VEC_MLAL] = {emit_vec_mull},
    [VEC_MLSL] = {emit_vec_mull},
    [VEC_ADDL] = {emit_vec_addl},
    [VEC_SUBL] = {emit_vec_addl},
    [VEC_ADDW] = {emit_vec_addl},
    [VEC_SUBW] = {emit_vec_addl},
    [VEC_ABDL] = {emit_vec_abdl},
    [VEC_ABAL] = {emit_vec_abdl},
    [VEC_SHLL] = {emit_vec_shll},
    [VEC_PADDL] = {emit_vec_paddl},
    [VEC_PADAL] = {emit_vec_paddl},
    [VEC_SHRN] = {emit_vec_shrn},
    [VEC_ADDHN] = {emit_vec_addhn},
    [VEC_SUBHN] = {emit_vec_addhn},
    [VEC_QSHRN] = {emit_vec_qshrn, {0, HOST_SSE41, NEVER}, false},
    [VEC_QSHRUN] = {emit_vec_qshrn, {0, HOST_SSE41, NEVER}, false},
    [VEC_PADD] = {emit_vec_pairs},
    [VEC_PMAX] = {emit_vec_pairs},
    [VEC_PMIN] = {emit_vec_pairs},
    [VEC_REV] = {emit_vec_reverse},
    [VEC_EXT] = {emit_vec_extract},
    [VEC_TBL] = {emit_vec_table, {HOST_SSSE3}, false},
    [VEC_TBX] = {emit_vec_table, {HOST_SSSE3}, false},
    [VEC_SWP] = {emit_vec_swap},
    [VEC_TRN] = {emit_vec_transpose},
    [VEC_ZIP] = {emit_vec_zip},
    [VEC_UZP] = {emit_vec_unzip},
    [VEC_QADD] = {emit_vec_qsum},
    [VEC_QSUB] = {emit_vec_qsum},
    [VEC_QABS] = {emit_vec_qabs},
    [VEC_QSHL] = {emit_vec_qshl, {0, 0, 0, HOST_SSE41}, false},
    [VEC_QSHLU] = {emit_vec_qshl, {0, 0, 0, HOST_SSE41}, false},
    [VEC_QDMULH] = {emit_vec_qdmulh, {0, HOST_SSSE3, HOST_SSE41}, false},
    [VEC_QDMLAL] = {emit_vec_qdmull, {0, 0, HOST_SSE41}, false},
    [VEC_QDMLSL] = {emit_vec_qdmull, {0, 0, HOST_SSE41}, false},
    [VEC_QDMULL] = {emit_vec_qdmull, {0, 0, HOST_SSE41}, false},
    [VEC_CNT] = {emit_vec_count, {HOST_SSSE3}, false},
    [VEC_CLZ] = {emit_vec_leading_zeros, {HOST_SSSE3, HOST_SSSE3, HOST_SSSE3}, false},
    [VEC_CLS] = {emit_vec_leading_signs, {HOST_SSSE3, HOST_SSSE3, HOST_SSSE3}, false},
    [VEC_QSHIFT] = {emit_vec_shift_by, {HOST_AVX2, HOST_AVX2, NEVER, NEVER}, false},
    [VEC_SHIFT] = {emit_vec_shift_by, {HOST_AVX2, HOST_AVX2, HOST_AVX2, HOST_AVX2}, false},
    [VEC_AESE] = {emit_vec_aes_round, {HOST_AES}, false},
    [VEC_AESD] = {emit_vec_aes_round, {HOST_AES}, false},
    [VEC_AESMC] = {emit_vec_aes_mix, {HOST_AES}, false},
    [VEC_AESIMC] = {emit_vec_aes_mix, {HOST_AES}, false},
    [VEC_SHA1C] = {emit_vec_sha1_rounds, {HOST_SHA}, false},
    [VEC_SHA1P] = {emit_vec_sha1_rounds, {HOST_SHA}, false},
    [VEC_SHA1M] = {emit_vec_sha1_rounds, {HOST_SHA}, false},
    [VEC_SHA1H] = {emit_vec_sha1_rotate},
    [VEC_SHA1SU0] = {emit_vec_sha1_schedule0},
    [VEC_SHA1SU1] = {emit_vec_sha1_schedule1},
    [VEC_SHA256H] = {emit_vec_sha256_rounds, {HOST_SHA}, false},
    [VEC_SHA256H2] = {emit_vec_sha256_rounds, {HOST_SHA}, false},
    [VEC_SHA256SU0] = {emit_vec_sha256_schedule0, {HOST_SHA}, false},
    [VEC_SHA256SU1] = {emit_vec_sha256_schedule1, {HOST_SHA}, false},
    [VEC_PMULL] = {emit_vec_pmull, {0, 0, 0, HOST_AES}, false},
    [VEC_MUL] = {emit_vec_mul},
    [VEC_MLA] = {emit_vec_mul},
    [VEC_MLS] = {emit_vec_mul},
    [VEC_CEQ] = {emit_vec_compare},
    [VEC_CGT] = {emit_vec_compare},
    [VEC_CGE] = {emit_vec_compare},
    [VEC_TST] = {emit_vec_compare},
    [VEC_MAX] = {emit_vec_extreme},
    [VEC_MIN] = {emit_vec_extreme},
    [VEC_ABD] = {emit_vec_difference},
    [VEC_ABA] = {emit_vec_difference},
    [VEC_ABS] = {emit_vec_abs},
    [VEC_HADD] = {emit_vec_mean},
    [VEC_HSUB] = {emit_vec_mean},
    [VEC_FADD] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FSUB] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FMUL] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FMLA] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FMLS] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FFMA] = {emit_vec_float, {NEVER, NEVER, HOST_FMA}, true},
    [VEC_FFMS] = {emit_vec_float, {NEVER, NEVER, HOST_FMA}, true},
    [VEC_FABD] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FMAX] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FMIN] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FCEQ] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FCGE] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FCGT] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FACGE] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FACGT] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FABS] = {emit_vec_fsign, {NEVER, NEVER, 0}, false},
    [VEC_FNEG] = {emit_vec_fsign, {NEVER, NEVER, 0}, false},
    [VEC_FPADD] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FPMAX] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FPMIN] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FRECPE] = {emit_vec_estimate, {NEVER, NEVER, HOST_AVX2}, true},
    [VEC_FRSQRTE] = {emit_vec_estimate, {NEVER, NEVER, HOST_AVX2}, true},
    [VEC_FRECPS] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FRSQRTS] = {emit_vec_float, {NEVER, NEVER, 0}, true},
    [VEC_FCVT] = {emit_vec_fcvt, {NEVER, NEVER, 0}, true},
    [VEC_FCVT_HALF] = {emit_vec_half, {HOST_F16C}, true},
    [VEC_FCVT_TO_HALF] = {emit_vec_half, {HOST_F16C}, true},
    [VEC_FRINT] = {emit_vec_fcvt, {NEVER, NEVER, HOST_SSE41}, true},
    [VEC_FCVT_TO] = {emit_vec_fcvt, {NEVER, NEVER, 0}, true},
};

static bool has_code(const struct ir_insn *i)
{
    return ops[i->vec].fn && !(ops[i->vec].needs[i->lane] & ~host_features());
}

bool emit_may_call(const struct ir_insn *i)
{
    if (i->op == IR_VEC) return !ir_vec_constant(i->vec) && (ops[i->vec].slow || !has_code(i));
    return i->op == IR_CALL || (emit_fp_form(i) && i->op != IR_VMRS && i->op != IR_VMSR);
}

void emit_vec(struct emit *e, const struct ir_insn *i)
{
    if (has_code(i))
        ops[i->vec].fn(e, i);
    else
        emit_call(e, i);
}

static unsigned size_of(uint8_t role, const struct ir_insn *i)
{
    const uint8_t size = role & IR_V_SIZE;
    return size == IR_V_OWN ? i->n : size;
}

static unsigned source(struct emit *e, unsigned size, uint8_t v, unsigned scratch)
{
    if (v != IR_NONE) return in_xmm(e, size, v, scratch);
    emit_sse3(e, P(0xef), scratch, scratch, x64_r(scratch)); // pxor
    return scratch;
}

unsigned vec_n(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    return source(e, size_of(ir_vector_roles(i).vn, i), i->vn, scratch);
}

unsigned vec_m(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    const unsigned quad = i->mode & IR_SCALAR ? emit_vector_home(e, 4, i->vm / 2) : 0;
    if (quad && i->lane == 2) {
        vec_splat(e, 2, scratch, quad, i->x + (i->vm & 1) * 2u);
        return scratch;
    }
    const unsigned m = source(e, size_of(ir_vector_roles(i).vm, i), i->vm, scratch);
    if (!(i->mode & IR_SCALAR)) return m;
    vec_splat(e, i->lane, scratch, m, i->x);
    return scratch;
}

unsigned vec_d(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    return source(e, size_of(ir_vector_roles(i).v, i), i->v, scratch);
}

struct x64_rm vec_n_rm(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    if (!e->vector_keep && i->vn != IR_NONE && size_of(ir_vector_roles(i).vn, i) == 4)
        return operand_v(e, 4, i->vn, scratch);
    return x64_r(vec_n(e, i, scratch));
}

struct x64_rm vec_m_rm(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    if (!e->vector_keep && i->vm != IR_NONE && size_of(ir_vector_roles(i).vm, i) == 4)
        return operand_v(e, 4, i->vm, scratch);
    return x64_r(vec_m(e, i, scratch));
}

struct x64_rm vec_d_rm(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    if (!e->vector_keep && size_of(ir_vector_roles(i).v, i) == 4) return operand_v(e, 4, i->v, scratch);
    return x64_r(vec_d(e, i, scratch));
}

void vec_shift(struct emit *e, enum vec_shift kind, unsigned lane, unsigned d, unsigned a, unsigned by)
{
    const unsigned op = P(0x70u + lane);
    if (host_has(HOST_AVX)) {
        x64_vex(&e->a, 0, op, kind, d, x64_r(a));
    } else {
        vec_copy(e, d, a);
        x64_op(&e->a, 0, op, kind, x64_r(d));
    }
    x64_byte(&e->a, by);
}

struct x64_rm vec_table(struct emit *e, const uint8_t table[16])
{
    const uint64_t at = (uintptr_t)table;
    if (at <= INT32_MAX) return (struct x64_rm){.mem = true, .base = -1, .index = -1, .disp = (int32_t)at};
    x64_mov_imm64(&e->a, RCX, at);
    return x64_m(RCX, 0);
}

unsigned vec_target(struct emit *e, const struct ir_insn *i, unsigned scratch, bool clean)
{
    const unsigned size = size_of(ir_vector_roles(i).v, i);
    return clean || size == 4 ? dest_xmm(e, size, i->v, scratch) : scratch;
}

void vec_result(struct emit *e, const struct ir_insn *i, unsigned xmm)
{
    finish_xmm(e, size_of(ir_vector_roles(i).v, i), i->v, xmm);
}

void vec_last(struct emit *e, const struct ir_insn *i, unsigned op, unsigned a, struct x64_rm b, bool clean)
{
    const unsigned spare = a < XMM_SCRATCH ? a : !b.mem && b.base == 0 ? 1 : 0;
    unsigned t = vec_target(e, i, spare, clean);
    if (!host_has(HOST_AVX) && !b.mem && b.base == (int)t) t = spare;
    emit_sse3(e, op, t, a, b);
    vec_result(e, i, t);
}

// One instruction. Those on bits have no elements: lane is 0.
void emit_vec_binary(struct emit *e, const struct ir_insn *i)
{
    static const uint32_t opcodes[VEC_COUNT][4] = {
        [VEC_AND] = {PAND},
        [VEC_ORR] = {POR},
        [VEC_EOR] = {PXOR},
        [VEC_ADD] = {P(0xfc), P(0xfd), P(0xfe), P(0xd4)},
        [VEC_SUB] = {P(0xf8), P(0xf9), P(0xfa), P(0xfb)},
    };
    const unsigned n = vec_n(e, i, 0);
    vec_last(e, i, opcodes[i->vec][i->lane], n, vec_m_rm(e, i, 1), true);
}
