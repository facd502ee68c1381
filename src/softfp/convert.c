// Conversions: between precisions, to and from fixed point and integers, rounding to an integer.
#include "softfp/fast.h"
#include "softfp/internal.h"

static const struct fp_format *half_format(const struct softfp *s)
{
    return s->ahp ? &fp_half_alt : &fp_half_cv;
}

// FPConvert
static uint64_t fp_convert(const struct fp_format *to, const struct fp_format *from, uint64_t a,
                           struct softfp *s)
{
    const struct fp_parts p = fp_unpack(from, a, s);
    switch ((enum fp_class)p.cls) {
    case FP_CLASS_ZERO: return fp_zero(to, p.sign);
    case FP_CLASS_FINITE: return fp_round(to, p.sign, p.exp, p.sig, s->rounding, s);
    case FP_CLASS_INF:
        if (!to->alternative) return fp_infinity(to, p.sign);
        s->flags |= FP_IOC;
        return fp_zero(to, p.sign) | (fp_sign_bit(to) - 1);
    case FP_CLASS_QNAN:
    case FP_CLASS_SNAN: break;
    }
    if (p.cls == FP_CLASS_SNAN || to->alternative) s->flags |= FP_IOC;
    if (to->alternative) return fp_zero(to, p.sign);
    if (s->dn) return fp_default_nan(to);
    // FPConvertNaN: sign and the upper bits of the fraction survive
    const uint64_t frac = a << (64 - from->frac) >> (64 - to->frac);
    return fp_infinity(to, p.sign) | 1ull << (to->frac - 1) | frac;
}

f64 f32_to_f64(f32 a, struct softfp *s)
{
    f64 r;
    if (f32_to_f64_fast(a, s->fz, &r)) return r;
    return fp_convert(&fp_double, &fp_single, a, s);
}

f32 f64_to_f32(f64 a, struct softfp *s)
{
    f32 r;
    if (s->rounding == FP_TIE_EVEN && f64_to_f32_fast(a, s->fz, &s->flags, &r)) return r;
    return (f32)fp_convert(&fp_single, &fp_double, a, s);
}

f32 f16_to_f32(f16 a, struct softfp *s)
{
    return (f32)fp_convert(&fp_single, half_format(s), a, s);
}

f16 f32_to_f16(f32 a, struct softfp *s)
{
    return (f16)fp_convert(half_format(s), &fp_single, a, s);
}

f64 f16_to_f64(f16 a, struct softfp *s)
{
    return fp_convert(&fp_double, half_format(s), a, s);
}

f16 f64_to_f16(f64 a, struct softfp *s)
{
    return (f16)fp_convert(half_format(s), &fp_double, a, s);
}

// Splits |value| * 2^fbits, which is below 2^64, into its integer and the rest (bit 63: one half; bit 0:
// sticky).
static uint64_t split(const struct fp_parts *p, int fbits, uint64_t *rest)
{
    const int e = p->exp + fbits;
    if (e >= 0) {
        *rest = e == 63 ? 0 : p->sig << (e + 1);
        return p->sig >> (63 - e);
    }
    *rest = fp_shift_sticky(p->sig, (unsigned)(-1 - e));
    return 0;
}

// FPToFixed
static uint64_t fp_to_fixed(const struct fp_format *f, uint64_t a, unsigned bits, unsigned fbits,
                            bool is_unsigned, enum fp_rounding r, struct softfp *s)
{
    const struct fp_parts p = fp_unpack(f, a, s);
    if (p.cls == FP_CLASS_ZERO) return 0;
    if (fp_is_nan(&p)) {
        s->flags |= FP_IOC;
        return 0;
    }
    const uint64_t all = ~0ull >> (64 - bits);
    uint64_t limit = all; // of the magnitude
    if (is_unsigned && p.sign) limit = 0;
    if (!is_unsigned) limit = (all >> 1) + p.sign;
    uint64_t v = 0, rest = 0;
    bool saturates = p.cls == FP_CLASS_INF || p.exp + (int)fbits > 63;
    if (!saturates) {
        v = split(&p, (int)fbits, &rest);
        v += fp_round_up(p.sign, v, rest, r);
        saturates = v > limit;
    }
    if (saturates) {
        s->flags |= FP_IOC;
        v = limit;
    } else if (rest) {
        s->flags |= FP_IXC;
    }
    return (p.sign ? 0 - v : v) & all;
}

