// Addition, multiplication, division, square root, fused multiply-add.
#include <cpuid.h>
#include <stdatomic.h>

#include "softfp/fast.h"
#include "softfp/internal.h"

// A finite number sig * 2^(exp - 126) with bit 126 of sig set, or 0.
struct wide {
    bool sign;
    int exp;
    fp_u128 sig;
};

static struct wide widen(const struct fp_parts *p)
{
    return (struct wide){p->sign, p->exp, p->cls == FP_CLASS_ZERO ? 0 : (fp_u128)p->sig << 63};
}

static int clz128(fp_u128 v)
{
    const uint64_t hi = (uint64_t)(v >> 64);
    return hi ? __builtin_clzll(hi) : 64 + __builtin_clzll((uint64_t)v);
}

// Sum of two numbers of which at most one is zero, rounded. An exact zero is positive, except when rounding
// down.
static uint64_t round_sum(const struct fp_format *f, struct wide a, struct wide b, struct softfp *s)
{
    if (a.sig == 0 || (b.sig != 0 && a.exp < b.exp)) {
        const struct wide t = a;
        a = b;
        b = t;
    }
    b.sig = b.sig ? fp_shift_sticky128(b.sig, (unsigned)(a.exp - b.exp)) : 0;
    if (a.sign == b.sign) {
        a.sig += b.sig;
    } else if (a.sig >= b.sig) {
        a.sig -= b.sig;
    } else {
        a.sig = b.sig - a.sig;
        a.sign = b.sign;
    }
    if (a.sig == 0) return fp_zero(f, s->rounding == FP_MINUS_INF);
    const int lz = clz128(a.sig);
    a.sig <<= lz;
    const uint64_t sig = (uint64_t)(a.sig >> 64) | ((uint64_t)a.sig != 0);
    return fp_round(f, a.sign, a.exp + 1 - lz, sig, s->rounding, s);
}

static uint64_t add_or_sub(const struct fp_format *f, uint64_t a, uint64_t b, bool negate_b, struct softfp *s)
{
    const uint64_t v[2] = {a, b};
    struct fp_parts p[2] = {fp_unpack(f, a, s), fp_unpack(f, b, s)};
    uint64_t nan;
    if (fp_nans(f, v, p, 2, &nan, s)) return nan;
    p[1].sign ^= negate_b;
    const bool inf_a = p[0].cls == FP_CLASS_INF, inf_b = p[1].cls == FP_CLASS_INF;
    if (inf_a && inf_b && p[0].sign != p[1].sign) return fp_invalid(f, s);
    if (inf_a || inf_b) return fp_infinity(f, inf_a ? p[0].sign : p[1].sign);
    if (p[0].cls == FP_CLASS_ZERO && p[1].cls == FP_CLASS_ZERO)
        return fp_zero(f, p[0].sign == p[1].sign ? p[0].sign : s->rounding == FP_MINUS_INF);
    return round_sum(f, widen(&p[0]), widen(&p[1]), s);
}

static uint64_t fp_add(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s)
{
    return add_or_sub(f, a, b, false, s);
}

uint64_t fp_sub(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s)
{
    return add_or_sub(f, a, b, true, s);
}

// The exact product of two finite, nonzero numbers.
static struct wide product(const struct fp_parts *a, const struct fp_parts *b)
{
    struct wide r = {a->sign != b->sign, a->exp + b->exp, (fp_u128)a->sig * b->sig};
    if (r.sig >> 127) { // both factors are multiples of 2^11: nothing is lost
        r.sig >>= 1;
        r.exp++;
    }
    return r;
}

uint64_t fp_mul(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s)
{
    const uint64_t v[2] = {a, b};
    const struct fp_parts p[2] = {fp_unpack(f, a, s), fp_unpack(f, b, s)};
    uint64_t nan;
    if (fp_nans(f, v, p, 2, &nan, s)) return nan;
    const bool sign = p[0].sign != p[1].sign;
    const bool zero = p[0].cls == FP_CLASS_ZERO || p[1].cls == FP_CLASS_ZERO;
    if (p[0].cls == FP_CLASS_INF || p[1].cls == FP_CLASS_INF)
        return zero ? fp_invalid(f, s) : fp_infinity(f, sign);
    if (zero) return fp_zero(f, sign);
    return round_sum(f, product(&p[0], &p[1]), (struct wide){0}, s);
}

