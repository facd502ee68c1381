// Reciprocal and reciprocal square root: the estimates of VRECPE and VRSQRTE, and their Newton-Raphson steps.
#include "softfp/fast.h"
#include "softfp/internal.h"

// RecipEstimate: 9 bits in and out, both from 256 to 511.
static uint32_t recip_estimate(uint32_t a)
{
    a = a * 2 + 1; // rounded to the middle of the interval
    const uint32_t b = (1u << 19) / a;
    return (b + 1) / 2;
}

// RecipSqrtEstimate: from 128 to 511 in, from 256 to 511 out.
static uint32_t rsqrt_estimate(uint32_t a)
{
    a = a < 256 ? a * 2 + 1 : ((a & ~1u) + 1) * 2;
    uint32_t b = 512; // the largest number with a * b * b < 2^28
    for (uint32_t bit = 256; bit; bit >>= 1)
        if (a * (b | bit) * (b | bit) < 1u << 28) b |= bit;
    return (b + 1) / 2;
}

uint32_t u32_recip_estimate(uint32_t a)
{
    return a >> 31 ? recip_estimate(a >> 23) << 23 : ~0u;
}

uint32_t u32_rsqrt_estimate(uint32_t a)
{
    return a >> 30 ? rsqrt_estimate(a >> 23) << 23 : ~0u;
}

// FPRecipEstimate
static uint64_t fp_recip_estimate(const struct fp_format *f, uint64_t a, struct softfp *s)
{
    const struct fp_parts p = fp_unpack(f, a, s);
    if (fp_is_nan(&p)) return fp_nan(f, a, &p, s);
    if (p.cls == FP_CLASS_INF) return fp_zero(f, p.sign);
    if (p.cls == FP_CLASS_ZERO) {
        s->flags |= FP_DZC;
        return fp_infinity(f, p.sign);
    }
    if (p.exp < -1 - fp_bias(f)) {
        s->flags |= FP_OFC | FP_IXC;
        return fp_overflow(f, p.sign, s->rounding);
    }
    if (p.exp >= fp_bias(f) - 1 && fp_flushes(f, s)) {
        s->flags |= FP_UFC;
        return fp_zero(f, p.sign);
    }
    uint64_t frac = (uint64_t)(recip_estimate((uint32_t)(p.sig >> 55)) & 0xff) << (f->frac - 8);
    int exp = fp_bias(f) - 1 - p.exp; // biased
    if (exp <= 0) {                   // a denormal result
        frac = (frac | 1ull << f->frac) >> (1 - exp);
        exp = 0;
    }
    return fp_zero(f, p.sign) | (uint64_t)exp << f->frac | frac;
}

// FPRSqrtEstimate
static uint64_t fp_rsqrt_estimate(const struct fp_format *f, uint64_t a, struct softfp *s)
{
    const struct fp_parts p = fp_unpack(f, a, s);
    if (fp_is_nan(&p)) return fp_nan(f, a, &p, s);
    if (p.cls == FP_CLASS_ZERO) {
        s->flags |= FP_DZC;
        return fp_infinity(f, p.sign);
    }
    if (p.sign) return fp_invalid(f, s);
    if (p.cls == FP_CLASS_INF) return fp_zero(f, false);
    const int bias = fp_bias(f), exp = p.exp + bias;
    const uint32_t estimate = rsqrt_estimate((uint32_t)(p.sig >> (exp & 1 ? 56 : 55)));
    const int result_exp = (3 * bias - 1 - exp) / 2;
    return (uint64_t)result_exp << f->frac | (uint64_t)(estimate & 0xff) << (f->frac - 8);
}

static uint64_t two(const struct fp_format *f)
{
    return (uint64_t)(fp_bias(f) + 1) << f->frac;
}

static uint64_t three(const struct fp_format *f)
{
    return two(f) | 1ull << (f->frac - 1);
}

// The product in a step: infinity times zero is zero here. False: *result is the step's result already, a
// NaN.
static bool step_product(const struct fp_format *f, uint64_t a, uint64_t b, uint64_t *result,
                         struct softfp *s)
{
    const uint64_t v[2] = {a, b};
    const struct fp_parts p[2] = {fp_unpack(f, a, s), fp_unpack(f, b, s)};
    if (fp_nans(f, v, p, 2, result, s)) return false;
    const bool inf = p[0].cls == FP_CLASS_INF || p[1].cls == FP_CLASS_INF;
    const bool zero = p[0].cls == FP_CLASS_ZERO || p[1].cls == FP_CLASS_ZERO;
    *result = inf && zero ? 0 : fp_mul(f, a, b, s);
    return true;
}

// FPRecipStep as AArch32 has it: product and difference are rounded each.
static uint64_t fp_recip_step(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s)
{
    uint64_t r;
    return step_product(f, a, b, &r, s) ? fp_sub(f, two(f), r, s) : r;
}

// FPRSqrtStep: (3 - a * b) / 2, halved before the rounding (FPHalvedSub). The difference has no result so
// small that halving would lose a bit of it, and none so great that it overflows before it is halved.
static uint64_t fp_rsqrt_step(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s)
{
    uint64_t r;
    if (!step_product(f, a, b, &r, s)) return r;
    r = fp_sub(f, three(f), r, s);
    const unsigned exp = (unsigned)(r >> f->frac) & ((1u << f->exp) - 1);
    return exp == 0 || exp == (1u << f->exp) - 1 ? r : r - (1ull << f->frac);
}

#define ESTIMATE(t, format)                                                                                  \
    t t##_recip_estimate(t a, struct softfp *s)                                                              \
    {                                                                                                        \
        return (t)fp_recip_estimate(&format, a, s);                                                          \
    }                                                                                                        \
    t t##_rsqrt_estimate(t a, struct softfp *s)                                                              \
    {                                                                                                        \
        return (t)fp_rsqrt_estimate(&format, a, s);                                                          \
    }                                                                                                        \
    t t##_recip_step(t a, t b, struct softfp *s)                                                             \
    {                                                                                                        \
        return (t)fp_recip_step(&format, a, b, s);                                                           \
    }                                                                                                        \
    t t##_rsqrt_step(t a, t b, struct softfp *s)                                                             \
    {                                                                                                        \
        return (t)fp_rsqrt_step(&format, a, b, s);                                                           \
    }

ESTIMATE(f16, fp_half)
ESTIMATE(f32, fp_single)
ESTIMATE(f64, fp_double)
