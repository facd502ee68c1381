// Comparisons, minimum and maximum.
#include "softfp/fast.h"
#include "softfp/internal.h"

// -1, 0, 1; neither is a NaN.
static int order(const struct fp_parts *a, const struct fp_parts *b)
{
    if (a->cls == FP_CLASS_ZERO && b->cls == FP_CLASS_ZERO) return 0;
    const int sign_a = a->sign ? -1 : 1, sign_b = b->sign ? -1 : 1;
    if (a->cls == FP_CLASS_ZERO) return -sign_b;
    if (b->cls == FP_CLASS_ZERO) return sign_a;
    if (sign_a != sign_b) return sign_a;
    if (a->cls != b->cls) return a->cls == FP_CLASS_INF ? sign_a : -sign_a;
    if (a->cls == FP_CLASS_INF) return 0;
    if (a->exp != b->exp) return a->exp > b->exp ? sign_a : -sign_a;
    if (a->sig != b->sig) return a->sig > b->sig ? sign_a : -sign_a;
    return 0;
}

enum { UNORDERED = 2 };

// FPCompare's relation; a NaN raises IOC if it signals, or if signalling.
static int relation(const struct fp_format *f, uint64_t a, uint64_t b, bool signalling, struct softfp *s)
{
    const struct fp_parts p = fp_unpack(f, a, s), q = fp_unpack(f, b, s);
    if (fp_is_nan(&p) || fp_is_nan(&q)) {
        if (signalling || p.cls == FP_CLASS_SNAN || q.cls == FP_CLASS_SNAN) s->flags |= FP_IOC;
        return UNORDERED;
    }
    return order(&p, &q);
}

static uint32_t fp_compare(const struct fp_format *f, uint64_t a, uint64_t b, bool signalling,
                           struct softfp *s)
{
    switch (relation(f, a, b, signalling, s)) {
    case -1: return 8u << 28;
    case 0: return 6u << 28;
    case 1: return 2u << 28;
    default: return 3u << 28;
    }
}

// The operand that wins, with a denormal flushed as unpacking found it.
static uint64_t pick(const struct fp_format *f, uint64_t v, const struct fp_parts *p)
{
    return p->cls == FP_CLASS_ZERO ? fp_zero(f, p->sign) : v;
}

// FPMax, or with min FPMin: of two zeros the positive one is greater.
static uint64_t fp_max(const struct fp_format *f, uint64_t a, uint64_t b, bool min, struct softfp *s)
{
    const uint64_t v[2] = {a, b};
    const struct fp_parts p[2] = {fp_unpack(f, a, s), fp_unpack(f, b, s)};
    uint64_t nan;
    if (fp_nans(f, v, p, 2, &nan, s)) return nan;
    if (p[0].cls == FP_CLASS_ZERO && p[1].cls == FP_CLASS_ZERO)
        return fp_zero(f, min ? p[0].sign || p[1].sign : p[0].sign && p[1].sign);
    const int o = order(&p[0], &p[1]);
    const int i = (min ? o < 0 : o > 0) ? 0 : 1;
    return pick(f, v[i], &p[i]);
}

// FPMaxNum: a single quiet NaN counts as the infinity that loses.
static uint64_t fp_maxnum(const struct fp_format *f, uint64_t a, uint64_t b, bool min, struct softfp *s)
{
    const bool quiet_a = fp_unpack(f, a, s).cls == FP_CLASS_QNAN,
               quiet_b = fp_unpack(f, b, s).cls == FP_CLASS_QNAN;
    if (quiet_a && !quiet_b) a = fp_infinity(f, !min);
    if (quiet_b && !quiet_a) b = fp_infinity(f, !min);
    return fp_max(f, a, b, min, s);
}

#define COMPARE(t, format)                                                                                   \
    uint32_t t##_compare(t a, t b, bool signalling, struct softfp *s)                                        \
    {                                                                                                        \
        return fp_compare(&format, a, b, signalling, s);                                                     \
    }                                                                                                        \
    bool t##_eq(t a, t b, struct softfp *s)                                                                  \
    {                                                                                                        \
        return relation(&format, a, b, false, s) == 0;                                                       \
    }                                                                                                        \
    bool t##_ge(t a, t b, struct softfp *s)                                                                  \
    {                                                                                                        \
        const int r = relation(&format, a, b, true, s);                                                      \
        return r == 0 || r == 1;                                                                             \
    }                                                                                                        \
    bool t##_gt(t a, t b, struct softfp *s)                                                                  \
    {                                                                                                        \
        return relation(&format, a, b, true, s) == 1;                                                        \
    }                                                                                                        \
    t t##_min(t a, t b, struct softfp *s)                                                                    \
    {                                                                                                        \
        return (t)fp_max(&format, a, b, true, s);                                                            \
    }                                                                                                        \
    t t##_max(t a, t b, struct softfp *s)                                                                    \
    {                                                                                                        \
        return (t)fp_max(&format, a, b, false, s);                                                           \
    }                                                                                                        \
    t t##_minnum(t a, t b, struct softfp *s)                                                                 \
    {                                                                                                        \
        return (t)fp_maxnum(&format, a, b, true, s);                                                         \
    }                                                                                                        \
    t t##_maxnum(t a, t b, struct softfp *s)                                                                 \
    {                                                                                                        \
        return (t)fp_maxnum(&format, a, b, false, s);                                                        \
    }

COMPARE(f16, fp_half)
COMPARE(f32, fp_single)
COMPARE(f64, fp_double)
