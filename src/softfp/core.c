// Taking numbers apart, rounding them back together, NaN propagation.
#include "softfp/internal.h"

const struct fp_format fp_half = {.frac = 10, .exp = 5, .flush = FP_FLUSH_FZ16};
const struct fp_format fp_single = {.frac = 23, .exp = 8, .flush = FP_FLUSH_FZ};
const struct fp_format fp_double = {.frac = 52, .exp = 11, .flush = FP_FLUSH_FZ};
const struct fp_format fp_half_cv = {.frac = 10, .exp = 5, .flush = FP_FLUSH_NEVER};
const struct fp_format fp_half_alt = {.frac = 10, .exp = 5, .flush = FP_FLUSH_NEVER, .alternative = true};

struct softfp softfp_from_fpscr(uint32_t fpscr)
{
    return (struct softfp){
        .rounding = fpscr >> 22 & 3,
        .fz = fpscr >> 24 & 1,
        .dn = fpscr >> 25 & 1,
        .ahp = fpscr >> 26 & 1,
        .fz16 = fpscr >> 19 & 1,
        .flags = fpscr & (FP_IOC | FP_DZC | FP_OFC | FP_UFC | FP_IXC | FP_IDC),
    };
}

// StandardFPSCRValue (A2.7.7): FZ16 is kept with ARMv8.2.
struct softfp softfp_standard(uint32_t fpscr)
{
    struct softfp s = softfp_from_fpscr(fpscr);
    s.rounding = FP_TIE_EVEN;
    s.fz = s.dn = true;
    return s;
}

struct fp_parts fp_unpack(const struct fp_format *f, uint64_t v, struct softfp *s)
{
    const uint64_t frac = v & ((1ull << f->frac) - 1);
    const int exp = (int)(v >> f->frac & ((1u << f->exp) - 1));
    struct fp_parts p = {.sign = (v & fp_sign_bit(f)) != 0};
    if (exp == (1 << f->exp) - 1 && !f->alternative) {
        p.cls = frac == 0 ? FP_CLASS_INF : frac >> (f->frac - 1) ? FP_CLASS_QNAN : FP_CLASS_SNAN;
        return p;
    }
    if (exp) {
        p.cls = FP_CLASS_FINITE;
        p.exp = exp - fp_bias(f);
        p.sig = (1ull << f->frac | frac) << (63 - f->frac);
        return p;
    }
    if (frac == 0) return p;
    if (fp_flushes(f, s)) {
        if (f->flush == FP_FLUSH_FZ) s->flags |= FP_IDC; // FZ16 is silent
        return p;
    }
    const int lz = __builtin_clzll(frac);
    p.cls = FP_CLASS_FINITE;
    p.exp = 1 - fp_bias(f) - (lz - (63 - f->frac));
    p.sig = frac << lz;
    return p;
}

bool fp_round_up(bool sign, uint64_t integer, uint64_t rest, enum fp_rounding r)
{
    const uint64_t half = 1ull << 63;
    switch (r) {
    case FP_TIE_EVEN: return rest > half || (rest == half && (integer & 1));
    case FP_PLUS_INF: return rest && !sign;
    case FP_MINUS_INF: return rest && sign;
    case FP_TO_ZERO: return false;
    case FP_TIE_AWAY: return rest >= half;
    case FP_ODD: return rest && !(integer & 1);
    }
    return false;
}

uint64_t fp_overflow(const struct fp_format *f, bool sign, enum fp_rounding r)
{
    bool to_inf = false;
    switch (r) {
    case FP_TIE_EVEN:
    case FP_TIE_AWAY: to_inf = true; break;
    case FP_PLUS_INF: to_inf = !sign; break;
    case FP_MINUS_INF: to_inf = sign; break;
    case FP_TO_ZERO:
    case FP_ODD: break;
    }
    return to_inf ? fp_infinity(f, sign) : fp_max_normal(f, sign);
}

uint64_t fp_round(const struct fp_format *f, bool sign, int exp, uint64_t sig, enum fp_rounding r,
                  struct softfp *s)
{
    const unsigned drop = 63u - f->frac;
    int biased = exp + fp_bias(f);
    if (biased <= 0) { // tiny, before rounding
        if (fp_flushes(f, s)) {
            s->flags |= FP_UFC;
            return fp_zero(f, sign);
        }
        sig = fp_shift_sticky(sig, (unsigned)(1 - biased));
        biased = 0;
    }
    const uint64_t rest = sig << (64 - drop);
    sig >>= drop;
    if (biased == 0 && rest) s->flags |= FP_UFC;
    sig += fp_round_up(sign, sig, rest, r);
    // The leading one of sig counts up the exponent, and so does a carry out of the fraction.
    const uint64_t result = (biased ? (uint64_t)(biased - 1) << f->frac : 0) + sig;
    if (f->alternative) {
        if (result >= fp_sign_bit(f)) {
            s->flags |= FP_IOC;
            return fp_zero(f, sign) | (fp_sign_bit(f) - 1);
        }
    } else if (result >= fp_infinity(f, false)) {
        s->flags |= FP_OFC | FP_IXC;
        return fp_overflow(f, sign, r);
    }
    if (rest) s->flags |= FP_IXC;
    return fp_zero(f, sign) | result;
}

uint64_t fp_nan(const struct fp_format *f, uint64_t v, const struct fp_parts *p, struct softfp *s)
{
    if (p->cls == FP_CLASS_SNAN) s->flags |= FP_IOC;
    return s->dn ? fp_default_nan(f) : v | 1ull << (f->frac - 1);
}

bool fp_nans(const struct fp_format *f, const uint64_t v[], const struct fp_parts p[], int n,
             uint64_t *result, struct softfp *s)
{
    int first = -1;
    for (int i = 0; i < n; i++) {
        if (!fp_is_nan(&p[i])) continue;
        if (p[i].cls == FP_CLASS_SNAN) {
            first = i; // the first signalling one goes before all quiet ones
            break;
        }
        if (first < 0) first = i;
    }
    if (first < 0) return false;
    *result = fp_nan(f, v[first], &p[first], s);
    return true;
}
