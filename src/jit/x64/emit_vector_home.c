// Vector registers that have homes: XMM registers that hold them as long as the unit runs. Of a part, or of
// what consists of several, memory knows after a home has been stored there.
#include "jit/x64/emit_neon.h"

// Loads and stores by size.
enum { MOVD = 0x66000f6e, MOVQ = 0xf3000f7e, MOVD_TO = 0x66000f7e, MOVQ_TO = 0x66000fd6, MOVAPS_TO = 0x0f29 };
enum { MOVSD = 0xf2000f10, MOVSS = 0xf3000f10, INSERTPS = 0x660f3a21 };

bool emit_vector_overlap(unsigned size, unsigned v, unsigned size2, unsigned v2)
{
    return size && v << size < (v2 + 1) << size2 && v2 << size2 < (v + 1) << size;
}

static struct x64_rm slot(unsigned size, unsigned v)
{
    return x64_m(RBP, (int32_t)(offsetof(struct cpu, d) + (v << size)));
}

static void load(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    emit_sse2(e, size == 4 ? MOVAPS : size == 3 ? MOVQ : MOVD, xmm, slot(size, v));
}

static void store(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    emit_sse2(e, size == 4 ? MOVAPS_TO : size == 3 ? MOVQ_TO : MOVD_TO, xmm, slot(size, v));
}

// The home that has a register, whole or as a part; 0: none.
static unsigned holder(const struct emit *e, unsigned size, unsigned v)
{
    const unsigned x = e->vector_at[v << size >> 2];
    return e->vector_home[x].size >= size ? x : 0;
}

// Of the registers that a register overlaps.
static void each_home(struct emit *e, unsigned size, unsigned v, bool save)
{
    for (unsigned x = XMM_SCRATCH; e->vector_homes && x < 16; x++) {
        const struct emit_vector_home *h = &e->vector_home[x];
        if (emit_vector_overlap(h->size, h->v, size, v)) (save ? store : load)(e, h->size, h->v, x);
    }
}

struct x64_rm place_v(struct emit *e, unsigned size, unsigned v)
{
    each_home(e, size, v, true);
    return slot(size, v);
}

unsigned emit_vector_home(const struct emit *e, unsigned size, unsigned v)
{
    const unsigned x = holder(e, size, v);
    return e->vector_home[x].size == size ? x : 0;
}

bool emit_vector_has_home(const struct emit *e, unsigned size, unsigned v)
{
    for (unsigned s = v << size >> 2; s < (v + 1) << size >> 2; s++)
        if (e->vector_at[s]) return true;
    return false;
}

// Where in its home a register is, in words.
static unsigned word(const struct emit *e, unsigned x, unsigned size, unsigned v)
{
    return ((v << size) - ((unsigned)e->vector_home[x].v << e->vector_home[x].size)) >> 2;
}

unsigned emit_vector_readable(const struct emit *e, unsigned size, unsigned v)
{
    const unsigned x = holder(e, size, v);
    return x && (e->vector_home[x].size == size || (size == 2 && !word(e, x, size, v))) ? x : 0;
}

bool emit_vector_part(struct emit *e, unsigned size, unsigned v, unsigned to)
{
    const unsigned x = holder(e, size, v);
    if (!x) return false;
    const unsigned at = word(e, x, size, v);
    if (size == 2)
        vec_shuffle(e, PSHUFD, to, x64_r(x), at);
    else if (at)
        vec_shift(e, VEC_SHIFT_BYTES, 3, to, x, 8);
    else
        emit_sse2(e, MOVQ, to, x64_r(x));
    return true;
}

void emit_vector_load(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    emit_sse2(e, size == 4 ? MOVAPS : size == 3 ? MOVQ : MOVD, xmm, place_v(e, size, v));
}

