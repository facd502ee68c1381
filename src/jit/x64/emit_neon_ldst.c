// Loads and stores of several D registers: Q registers in one piece where they are whole.
#include "jit/x64/emit_internal.h"

enum { MOVUPS = 0x0f10, MOVUPS_TO = 0x0f11, MOVQ = 0xf3000f7e, MOVQ_TO = 0x66000fd6 };

struct piece {
    uint8_t size, reg; // as place_v takes them
    uint32_t offset;   // in bytes
};

enum { MAX_PIECES = 17 };

// n D registers from v, as Q registers and single D registers.
static unsigned cut(unsigned v, unsigned n, struct piece *p)
{
    unsigned count = 0;
    for (unsigned k = 0; k < n;) {
        const bool quad = !((v + k) & 1) && k + 1 < n;
        p[count++] = (struct piece){quad ? 4 : 3, (uint8_t)(quad ? (v + k) / 2 : v + k), 8 * k};
        k += quad ? 2 : 1;
    }
    return count;
}

static struct x64_rm at(struct x64_rm m, const struct piece *p)
{
    m.disp += (int32_t)p->offset;
    return m;
}

// The first piece waits until the last one has been found to be there: memory faults by pages, and there are
// at most two.
static void load_many(struct emit *e, const struct ir_insn *i)
{
    struct piece p[MAX_PIECES];
    const unsigned n = cut(i->v, i->n, p);
    const struct x64_rm m = emit_address(e, i);
    for (unsigned k = 0; k < n; k++) {
        const unsigned turn = k == 0 ? 0 : k == 1 ? n - 1 : k - 1;
        const struct piece *q = &p[turn];
        const unsigned x = turn == 0 && n > 1 ? 0 : dest_xmm(e, q->size, q->reg, 1);
        if (turn)
            emit_site_above(e, i);
        else
            emit_site(e, i);
        emit_sse2(e, q->size == 4 ? MOVUPS : MOVQ, x, at(m, q));
        if (turn || n == 1) finish_xmm(e, q->size, q->reg, x);
    }
    if (n > 1) finish_xmm(e, p[0].size, p[0].reg, 0);
}

static void store_many(struct emit *e, const struct ir_insn *i)
{
    struct piece p[MAX_PIECES];
    const unsigned n = cut(i->v, i->n, p);
    const struct x64_rm m = emit_address(e, i);
    for (unsigned k = 0; k < n; k++) {
        const unsigned x = in_xmm(e, p[k].size, p[k].reg, k & 3);
        emit_site(e, i);
        emit_sse2(e, p[k].size == 4 ? MOVUPS_TO : MOVQ_TO, x, at(m, &p[k]));
    }
}

void emit_neon_ldst(struct emit *e, const struct ir_insn *i)
{
    if (i->op == IR_LDVM)
        load_many(e, i);
    else
        store_many(e, i);
}