// FixedToFP
static uint64_t fp_from_fixed(const struct fp_format *f, uint64_t v, unsigned bits, unsigned fbits,
                              bool is_unsigned, enum fp_rounding r, struct softfp *s)
{
    v <<= 64 - bits;
    const bool sign = !is_unsigned && v >> 63;
    v = is_unsigned ? v >> (64 - bits) : (uint64_t)((int64_t)v >> (64 - bits));
    if (v == 0) return 0;
    if (sign) v = 0 - v;
    const int lz = __builtin_clzll(v);
    return fp_round(f, sign, 63 - lz - (int)fbits, v << lz, r, s);
}

// FPRoundInt
static uint64_t fp_round_int(const struct fp_format *f, uint64_t a, enum fp_rounding r, bool exact,
                             struct softfp *s)
{
    const struct fp_parts p = fp_unpack(f, a, s);
    if (fp_is_nan(&p)) return fp_nan(f, a, &p, s);
    if (p.cls == FP_CLASS_ZERO) return fp_zero(f, p.sign);
    if (p.cls == FP_CLASS_INF || p.exp >= f->frac) return a;
    uint64_t rest;
    uint64_t v = split(&p, 0, &rest);
    v += fp_round_up(p.sign, v, rest, r);
    if (rest && exact) s->flags |= FP_IXC;
    if (v == 0) return fp_zero(f, p.sign);
    const int lz = __builtin_clzll(v);
    return fp_round(f, p.sign, 63 - lz, v << lz, FP_TO_ZERO, s);
}

// FPToFixedJS: towards zero, modulo 2^32
uint32_t f64_to_js_int(f64 a, bool *exact, struct softfp *s)
{
    const struct fp_parts p = fp_unpack(&fp_double, a, s);
    *exact = false;
    if (p.cls == FP_CLASS_ZERO) {
        *exact = a == 0; // neither -0 nor a flushed denormal
        return 0;
    }
    if (p.cls != FP_CLASS_FINITE || p.exp >= 64 + 52) { // only multiples of 2^64 up there
        s->flags |= FP_IOC;
        return 0;
    }
    uint64_t rest = 0;
    const uint64_t v = p.exp > 63 ? p.sig << (p.exp - 63) : split(&p, 0, &rest);
    if (p.exp > 63 || v > 0x7fffffffull + p.sign) {
        s->flags |= FP_IOC;
    } else {
        *exact = rest == 0;
        if (rest) s->flags |= FP_IXC;
    }
    return (uint32_t)(p.sign ? 0 - v : v);
}

#define FIXED(t, format)                                                                                     \
    uint64_t t##_to_fixed(t a, unsigned bits, unsigned fbits, bool is_unsigned, enum fp_rounding r,          \
                          struct softfp *s)                                                                  \
    {                                                                                                        \
        return fp_to_fixed(&format, a, bits, fbits, is_unsigned, r, s);                                      \
    }                                                                                                        \
    t t##_from_fixed(uint64_t v, unsigned bits, unsigned fbits, bool is_unsigned, enum fp_rounding r,        \
                     struct softfp *s)                                                                       \
    {                                                                                                        \
        return (t)fp_from_fixed(&format, v, bits, fbits, is_unsigned, r, s);                                 \
    }                                                                                                        \
    t t##_round_int(t a, enum fp_rounding r, bool exact, struct softfp *s)                                   \
    {                                                                                                        \
        return (t)fp_round_int(&format, a, r, exact, s);                                                     \
    }

FIXED(f16, fp_half)
FIXED(f32, fp_single)
FIXED(f64, fp_double)