static bool insert(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    const unsigned x = holder(e, size, v), at = x ? word(e, x, size, v) : 0;
    if (!x || (size == 2 && at && !host_has(HOST_SSE41))) return false;
    if (size == 3) {
        vec_op(e, at ? PUNPCKLQDQ : MOVSD, x, x, xmm);
    } else if (!at) {
        vec_op(e, MOVSS, x, x, xmm);
    } else {
        vec_op(e, INSERTPS, x, x, xmm);
        x64_byte(&e->a, at << 4);
    }
    return true;
}

void emit_vector_store(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    if (insert(e, size, v, xmm)) return;
    each_home(e, size, v, true);
    store(e, size, v, xmm);
    each_home(e, size, v, false);
}

void emit_vector_reload(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    each_home(e, size, v, false);
    if (xmm) load(e, size, v, xmm);
}

void emit_vector_store_homes(struct emit *e, unsigned mask)
{
    if (!e->vector_homes) return;
    for (unsigned x = XMM_SCRATCH; x < 16; x++) {
        const struct emit_vector_home *h = &e->vector_home[x];
        if (h->written && mask >> x & 1) store(e, h->size, h->v, x);
    }
}

void emit_vector_load_homes(struct emit *e)
{
    if (!e->vector_homes) return;
    for (unsigned x = XMM_SCRATCH; x < 16; x++) {
        const struct emit_vector_home *h = &e->vector_home[x];
        if (h->size) load(e, h->size, h->v, x);
    }
}

uint8_t *emit_vector_store_thunk(struct emit *e)
{
    uint8_t *at = e->a.p;
    emit_vector_store_homes(e, ALL_HOMES);
    x64_byte(&e->a, 0xc3); // ret
    return at;
}

uint16_t emit_vector_changes(const struct emit *e, const struct ir_insn *i)
{
    struct ir_vuse use[IR_VUSES];
    const unsigned n = e->vector_homes ? ir_vector_use(i, use) : 0;
    uint16_t mask = 0;
    for (unsigned k = 0; n != IR_VUSE_ALL && k < n; k++)
        for (unsigned s = use[k].v << use[k].size >> 2; s < (use[k].v + 1u) << use[k].size >> 2; s++)
            if (use[k].writes && e->vector_at[s]) mask |= (uint16_t)(1u << e->vector_at[s]);
    return mask;
}

// Which homes may have changed at the beginning of each block: calls, behind which the unit is entered anew,
// change none.
static void follow_changes(struct emit *e, const struct ir_block *b)
{
    memset(e->block_changed, 0, sizeof e->block_changed);
    for (bool again = e->vector_homes; again;) {
        uint16_t now = 0;
        again = false;
        for (unsigned k = 0; k < b->n; k++) {
            const struct ir_insn *i = &b->insn[k];
            const bool returns = i->op == IR_GOTO_REG && i->x && !(i->mode & IR_LINKS);
            if (i->op == IR_ENTER) now = e->block_changed[i->imm];
            now |= emit_vector_changes(e, i);
            if (i->op != IR_JUMP && !returns) continue;
            uint16_t *to = &e->block_changed[returns ? i->x - 1u : i->imm];
            if (!(now & ~*to)) continue;
            *to |= now;
            again = true;
        }
    }
}

void emit_set_vector_homes(struct emit *e, const struct emit_vector_home home[16], const struct ir_block *b)
{
    if (!home && !e->vector_homes) { // nor the unit before
        e->block_changed[0] = 0;
        return;
    }
    static const struct emit_vector_home none[16];
    memcpy(e->vector_home, home ? home : none, sizeof e->vector_home);
    memset(e->vector_at, 0, sizeof e->vector_at);
    e->vector_homes = false;
    for (unsigned x = 0; x < 16; x++) {
        const struct emit_vector_home *h = &e->vector_home[x];
        if (!h->size) continue;
        e->vector_homes = true;
        memset(&e->vector_at[h->v << h->size >> 2], (int)x, 1u << h->size >> 2);
    }
    follow_changes(e, b);
}
