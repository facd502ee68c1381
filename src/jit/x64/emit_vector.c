// Where vector registers are, and SSE operations on them.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

enum { MOVAPS = 0x0f28, MOVAPS_TO = 0x0f29 };
// Loads and stores by size.
enum { MOVD = 0x66000f6e, MOVQ = 0xf3000f7e, MOVD_TO = 0x66000f7e, MOVQ_TO = 0x66000fd6 };

struct x64_rm place_v(const struct emit *e, unsigned size, unsigned v)
{
    (void)e;
    return x64_m(RBP, (int32_t)(offsetof(struct cpu, d) + (v << size)));
}

unsigned in_xmm(struct emit *e, unsigned size, unsigned v, unsigned scratch)
{
    const struct x64_rm m = place_v(e, size, v);
    if (!m.mem) return (unsigned)m.base;
    emit_sse2(e, size == 4 ? MOVAPS : size == 3 ? MOVQ : MOVD, scratch, m);
    return scratch;
}

unsigned dest_xmm(const struct emit *e, unsigned size, unsigned v, unsigned scratch)
{
    const struct x64_rm m = place_v(e, size, v);
    return m.mem ? scratch : (unsigned)m.base;
}

void finish_xmm(struct emit *e, unsigned size, unsigned v, unsigned xmm)
{
    const struct x64_rm m = place_v(e, size, v);
    if (m.mem)
        emit_sse2(e, size == 4 ? MOVAPS_TO : size == 3 ? MOVQ_TO : MOVD_TO, xmm, m);
    else if (m.base != (int)xmm)
        emit_sse2(e, size == 3 ? MOVQ : MOVAPS, (unsigned)m.base, x64_r(xmm));
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
