// Where vector registers are, and SSE operations on them.
#include "jit/x64/emit_neon.h"

enum { MOVHPS = 0x0f16, MOVQ = 0xf3000f7e };

static bool overlap(const struct emit_vector *a, unsigned size, unsigned v)
{
    return emit_vector_overlap(a->size, a->v, size, v);
}

// The XMM register with a copy; 0: there is none.
unsigned emit_vector_copy(struct emit *e, unsigned size, unsigned v)
{
    for (unsigned x = XMM_SCRATCH; x < 16; x++)
        if (e->vector[x].size == size && e->vector[x].v == v) {
            e->vector[x].used = e->vector_op;
            return x;
        }
    return 0;
}

// A register for something else: not one that this operation has seen, and the one seen longest ago.
static unsigned take(struct emit *e)
{
    unsigned oldest = 0;
    for (unsigned x = XMM_SCRATCH; x < 16; x++)
        if (!e->vector_home[x].size && e->vector[x].used < e->vector_op &&
            (!oldest || e->vector[x].used < e->vector[oldest].used))
            oldest = x;
    if (oldest) e->vector[oldest] = (struct emit_vector){.used = e->vector_op};
    return oldest;
}

static void forget(struct emit *e, unsigned size, unsigned v, unsigned but)
{
    for (unsigned x = XMM_SCRATCH; x < 16; x++)
        if (x != but && overlap(&e->vector[x], size, v)) e->vector[x].size = 0;
}

static void remember(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    e->vector[xmm] = (struct emit_vector){
        .size = (uint8_t)size, .v = (uint8_t)v, .set = e->vector_op, .used = e->vector_op};
}

void emit_vector_forget(struct emit *e)
{
    e->ge_mask = false;
    if (!e->vector_copies) return;
    e->vector_copies = false;
    for (unsigned x = XMM_SCRATCH; x < 16; x++)
        e->vector[x].size = 0;
}

void emit_vector_begin(struct emit *e, const struct ir_insn *i)
{
    e->vector_op++;
    e->vector_copies = true;
    e->vector_keep = !emit_may_call(i);
    e->vector_sources = e->vector_keep || emit_fp_form(i);
    e->finished.size = 0;
}

void emit_vector_end(struct emit *e, const struct ir_insn *i)
{
    struct ir_vuse use[IR_VUSES];
    const unsigned n = ir_vector_use(i, use);
    if (n == IR_VUSE_ALL) emit_vector_forget(e);
    e->changed |= emit_vector_changes(e, i);
    for (unsigned k = 0; n != IR_VUSE_ALL && k < n; k++) {
        if (!use[k].writes) continue;
        const unsigned x = emit_vector_copy(e, use[k].size, use[k].v);
        forget(e, use[k].size, use[k].v, x && e->vector[x].set == e->vector_op ? x : 0);
    }
}

void emit_vector_join(struct emit *e, uint32_t since)
{
    e->ge_mask = false;
    for (unsigned x = XMM_SCRATCH; e->vector_copies && x < 16; x++)
        if (e->vector[x].set > since) e->vector[x].size = 0;
}

// A Q register of which there are copies of the halves: memory would have to wait for two stores.
static bool join_halves(struct emit *e, unsigned q, unsigned xmm)
{
    const unsigned low = emit_vector_copy(e, 3, 2 * q), high = emit_vector_copy(e, 3, 2 * q + 1);
    if (!low && !high) return false;
    if (!low) emit_vector_load(e, 3, 2 * q, xmm);
    emit_sse3(e, high ? PUNPCKLQDQ : MOVHPS, xmm, low ? low : xmm,
              high ? x64_r(high) : place_v(e, 3, 2 * q + 1));
    return true;
}

static bool half(struct emit *e, unsigned d, unsigned xmm)
{
    const unsigned q = emit_vector_copy(e, 4, d / 2);
    if (!q) return false;
    if (d & 1)
        vec_shift(e, VEC_SHIFT_BYTES, 3, xmm, q, 8);
    else
        emit_sse2(e, MOVQ, xmm, x64_r(q));
    return true;
}

