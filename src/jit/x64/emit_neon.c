// Operations on vectors: which code they have, and how their operands are found.
#include "jit/x64/emit_neon.h"

static const struct {
    emit_vec_fn *fn;   // NULL: the handler does it
    uint16_t needs[4]; // by lane: the host must have this for it
    bool slow;         // it may call the handler, too
} ops[VEC_COUNT] = {
    [VEC_AND] = {emit_vec_binary},
    [VEC_ADD] = {emit_vec_binary},
    [VEC_SUB] = {emit_vec_binary},
};

static bool has_code(const struct ir_insn *i)
{
    return ops[i->vec].fn && !(ops[i->vec].needs[i->lane] & ~host_features());
}

bool emit_may_call(const struct ir_insn *i)
{
    if (i->op == IR_VEC) return !ir_vec_constant(i->vec) && (ops[i->vec].slow || !has_code(i));
    return i->op == IR_CALL || (i->op >= IR_VADD && i->op <= IR_VCVT_SIZE);
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
    return source(e, size_of(ir_vector_roles(i).vm, i), i->vm, scratch);
}

unsigned vec_d(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    return source(e, size_of(ir_vector_roles(i).v, i), i->v, scratch);
}

struct x64_rm vec_m_rm(struct emit *e, const struct ir_insn *i, unsigned scratch)
{
    if (i->vm != IR_NONE && size_of(ir_vector_roles(i).vm, i) == 4) return place_v(e, 4, i->vm);
    return x64_r(vec_m(e, i, scratch));
}

unsigned vec_target(const struct emit *e, const struct ir_insn *i, unsigned scratch, bool clean)
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

// One instruction, or the same with the operands exchanged.
void emit_vec_binary(struct emit *e, const struct ir_insn *i)
{
    static const uint32_t opcodes[VEC_COUNT][4] = {
        [VEC_AND] = {P(0xdb), P(0xdb), P(0xdb), P(0xdb)},
        [VEC_ADD] = {P(0xfc), P(0xfd), P(0xfe), P(0xd4)},
        [VEC_SUB] = {P(0xf8), P(0xf9), P(0xfa), P(0xfb)},
    };
    const unsigned n = vec_n(e, i, 0);
    vec_last(e, i, opcodes[i->vec][i->lane], n, vec_m_rm(e, i, 1), true);
}