static uint64_t fp_div(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s)
{
    const uint64_t v[2] = {a, b};
    const struct fp_parts p[2] = {fp_unpack(f, a, s), fp_unpack(f, b, s)};
    uint64_t nan;
    if (fp_nans(f, v, p, 2, &nan, s)) return nan;
    const bool sign = p[0].sign != p[1].sign;
    const bool inf_a = p[0].cls == FP_CLASS_INF, inf_b = p[1].cls == FP_CLASS_INF;
    const bool zero_a = p[0].cls == FP_CLASS_ZERO, zero_b = p[1].cls == FP_CLASS_ZERO;
    if ((inf_a && inf_b) || (zero_a && zero_b)) return fp_invalid(f, s);
    if (inf_a || zero_b) {
        if (!inf_a) s->flags |= FP_DZC;
        return fp_infinity(f, sign);
    }
    if (zero_a || inf_b) return fp_zero(f, sign);
    const bool less = p[0].sig < p[1].sig;
    const fp_u128 num = (fp_u128)p[0].sig << (63 + less);
    const uint64_t q = (uint64_t)(num / p[1].sig), rest = num % p[1].sig != 0;
    return fp_round(f, sign, p[0].exp - p[1].exp - less, q | rest, s->rounding, s);
}

static uint64_t fp_sqrt(const struct fp_format *f, uint64_t a, struct softfp *s)
{
    const struct fp_parts p = fp_unpack(f, a, s);
    if (fp_is_nan(&p)) return fp_nan(f, a, &p, s);
    if (p.cls == FP_CLASS_ZERO) return fp_zero(f, p.sign);
    if (p.sign) return fp_invalid(f, s);
    if (p.cls == FP_CLASS_INF) return fp_infinity(f, false);
    // An even exponent is taken out; the root of the rest has 64 bits, found one by one.
    const bool odd = p.exp & 1;
    const fp_u128 n = (fp_u128)p.sig << (63 + odd);
    uint64_t root = 1ull << 63;
    for (uint64_t bit = 1ull << 62; bit; bit >>= 1) {
        const uint64_t t = root | bit;
        if ((fp_u128)t * t <= n) root = t;
    }
    return fp_round(f, false, (p.exp - odd) / 2, root | ((fp_u128)root * root != n), s->rounding, s);
}

static uint64_t fp_muladd(const struct fp_format *f, uint64_t addend, uint64_t a, uint64_t b,
                          struct softfp *s)
{
    const uint64_t v[3] = {addend, a, b};
    const struct fp_parts p[3] = {fp_unpack(f, addend, s), fp_unpack(f, a, s), fp_unpack(f, b, s)};
    const bool inf_p = p[1].cls == FP_CLASS_INF || p[2].cls == FP_CLASS_INF;
    const bool zero_p = p[1].cls == FP_CLASS_ZERO || p[2].cls == FP_CLASS_ZERO;
    const bool sign_p = p[1].sign != p[2].sign, inf_a = p[0].cls == FP_CLASS_INF;
    uint64_t nan;
    if (fp_nans(f, v, p, 3, &nan, s)) {
        const bool others = !fp_is_nan(&p[1]) && !fp_is_nan(&p[2]);
        return p[0].cls == FP_CLASS_QNAN && others && inf_p && zero_p ? fp_invalid(f, s) : nan;
    }
    if ((inf_p && zero_p) || (inf_a && inf_p && p[0].sign != sign_p)) return fp_invalid(f, s);
    if (inf_a || inf_p) return fp_infinity(f, inf_a ? p[0].sign : sign_p);
    if (zero_p && p[0].cls == FP_CLASS_ZERO)
        return fp_zero(f, p[0].sign == sign_p ? sign_p : s->rounding == FP_MINUS_INF);
    return round_sum(f, widen(&p[0]), zero_p ? (struct wide){0} : product(&p[1], &p[2]), s);
}

