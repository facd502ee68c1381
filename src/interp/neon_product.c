// Advanced SIMD: saturating doubling products, products with a scalar, polynomial products.
#include "interp/neon.h"
#include "softfp/crypto.h"

// The scalar operand in every element, where one is named.
#define SCALAR(E)   (NEON_LANES(E, s->rm)[s->x])
#define SPLAT(T, E) ((T){} + SCALAR(E))

#define SCALAR_HANDLER(name, T, E, width, quad, expr)                                                        \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        const T d = (T)neon_get(c, s->rd, quad), n = (T)neon_get(c, s->rn, quad), m = SPLAT(T, E);           \
        (void)d;                                                                                             \
        neon_set(c, s->rd, quad, (u64x2)(expr));                                                             \
        NEXT;                                                                                                \
    }
#define SCALAR_HANDLERS(name, expr)                                                                          \
    SCALAR_HANDLER(name##_u16, u16x8, uint16_t, d, false, expr)                                              \
    SCALAR_HANDLER(name##_u16, u16x8, uint16_t, q, true, expr)                                               \
    SCALAR_HANDLER(name##_u32, u32x4, uint32_t, d, false, expr)                                              \
    SCALAR_HANDLER(name##_u32, u32x4, uint32_t, q, true, expr)
// vmul.iN Vd, Vn, Dm[x]
SCALAR_HANDLERS(vmul_sc, n *m)
// vmla.iN Vd, Vn, Dm[x]
SCALAR_HANDLERS(vmla_sc, d + n * m)
// vmls.iN Vd, Vn, Dm[x]
SCALAR_HANDLERS(vmls_sc, d - n * m)

static inline int64_t saturate(__int128 v, unsigned bits, bool *sat)
{
    const int64_t max = (int64_t)(~0ull >> (65 - bits)), min = ~max;
    if (v >= min && v <= max) return (int64_t)v;
    *sat = true;
    return v < 0 ? min : max;
}

// The high half of 2 * n * m, which is too large for two smallest numbers only; the low half is rounded or
// dropped.
static inline int64_t high_product(int64_t n, int64_t m, unsigned bits, bool round, bool *sat)
{
    const int64_t half = round ? 1ll << (bits - 2) : 0; // of n * m, not doubled
    return saturate((n * m + half) >> (bits - 1), bits, sat);
}

// … added to or taken from d before rounding (ARMv8.1).
static inline int64_t high_sum(int64_t d, int64_t n, int64_t m, unsigned bits, bool subtract, bool *sat)
{
    const __int128 product = (__int128)n * m * 2, sum = (__int128)d * ((__int128)1 << bits);
    return saturate(((subtract ? sum - product : sum + product) + (1ll << (bits - 1))) >> bits, bits, sat);
}

// One element after the other: the expression sees d, n, m.
#define LANE_HANDLER(name, E, width, words, m_expr, expr)                                                    \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        E *rd = NEON_LANES(E, s->rd);                                                                        \
        const E *rn = NEON_LANES(E, s->rn), *rm = NEON_LANES(E, s->rm);                                      \
        const E scalar = rm[s->x];                                                                           \
        (void)scalar;                                                                                        \
        bool sat = false;                                                                                    \
        for (unsigned i = 0; i < (words)*8 / sizeof(E); i++) {                                               \
            const E d = rd[i], n = rn[i], m = m_expr;                                                        \
            (void)d;                                                                                         \
            rd[i] = (E)(expr);                                                                               \
        }                                                                                                    \
        if (sat) c->fpscr |= FPSCR_QC;                                                                       \
        NEXT;                                                                                                \
    }
#define LANE_HANDLERS(name, EXPR)                                                                            \
    LANE_HANDLER(name##_s16, int16_t, d, 1, rm[i], EXPR(16))                                                 \
    LANE_HANDLER(name##_s16, int16_t, q, 2, rm[i], EXPR(16))                                                 \
    LANE_HANDLER(name##_s32, int32_t, d, 1, rm[i], EXPR(32))                                                 \
    LANE_HANDLER(name##_s32, int32_t, q, 2, rm[i], EXPR(32))                                                 \
    LANE_HANDLER(name##_sc_s16, int16_t, d, 1, scalar, EXPR(16))                                             \
    LANE_HANDLER(name##_sc_s16, int16_t, q, 2, scalar, EXPR(16))                                             \
    LANE_HANDLER(name##_sc_s32, int32_t, d, 1, scalar, EXPR(32))                                             \
    LANE_HANDLER(name##_sc_s32, int32_t, q, 2, scalar, EXPR(32))
// vqdmulh.sN Vd, Vn, Vm; vqdmulh.sN Vd, Vn, Dm[x]
#define VQDMULH(B) high_product(n, m, B, false, &sat)
LANE_HANDLERS(vqdmulh, VQDMULH)
// vqrdmulh.sN Vd, Vn, Vm; vqrdmulh.sN Vd, Vn, Dm[x]
#define VQRDMULH(B) high_product(n, m, B, true, &sat)
LANE_HANDLERS(vqrdmulh, VQRDMULH)
// vqrdmlah.sN Vd, Vn, Vm; vqrdmlah.sN Vd, Vn, Dm[x]
#define VQRDMLAH(B) high_sum(d, n, m, B, false, &sat)
LANE_HANDLERS(vqrdmlah, VQRDMLAH)
// vqrdmlsh.sN Vd, Vn, Vm; vqrdmlsh.sN Vd, Vn, Dm[x]
#define VQRDMLSH(B) high_sum(d, n, m, B, true, &sat)
LANE_HANDLERS(vqrdmlsh, VQRDMLSH)

// Doubled products of twice the width. The operands are copied first: the destination may hold them.
#define LONG_HANDLER(name, W, E, H, m_expr, expr)                                                            \
    STEP(name)                                                                                               \
    {                                                                                                        \
        W *rd = NEON_LANES(W, s->rd);                                                                        \
        const H rn = *(const H *)(c->d + s->rn), rm = *(const H *)(c->d + s->rm);                            \
        const E scalar = SCALAR(E);                                                                          \
        (void)scalar, (void)rm;                                                                              \
        bool sat = false;                                                                                    \
        for (unsigned i = 0; i < 8 / sizeof(E); i++) {                                                       \
            const W d = rd[i];                                                                               \
            const E n = rn[i], m = m_expr;                                                                   \
            (void)d;                                                                                         \
            rd[i] = (W)(expr);                                                                               \
        }                                                                                                    \
        if (sat) c->fpscr |= FPSCR_QC;                                                                       \
        NEXT;                                                                                                \
    }
#define LONG_HANDLERS(name, EXPR)                                                                            \
    LONG_HANDLER(name##_s16, int32_t, int16_t, s16x4, rm[i], EXPR(32))                                       \
    LONG_HANDLER(name##_s32, int64_t, int32_t, s32x2, rm[i], EXPR(64))                                       \
    LONG_HANDLER(name##_sc_s16, int32_t, int16_t, s16x4, scalar, EXPR(32))                                   \
    LONG_HANDLER(name##_sc_s32, int64_t, int32_t, s32x2, scalar, EXPR(64))
#define DOUBLED(B) saturate((__int128)n *m * 2, B, &sat)
// vqdmull.sN Qd, Dn, Dm; vqdmull.sN Qd, Dn, Dm[x]
LONG_HANDLERS(vqdmull, DOUBLED)
// vqdmlal.sN Qd, Dn, Dm; vqdmlal.sN Qd, Dn, Dm[x]
#define VQDMLAL(B) saturate((__int128)d + DOUBLED(B), B, &sat)
LONG_HANDLERS(vqdmlal, VQDMLAL)
// vqdmlsl.sN Qd, Dn, Dm; vqdmlsl.sN Qd, Dn, Dm[x]
#define VQDMLSL(B) saturate((__int128)d - DOUBLED(B), B, &sat)
LONG_HANDLERS(vqdmlsl, VQDMLSL)

// Products of polynomials over {0, 1} (A8.3.3), all bytes of a register at once.
static inline u8x16 poly_product(u8x16 n, u8x16 m)
{
    u8x16 r = {0};
    for (int i = 0; i < 8; i++)
        r ^= (n << i) & (u8x16)((m >> i & 1) == 1);
    return r;
}

// vmul.p8 Vd, Vn, Vm
NEON_HANDLERS(vmul_p, u8x16, poly_product(n, m))

// vmull.p8 Qd, Dn, Dm
STEP(vmull_p8)
{
    const u16x8 n = __builtin_convertvector(*(const u8x8 *)(c->d + s->rn), u16x8);
    const u16x8 m = __builtin_convertvector(*(const u8x8 *)(c->d + s->rm), u16x8);
    u16x8 r = {0};
    for (int i = 0; i < 8; i++)
        r ^= (n << i) & (u16x8)((m >> i & 1) == 1);
    neon_set(c, s->rd, true, (u64x2)r);
    NEXT;
}

// vmull.p64 Qd, Dn, Dm
STEP(vmull_p64)
{
    const uint64_t n = c->d[s->rn], m = c->d[s->rm];
    c->d[s->rd] = poly64_product_low(n, m);
    c->d[s->rd + 1] = poly64_product_high(n, m);
    NEXT;
}

#define HALVES(name)                                                                                         \
    {                                                                                                        \
        {NULL, NULL}, NEON_DQ(name##_s16), NEON_DQ(name##_s32)                                               \
    }
#define HALVES_U(name)                                                                                       \
    {                                                                                                        \
        {NULL, NULL}, NEON_DQ(name##_u16), NEON_DQ(name##_u32)                                               \
    }

static step_fn *select_long(const struct insn *in)
{
    const bool word = in->size == 2;
    switch ((enum op)in->op) {
    case OP_VQDMULL: return word ? vqdmull_s32 : vqdmull_s16;
    case OP_VQDMULL_SC: return word ? vqdmull_sc_s32 : vqdmull_sc_s16;
    case OP_VQDMLAL: return word ? vqdmlal_s32 : vqdmlal_s16;
    case OP_VQDMLAL_SC: return word ? vqdmlal_sc_s32 : vqdmlal_sc_s16;
    case OP_VQDMLSL: return word ? vqdmlsl_s32 : vqdmlsl_s16;
    case OP_VQDMLSL_SC: return word ? vqdmlsl_sc_s32 : vqdmlsl_sc_s16;
    case OP_VMUL_P: return neon_quad(in) ? vmul_p_q : vmul_p_d;
    case OP_VMULL_P8: return vmull_p8;
    case OP_VMULL_P64: return vmull_p64;
    default: return NULL;
    }
}

step_fn *neon_select_product(const struct insn *in)
{
    static neon_by_size mul = HALVES_U(vmul_sc), mla = HALVES_U(vmla_sc), mls = HALVES_U(vmls_sc),
                        qdmulh = HALVES(vqdmulh), qdmulh_sc = HALVES(vqdmulh_sc), qrdmulh = HALVES(vqrdmulh),
                        qrdmulh_sc = HALVES(vqrdmulh_sc), qrdmlah = HALVES(vqrdmlah),
                        qrdmlah_sc = HALVES(vqrdmlah_sc), qrdmlsh = HALVES(vqrdmlsh),
                        qrdmlsh_sc = HALVES(vqrdmlsh_sc);
    switch ((enum op)in->op) {
    case OP_VMUL_I_SC: return neon_pick_size(mul, in);
    case OP_VMLA_I_SC: return neon_pick_size(mla, in);
    case OP_VMLS_I_SC: return neon_pick_size(mls, in);
    case OP_VQDMULH: return neon_pick_size(qdmulh, in);
    case OP_VQDMULH_SC: return neon_pick_size(qdmulh_sc, in);
    case OP_VQRDMULH: return neon_pick_size(qrdmulh, in);
    case OP_VQRDMULH_SC: return neon_pick_size(qrdmulh_sc, in);
    case OP_VQRDMLAH: return neon_pick_size(qrdmlah, in);
    case OP_VQRDMLAH_SC: return neon_pick_size(qrdmlah_sc, in);
    case OP_VQRDMLSH: return neon_pick_size(qrdmlsh, in);
    case OP_VQRDMLSH_SC: return neon_pick_size(qrdmlsh_sc, in);
    default: return select_long(in);
    }
}
