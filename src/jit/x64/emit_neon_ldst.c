// Loads and stores of several D registers: Q registers in one piece where they are whole.
#include "ir/vector.h"
#include "jit/x64/emit_neon_ldst.h"

enum { MOVUPS = 0x0f10, MOVUPS_TO = 0x0f11, MOVQ = 0xf3000f7e, MOVQ_TO = P(0xd6) };

static struct x64_rm plus(struct x64_rm m, uint32_t bytes)
{
    m.disp += (int32_t)bytes;
    return m;
}

// The first piece waits until the last one has been found to be there: memory faults by pages, and there are
// at most two.
static void load_many(struct emit *e, const struct ir_insn *i)
{
    struct ir_vuse p[IR_VUSES];
    const unsigned n = ir_vector_use(i, p);
    const struct x64_rm m = emit_address(e, i);
    for (unsigned turn = 0; turn < n; turn++) {
        const unsigned k = turn == 0 ? 0 : turn == 1 ? n - 1 : turn - 1;
        uint32_t offset = 0;
        for (unsigned j = 0; j < k; j++)
            offset += 1u << p[j].size;
        const unsigned x = k == 0 && n > 1 ? 0 : dest_xmm(e, p[k].size, p[k].v, 1);
        if (k)
            emit_site_above(e, i);
        else
            emit_site(e, i);
        emit_sse2(e, p[k].size == 4 ? MOVUPS : MOVQ, x, plus(m, offset));
        if (k || n == 1) finish_xmm(e, p[k].size, p[k].v, x);
    }
    if (n > 1) finish_xmm(e, p[0].size, p[0].v, 0);
}

static void store_many(struct emit *e, const struct ir_insn *i)
{
    struct ir_vuse p[IR_VUSES];
    const unsigned n = ir_vector_use(i, p);
    const struct x64_rm m = emit_address(e, i);
    uint32_t offset = 0;
    for (unsigned k = 0; k < n; k++) {
        const unsigned x = in_xmm(e, p[k].size, p[k].v, k & 3);
        emit_site(e, i);
        emit_sse2(e, p[k].size == 4 ? MOVUPS_TO : MOVQ_TO, x, plus(m, offset));
        offset += 1u << p[k].size;
    }
}

void emit_neon_ldst(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_LDVM: load_many(e, i); break;
    case IR_STVM: store_many(e, i); break;
    case IR_LDVS: emit_load_structures(e, i); break;
    default: emit_store_structures(e, i); break;
    }
}