#define BINARY(t, format, op)                                                                                \
    t t##_##op(t a, t b, struct softfp *s)                                                                   \
    {                                                                                                        \
        t r;                                                                                                 \
        if (s->rounding == FP_TIE_EVEN && t##_##op##_fast(a, b, s->fz, &s->flags, &r)) return r;             \
        return (t)fp_##op(&format, a, b, s);                                                                 \
    }
#define SQRT(t, format)                                                                                      \
    t t##_sqrt(t a, struct softfp *s)                                                                        \
    {                                                                                                        \
        t r;                                                                                                 \
        if (s->rounding == FP_TIE_EVEN && t##_sqrt_fast(a, s->fz, &s->flags, &r)) return r;                  \
        return (t)fp_sqrt(&format, a, s);                                                                    \
    }

BINARY(f32, fp_single, add)
BINARY(f32, fp_single, sub)
BINARY(f32, fp_single, mul)
BINARY(f32, fp_single, div)
SQRT(f32, fp_single)
BINARY(f64, fp_double, add)
BINARY(f64, fp_double, sub)
BINARY(f64, fp_double, mul)
BINARY(f64, fp_double, div)
SQRT(f64, fp_double)

f32 f32_muladd(f32 addend, f32 a, f32 b, struct softfp *s)
{
    f32 r;
    if (s->rounding == FP_TIE_EVEN && f32_muladd_fast(addend, a, b, s->fz, &s->flags, &r)) return r;
    return (f32)fp_muladd(&fp_single, addend, a, b, s);
}

// Whether the host has FMA instructions, and a kernel that lets them be used. Asked at the first use and not
// at start-up, as __builtin_cpu_supports would: CPUID traps on a virtual machine.
static bool find_fma(void)
{
    const unsigned wanted = bit_FMA | bit_OSXSAVE | bit_AVX;
    unsigned a, b, c, d, xcr0, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & wanted) != wanted) return false;
    __asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
    return (xcr0 & 6) == 6; // SSE and AVX state
}

static bool host_has_fma(void)
{
    enum { UNKNOWN, NO, YES };
    static atomic_int known;
    int k = atomic_load_explicit(&known, memory_order_relaxed);
    if (k == UNKNOWN) {
        k = find_fma() ? YES : NO;
        atomic_store_explicit(&known, k, memory_order_relaxed);
    }
    return k == YES;
}

__attribute__((target("fma"))) static double host_muladd(double addend, double a, double b)
{
    return __builtin_fma(a, b, addend);
}

bool f64_muladd_fast(f64 addend, f64 a, f64 b, bool fz, uint32_t *flags, f64 *out)
{
    if (!host_has_fma()) return false;
    if (fz && (f64_is_denormal(addend) || f64_is_denormal(a) || f64_is_denormal(b))) return false;
    const double x = f64_host(a), y = f64_host(b), z = f64_host(addend), sum = host_muladd(z, x, y);
    const f64 r = f64_bits(sum);
    if (!f64_inside(r)) return false;
    if (!(*flags & FP_IXC)) {
        // Only an exact product, not so small that its error could get lost, makes the rest easy.
        const double p = x * y;
        if (f64_exp(f64_bits(p)) < 128 || host_muladd(-p, x, y) != 0) return false;
        if (f64_sum_error(p, z, sum) != 0) *flags |= FP_IXC;
    }
    *out = r;
    return true;
}

f64 f64_muladd(f64 addend, f64 a, f64 b, struct softfp *s)
{
    f64 r;
    if (s->rounding == FP_TIE_EVEN && f64_muladd_fast(addend, a, b, s->fz, &s->flags, &r)) return r;
    return fp_muladd(&fp_double, addend, a, b, s);
}

f16 f16_add(f16 a, f16 b, struct softfp *s)
{
    return (f16)fp_add(&fp_half, a, b, s);
}

f16 f16_sub(f16 a, f16 b, struct softfp *s)
{
    return (f16)fp_sub(&fp_half, a, b, s);
}

f16 f16_mul(f16 a, f16 b, struct softfp *s)
{
    return (f16)fp_mul(&fp_half, a, b, s);
}

f16 f16_div(f16 a, f16 b, struct softfp *s)
{
    return (f16)fp_div(&fp_half, a, b, s);
}

f16 f16_sqrt(f16 a, struct softfp *s)
{
    return (f16)fp_sqrt(&fp_half, a, s);
}

f16 f16_muladd(f16 addend, f16 a, f16 b, struct softfp *s)
{
    return (f16)fp_muladd(&fp_half, addend, a, b, s);
}
