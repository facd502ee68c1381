// Advanced SIMD: floating-point arithmetic and comparison (A7.4.1, A7.4.3, A7.4.5), with the standard FPSCR
// value: rounding to nearest, denormals flushed, default NaN (A2.7.7).
//
// A vector's results come from the host when none of its lanes is special and the cumulative inexact flag is
// set already or needs not be set; else softfp makes them one by one.
#include "interp/neon.h"
#include "softfp/fast.h"

typedef f32 single_op(f32 d, f32 n, f32 m, struct softfp *fp);
typedef f16 half_op(f16 d, f16 n, f16 m, struct softfp *fp);

// Operands, arranged: n and m as the instruction has them, by pairs, or m a scalar in every lane.
struct operands {
    u32x4 d, n, m;
};

struct half_operands {
    u16x8 d, n, m;
};

APART static u32x4 slow_single(struct cpu *c, u32x4 d, u32x4 n, u32x4 m, unsigned lanes, single_op *op)
{
    struct softfp fp = softfp_standard(c->fpscr);
    u32x4 r = {0};
    for (unsigned i = 0; i < lanes; i++)
        r[i] = op(d[i], n[i], m[i], &fp);
    c->fpscr |= fp.flags;
    return r;
}

APART static u16x8 slow_half(struct cpu *c, u16x8 d, u16x8 n, u16x8 m, unsigned lanes, half_op *op)
{
    struct softfp fp = softfp_standard(c->fpscr);
    u16x8 r = {0};
    for (unsigned i = 0; i < lanes; i++)
        r[i] = op(d[i], n[i], m[i], &fp);
    c->fpscr |= fp.flags;
    return r;
}

// The operations on one lane.
#define SIGN_f32          0x80000000u
#define SIGN_f16          0x8000u
#define ALL(t, condition) ((t)((condition) ? (t)~0u : 0))
#define OPERATION(t, name, expr)                                                                             \
    static t t##_##name##_op(t d, t n, t m, struct softfp *fp)                                               \
    {                                                                                                        \
        (void)d, (void)n, (void)m;                                                                           \
        return expr;                                                                                         \
    }