unsigned in_xmm(struct emit *e, unsigned size, unsigned v, unsigned scratch)
{
    unsigned x = emit_vector_copy(e, size, v);
    if (!x) x = emit_vector_readable(e, size, v);
    if (x) return x;
    if (size == 3 && half(e, v, scratch)) return scratch;
    x = e->vector_sources ? take(e) : 0;
    const unsigned to = x ? x : scratch;
    if (!emit_vector_part(e, size, v, to) && (size != 4 || !join_halves(e, v, to)))
        emit_vector_load(e, size, v, to);
    if (x) remember(e, size, v, x);
    return to;
}

struct x64_rm operand_v(struct emit *e, unsigned size, unsigned v, unsigned scratch)
{
    unsigned x = emit_vector_copy(e, size, v);
    if (!x) x = emit_vector_readable(e, size, v);
    if (!x && scratch < XMM_SCRATCH && emit_vector_part(e, size, v, scratch)) x = scratch;
    return x ? x64_r(x) : place_v(e, size, v);
}

unsigned dest_xmm(struct emit *e, unsigned size, unsigned v, unsigned scratch)
{
    unsigned x = emit_vector_home(e, size, v);
    if (!x) x = emit_vector_copy(e, size, v);
    if (!x) x = take(e);
    return x ? x : scratch;
}

// clean: above a D register are zeros.
static void put(struct emit *e, unsigned size, unsigned v, unsigned xmm, bool clean)
{
    const unsigned move = size == 3 && !clean ? MOVQ : MOVAPS, home = emit_vector_home(e, size, v);
    unsigned x = home;
    if (home && home != xmm)
        emit_sse2(e, move, home, x64_r(xmm));
    else if (!home)
        emit_vector_store(e, size, v, xmm);
    if (!home && e->vector_keep) {
        x = xmm < XMM_SCRATCH || e->vector_home[xmm].size ? 0 : xmm;
        if (!x) x = emit_vector_copy(e, size, v);
        if (!x) x = take(e);
        if (x && x != xmm) emit_sse2(e, move, x, x64_r(xmm));
    }
    forget(e, size, v, 0);
    if (x && !home) remember(e, size, v, x);
    e->finished.size = (uint8_t)size, e->finished.v = (uint8_t)v, e->finished.xmm = (uint8_t)xmm;
    e->finished.clean = clean || xmm >= XMM_SCRATCH;
}

void finish_xmm(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    put(e, size, v, xmm, xmm >= XMM_SCRATCH);
}

void finish_clean_xmm(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    put(e, size, v, xmm, true);
}

unsigned emit_vector_keep_result(struct emit *e)
{
    const unsigned size = e->finished.size, v = e->finished.v, from = e->finished.xmm;
    if (!size || e->vector_keep || emit_vector_home(e, size, v)) return 0;
    const unsigned x = from < XMM_SCRATCH || e->vector_home[from].size ? take(e) : from;
    if (!x) return 0;
    if (x != from) emit_sse2(e, size == 3 && !e->finished.clean ? MOVQ : MOVAPS, x, x64_r(from));
    remember(e, size, v, x);
    return x;
}

void emit_sse2(struct emit *e, unsigned op, unsigned d, struct x64_rm b)
{
    if (host_has(HOST_AVX))
        x64_vex(&e->a, 0, op, d, 0, b);
    else
        x64_op(&e->a, 0, op, d, b);
}

void emit_sse3(struct emit *e, unsigned op, unsigned d, unsigned a, struct x64_rm b)
{
    if (host_has(HOST_AVX)) {
        x64_vex(&e->a, 0, op, d, a, b);
        return;
    }
    if (d != a) x64_op(&e->a, 0, MOVAPS, d, x64_r(a));
    x64_op(&e->a, 0, op, d, b);
}

void emit_sse_shift(struct emit *e, unsigned op, unsigned n, unsigned d, unsigned a, unsigned bits)
{
    if (host_has(HOST_AVX)) {
        x64_vex(&e->a, 0, op, n, d, x64_r(a));
    } else {
        if (d != a) x64_op(&e->a, 0, MOVAPS, d, x64_r(a));
        x64_op(&e->a, 0, op, n, x64_r(d));
    }
    x64_byte(&e->a, bits);
}