#define ABS(t, v) ((t)((v) & (SIGN_##t - 1)))
#define NEG(t, v) ((t)((v) ^ SIGN_##t))
#define OPERATIONS(t)                                                                                        \
    OPERATION(t, add, t##_add(n, m, fp))                                                                     \
    OPERATION(t, sub, t##_sub(n, m, fp))                                                                     \
    OPERATION(t, mul, t##_mul(n, m, fp))                                                                     \
    OPERATION(t, abd, ABS(t, t##_sub(n, m, fp)))                                                             \
    OPERATION(t, mla, t##_add(d, t##_mul(n, m, fp), fp))                                                     \
    OPERATION(t, mls, t##_add(d, NEG(t, t##_mul(n, m, fp)), fp))                                             \
    OPERATION(t, fma, t##_muladd(d, n, m, fp))                                                               \
    OPERATION(t, fms, t##_muladd(d, NEG(t, n), m, fp))                                                       \
    OPERATION(t, max, t##_max(n, m, fp))                                                                     \
    OPERATION(t, min, t##_min(n, m, fp))                                                                     \
    OPERATION(t, maxnm, t##_maxnum(n, m, fp))                                                                \
    OPERATION(t, minnm, t##_minnum(n, m, fp))                                                                \
    OPERATION(t, recps, t##_recip_step(n, m, fp))                                                            \
    OPERATION(t, rsqrts, t##_rsqrt_step(n, m, fp))                                                           \
    OPERATION(t, ceq, ALL(t, t##_eq(n, m, fp)))                                                              \
    OPERATION(t, cge, ALL(t, t##_ge(n, m, fp)))                                                              \
    OPERATION(t, cgt, ALL(t, t##_gt(n, m, fp)))                                                              \
    OPERATION(t, acge, ALL(t, t##_ge(ABS(t, n), ABS(t, m), fp)))                                             \
    OPERATION(t, acgt, ALL(t, t##_gt(ABS(t, n), ABS(t, m), fp)))                                             \
    OPERATION(t, ceq0, ALL(t, t##_eq(m, 0, fp)))                                                             \
    OPERATION(t, cge0, ALL(t, t##_ge(m, 0, fp)))                                                             \
    OPERATION(t, cgt0, ALL(t, t##_gt(m, 0, fp)))                                                             \
    OPERATION(t, cle0, ALL(t, t##_ge(0, m, fp)))                                                             \
    OPERATION(t, clt0, ALL(t, t##_gt(0, m, fp)))

OPERATIONS(f32)
OPERATIONS(f16)

// Lanes as masks.
static inline bool any(u32x4 mask)
{
    const u64x2 v = (u64x2)mask;
    return v[0] | v[1];
}

static inline u32x4 magnitude(u32x4 v)
{
    return v & 0x7fffffffu;
}

static inline u32x4 denormal(u32x4 v)
{
    return (u32x4)((v & 0x7f800000u) == 0) & (u32x4)(magnitude(v) != 0);
}

static inline u32x4 nan_or_denormal(u32x4 v)
{
    return denormal(v) | (u32x4)((s32x4)magnitude(v) > 0x7f800000);
}

// Sums: the host's are right if no number is denormal, infinite or nearly so. They are exact if the error
// (Knuth's TwoSum) is 0.
static inline bool fast_add(struct cpu *c, u32x4 n, u32x4 m, u32x4 *r)
{
    const f32x4 x = (f32x4)n, y = (f32x4)m, sum = x + y;
    const u32x4 v = (u32x4)sum;
    if (any(denormal(n) | denormal(m) | denormal(v) | (u32x4)((s32x4)magnitude(v) >= 0x7f000000)))
        return false;
    if (!(c->fpscr & FPSCR_IXC)) {
        const f32x4 z = sum - x, error = (x - (sum - z)) + (y - z);
        if (any((u32x4)(error != 0))) c->fpscr |= FPSCR_IXC;
    }
    *r = v;
    return true;
}

static inline bool fast_sub(struct cpu *c, u32x4 n, u32x4 m, u32x4 *r)
{
    return fast_add(c, n, m ^ SIGN_f32, r);
}

// Products: right if well inside the range, or 0 times something. Whether they are exact is not looked into.
static inline bool fast_mul(struct cpu *c, u32x4 n, u32x4 m, u32x4 *r)
{
    const u32x4 v = (u32x4)((f32x4)n * (f32x4)m), a = magnitude(v);
    const u32x4 zero = (u32x4)(a == 0) & ((u32x4)(magnitude(n) == 0) | (u32x4)(magnitude(m) == 0));
    const u32x4 outside = (u32x4)((s32x4)a < 0x01000000) | (u32x4)((s32x4)a >= 0x7f000000);
    if (any(denormal(n) | denormal(m) | (outside & ~zero))) return false;
    if (!(c->fpscr & FPSCR_IXC)) {
        for (unsigned i = 0; i < 4; i++)
            if ((double)f32_host(n[i]) * (double)f32_host(m[i]) != (double)f32_host(v[i]))
                c->fpscr |= FPSCR_IXC;
    }
    *r = v;
    return true;
}

static inline bool fast_mla(struct cpu *c, u32x4 d, u32x4 n, u32x4 m, u32x4 *r)
{
    u32x4 product;
    return fast_mul(c, n, m, &product) && fast_add(c, d, product, r);
}

static inline bool fast_mls(struct cpu *c, u32x4 d, u32x4 n, u32x4 m, u32x4 *r)
{
    u32x4 product;
    return fast_mul(c, n, m, &product) && fast_sub(c, d, product, r);
}

static inline bool fast_fma(struct cpu *c, u32x4 d, u32x4 n, u32x4 m, u32x4 *r)
{
    u32x4 v = {0};
    for (unsigned i = 0; i < 4; i++) {
        f32 lane;
        if (!f32_muladd_fast(d[i], n[i], m[i], true, &c->fpscr, &lane)) return false;
        v[i] = lane;
    }
    *r = v;
    return true;
}

static inline bool fast_abd(struct cpu *c, u32x4 n, u32x4 m, u32x4 *r)
{
    if (!fast_sub(c, n, m, r)) return false;
    *r = magnitude(*r);
    return true;
}

// Of equal numbers, which may be zeros of either sign, maximum is the positive one, minimum the negative one.
static inline bool fast_max(u32x4 n, u32x4 m, u32x4 *r)
{
    if (any(nan_or_denormal(n) | nan_or_denormal(m))) return false;
    const u32x4 less = (u32x4)((f32x4)n < (f32x4)m), equal = (u32x4)((f32x4)n == (f32x4)m);
    *r = (m & less) | (n & ~less & ~equal) | (n & m & equal);
    return true;
}

static inline bool fast_min(u32x4 n, u32x4 m, u32x4 *r)
{
    if (any(nan_or_denormal(n) | nan_or_denormal(m))) return false;
    const u32x4 less = (u32x4)((f32x4)n < (f32x4)m), equal = (u32x4)((f32x4)n == (f32x4)m);
    *r = (n & less) | (m & ~less & ~equal) | ((n | m) & equal);
    return true;
}

#define FAST_COMPARE(name, a, b, operator)                                                                   \
    static inline bool fast_##name(u32x4 n, u32x4 m, u32x4 *r)                                               \
    {                                                                                                        \
        (void)n;                                                                                             \
        if (any(nan_or_denormal(a) | nan_or_denormal(b))) return false;                                      \
        *r = (u32x4)((f32x4)(a) operator(f32x4)(b));                                                         \
        return true;                                                                                         \
    }
#define ZERO ((u32x4){0})
FAST_COMPARE(ceq, n, m, ==)
FAST_COMPARE(cge, n, m, >=)
FAST_COMPARE(cgt, n, m, >)
FAST_COMPARE(acge, magnitude(n), magnitude(m), >=)
FAST_COMPARE(acgt, magnitude(n), magnitude(m), >)
FAST_COMPARE(ceq0, m, ZERO, ==)
FAST_COMPARE(cge0, m, ZERO, >=)
FAST_COMPARE(cgt0, m, ZERO, >)
FAST_COMPARE(cle0, m, ZERO, <=)
FAST_COMPARE(clt0, m, ZERO, <)

// How operands are arranged.
static inline struct operands plain(const struct cpu *c, const struct step *s, bool quad)
{
    return (struct operands){(u32x4)neon_get(c, s->rd, quad), (u32x4)neon_get(c, s->rn, quad),
                             (u32x4)neon_get(c, s->rm, quad)};
}

static inline struct operands pairs(const struct cpu *c, const struct step *s)
{
    const uint32_t *n = NEON_LANES(const uint32_t, s->rn), *m = NEON_LANES(const uint32_t, s->rm);
    return (struct operands){.n = {n[0], m[0]}, .m = {n[1], m[1]}};
}

static inline struct operands scalar(const struct cpu *c, const struct step *s, bool quad)
{
    const uint32_t m = NEON_LANES(const uint32_t, s->rm)[s->x];
    return (struct operands){(u32x4)neon_get(c, s->rd, quad), (u32x4)neon_get(c, s->rn, quad),
                             quad ? (u32x4){m, m, m, m} : (u32x4){m, m}};
}

// The slow path is a handler of its own, so that the fast one needs no stack frame.
#define HANDLER(name, op, quad, operands_expr, fast_expr)                                                    \
    APART static const struct step *name##_slow(struct cpu *c, const struct step *s)                         \
    {                                                                                                        \
        const struct operands o = operands_expr;                                                             \
        neon_set(c, s->rd, quad, (u64x2)slow_single(c, o.d, o.n, o.m, (quad) ? 4 : 2, f32_##op##_op));       \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(name)                                                                                               \
    {                                                                                                        \
        const struct operands o = operands_expr;                                                             \
        u32x4 r;                                                                                             \
        if (!(fast_expr)) return name##_slow(c, s);                                                          \
        neon_set(c, s->rd, quad, (u64x2)r);                                                                  \
        NEXT;                                                                                                \
    }
#define HANDLERS(name, fast_expr)                                                                            \
    HANDLER(v##name##_f32_d, name, false, plain(c, s, false), fast_expr)                                     \
    HANDLER(v##name##_f32_q, name, true, plain(c, s, true), fast_expr)
#define SCALAR_HANDLERS(name, fast_expr)                                                                     \
    HANDLER(v##name##_sc_f32_d, name, false, scalar(c, s, false), fast_expr)                                 \
    HANDLER(v##name##_sc_f32_q, name, true, scalar(c, s, true), fast_expr)

// vadd.f32 Vd, Vn, Vm
HANDLERS(add, fast_add(c, o.n, o.m, &r))
// vsub.f32 Vd, Vn, Vm
HANDLERS(sub, fast_sub(c, o.n, o.m, &r))
// vmul.f32 Vd, Vn, Vm
HANDLERS(mul, fast_mul(c, o.n, o.m, &r))
// vmla.f32 Vd, Vn, Vm
HANDLERS(mla, fast_mla(c, o.d, o.n, o.m, &r))
// vmls.f32 Vd, Vn, Vm
HANDLERS(mls, fast_mls(c, o.d, o.n, o.m, &r))
// vfma.f32 Vd, Vn, Vm
HANDLERS(fma, fast_fma(c, o.d, o.n, o.m, &r))
// vfms.f32 Vd, Vn, Vm
HANDLERS(fms, fast_fma(c, o.d, o.n ^ SIGN_f32, o.m, &r))
// vabd.f32 Vd, Vn, Vm
HANDLERS(abd, fast_abd(c, o.n, o.m, &r))
// vmax.f32 Vd, Vn, Vm
HANDLERS(max, fast_max(o.n, o.m, &r))
// vmin.f32 Vd, Vn, Vm
HANDLERS(min, fast_min(o.n, o.m, &r))
// vmaxnm.f32 Vd, Vn, Vm
HANDLERS(maxnm, fast_max(o.n, o.m, &r))
// vminnm.f32 Vd, Vn, Vm
HANDLERS(minnm, fast_min(o.n, o.m, &r))
// vceq.f32 Vd, Vn, Vm
HANDLERS(ceq, fast_ceq(o.n, o.m, &r))
// vcge.f32 Vd, Vn, Vm
HANDLERS(cge, fast_cge(o.n, o.m, &r))
// vcgt.f32 Vd, Vn, Vm
HANDLERS(cgt, fast_cgt(o.n, o.m, &r))
// vacge.f32 Vd, Vn, Vm
HANDLERS(acge, fast_acge(o.n, o.m, &r))
// vacgt.f32 Vd, Vn, Vm
HANDLERS(acgt, fast_acgt(o.n, o.m, &r))
// vceq.f32 Vd, Vm, #0
HANDLERS(ceq0, fast_ceq0(o.n, o.m, &r))
// vcge.f32 Vd, Vm, #0
HANDLERS(cge0, fast_cge0(o.n, o.m, &r))
// vcgt.f32 Vd, Vm, #0
HANDLERS(cgt0, fast_cgt0(o.n, o.m, &r))
// vcle.f32 Vd, Vm, #0
HANDLERS(cle0, fast_cle0(o.n, o.m, &r))
// vclt.f32 Vd, Vm, #0
HANDLERS(clt0, fast_clt0(o.n, o.m, &r))
// vmul.f32 Vd, Vn, Dm[x]
SCALAR_HANDLERS(mul, fast_mul(c, o.n, o.m, &r))
// vmla.f32 Vd, Vn, Dm[x]
SCALAR_HANDLERS(mla, fast_mla(c, o.d, o.n, o.m, &r))
// vmls.f32 Vd, Vn, Dm[x]
SCALAR_HANDLERS(mls, fast_mls(c, o.d, o.n, o.m, &r))
// vpadd.f32 Dd, Dn, Dm
HANDLER(vpadd_f32, add, false, pairs(c, s), fast_add(c, o.n, o.m, &r))
// vpmax.f32 Dd, Dn, Dm
HANDLER(vpmax_f32, max, false, pairs(c, s), fast_max(o.n, o.m, &r))
// vpmin.f32 Dd, Dn, Dm
HANDLER(vpmin_f32, min, false, pairs(c, s), fast_min(o.n, o.m, &r))

// Without a fast path
#define SLOW_HANDLER(name, width, quad)                                                                      \
    STEP(v##name##_f32_##width)                                                                              \
    {                                                                                                        \
        const struct operands o = plain(c, s, quad);                                                         \
        neon_set(c, s->rd, quad, (u64x2)slow_single(c, o.d, o.n, o.m, (quad) ? 4 : 2, f32_##name##_op));     \
        NEXT;                                                                                                \
    }
// vrecps.f32 Vd, Vn, Vm
SLOW_HANDLER(recps, d, false)
SLOW_HANDLER(recps, q, true)
// vrsqrts.f32 Vd, Vn, Vm
SLOW_HANDLER(rsqrts, d, false)
SLOW_HANDLER(rsqrts, q, true)

// vabs.f32 Vd, Vm
NEON_HANDLERS(vabs_f32, u32x4, m & 0x7fffffffu)
// vneg.f32 Vd, Vm
NEON_HANDLERS(vneg_f32, u32x4, m ^ 0x80000000u)
// vabs.f16 Vd, Vm
NEON_HANDLERS(vabs_f16, u16x8, m & 0x7fff)
// vneg.f16 Vd, Vm
NEON_HANDLERS(vneg_f16, u16x8, m ^ 0x8000)

// Half precision (ARMv8.2): always softfp's.
static inline struct half_operands half_plain(const struct cpu *c, const struct step *s, bool quad)
{
    return (struct half_operands){(u16x8)neon_get(c, s->rd, quad), (u16x8)neon_get(c, s->rn, quad),
                                  (u16x8)neon_get(c, s->rm, quad)};
}

static inline struct half_operands half_pairs(const struct cpu *c, const struct step *s)
{
    const uint16_t *n = NEON_LANES(const uint16_t, s->rn), *m = NEON_LANES(const uint16_t, s->rm);
    return (struct half_operands){.n = {n[0], n[2], m[0], m[2]}, .m = {n[1], n[3], m[1], m[3]}};
}

static inline struct half_operands half_scalar(const struct cpu *c, const struct step *s, bool quad)
{
    return (struct half_operands){(u16x8)neon_get(c, s->rd, quad), (u16x8)neon_get(c, s->rn, quad),
                                  (u16x8){} + NEON_LANES(const uint16_t, s->rm)[s->x]};
}

#define HALF_HANDLER(name, op, quad, operands_expr)                                                          \
    STEP(name)                                                                                               \
    {                                                                                                        \
        const struct half_operands o = operands_expr;                                                        \
        neon_set(c, s->rd, quad, (u64x2)slow_half(c, o.d, o.n, o.m, (quad) ? 8 : 4, f16_##op##_op));         \
        NEXT;                                                                                                \
    }
#define HALF_HANDLERS(name)                                                                                  \
    HALF_HANDLER(v##name##_f16_d, name, false, half_plain(c, s, false))                                      \
    HALF_HANDLER(v##name##_f16_q, name, true, half_plain(c, s, true))
#define HALF_SCALAR_HANDLERS(name)                                                                           \
    HALF_HANDLER(v##name##_sc_f16_d, name, false, half_scalar(c, s, false))                                  \
    HALF_HANDLER(v##name##_sc_f16_q, name, true, half_scalar(c, s, true))

// vadd.f16 Vd, Vn, Vm, and the like
HALF_HANDLERS(add)
HALF_HANDLERS(sub)
HALF_HANDLERS(mul)
HALF_HANDLERS(mla)
HALF_HANDLERS(mls)
HALF_HANDLERS(fma)
HALF_HANDLERS(fms)
HALF_HANDLERS(abd)
HALF_HANDLERS(max)
HALF_HANDLERS(min)
HALF_HANDLERS(maxnm)
HALF_HANDLERS(minnm)
HALF_HANDLERS(recps)
HALF_HANDLERS(rsqrts)
HALF_HANDLERS(ceq)
HALF_HANDLERS(cge)
HALF_HANDLERS(cgt)
HALF_HANDLERS(acge)
HALF_HANDLERS(acgt)
HALF_HANDLERS(ceq0)
HALF_HANDLERS(cge0)
HALF_HANDLERS(cgt0)
HALF_HANDLERS(cle0)
HALF_HANDLERS(clt0)
HALF_SCALAR_HANDLERS(mul)
HALF_SCALAR_HANDLERS(mla)
HALF_SCALAR_HANDLERS(mls)
HALF_HANDLER(vpadd_f16, add, false, half_pairs(c, s))
HALF_HANDLER(vpmax_f16, max, false, half_pairs(c, s))
HALF_HANDLER(vpmin_f16, min, false, half_pairs(c, s))

// half, then single
#define BOTH(name)                                                                                           \
    {                                                                                                        \
        {NULL, NULL}, NEON_DQ(name##_f16), NEON_DQ(name##_f32)                                               \
    }

static step_fn *select_compare(const struct insn *in)
{
    static neon_by_size ceq = BOTH(vceq), cge = BOTH(vcge), cgt = BOTH(vcgt), acge = BOTH(vacge),
                        acgt = BOTH(vacgt), ceq0 = BOTH(vceq0), cge0 = BOTH(vcge0), cgt0 = BOTH(vcgt0),
                        cle0 = BOTH(vcle0), clt0 = BOTH(vclt0);
    switch ((enum op)in->op) {
    case OP_VCEQ_F: return neon_pick_size(ceq, in);
    case OP_VCGE_F: return neon_pick_size(cge, in);
    case OP_VCGT_F: return neon_pick_size(cgt, in);
    case OP_VACGE_F: return neon_pick_size(acge, in);
    case OP_VACGT_F: return neon_pick_size(acgt, in);
    case OP_VCEQ_ZERO_F: return neon_pick_size(ceq0, in);
    case OP_VCGE_ZERO_F: return neon_pick_size(cge0, in);
    case OP_VCGT_ZERO_F: return neon_pick_size(cgt0, in);
    case OP_VCLE_ZERO_F: return neon_pick_size(cle0, in);
    case OP_VCLT_ZERO_F: return neon_pick_size(clt0, in);
    default: return NULL;
    }
}

step_fn *neon_select_float(const struct insn *in)
{
    static neon_by_size add = BOTH(vadd), sub = BOTH(vsub), mul = BOTH(vmul), mla = BOTH(vmla),
                        mls = BOTH(vmls), fma = BOTH(vfma), fms = BOTH(vfms), abd = BOTH(vabd),
                        max = BOTH(vmax), min = BOTH(vmin), maxnm = BOTH(vmaxnm), minnm = BOTH(vminnm),
                        recps = BOTH(vrecps), rsqrts = BOTH(vrsqrts), mul_sc = BOTH(vmul_sc),
                        mla_sc = BOTH(vmla_sc), mls_sc = BOTH(vmls_sc), abs = BOTH(vabs), neg = BOTH(vneg);
    switch ((enum op)in->op) {
    case OP_VADD_F: return neon_pick_size(add, in);
    case OP_VSUB_F: return neon_pick_size(sub, in);
    case OP_VMUL_F: return neon_pick_size(mul, in);
    case OP_VMLA_F: return neon_pick_size(mla, in);
    case OP_VMLS_F: return neon_pick_size(mls, in);
    case OP_VFMA_F: return neon_pick_size(fma, in);
    case OP_VFMS_F: return neon_pick_size(fms, in);
    case OP_VABD_F: return neon_pick_size(abd, in);
    case OP_VMAX_F: return neon_pick_size(max, in);
    case OP_VMIN_F: return neon_pick_size(min, in);
    case OP_VMAXNM_F: return neon_pick_size(maxnm, in);
    case OP_VMINNM_F: return neon_pick_size(minnm, in);
    case OP_VRECPS_F: return neon_pick_size(recps, in);
    case OP_VRSQRTS_F: return neon_pick_size(rsqrts, in);
    case OP_VMUL_F_SC: return neon_pick_size(mul_sc, in);
    case OP_VMLA_F_SC: return neon_pick_size(mla_sc, in);
    case OP_VMLS_F_SC: return neon_pick_size(mls_sc, in);
    case OP_VABS_F: return neon_pick_size(abs, in);
    case OP_VNEG_F: return neon_pick_size(neg, in);
    case OP_VPADD_F: return in->size == 2 ? vpadd_f32 : vpadd_f16;
    case OP_VPMAX_F: return in->size == 2 ? vpmax_f32 : vpmax_f16;
    case OP_VPMIN_F: return in->size == 2 ? vpmin_f32 : vpmin_f16;
    default: return select_compare(in);
    }
}
