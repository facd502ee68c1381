// Numbers taken apart: what the files of softfp share. One implementation serves all formats.
#ifndef STINKARM_SOFTFP_INTERNAL_H
#define STINKARM_SOFTFP_INTERNAL_H

#include "softfp/softfp.h"

typedef unsigned __int128 fp_u128;

enum fp_flush { FP_FLUSH_FZ, FP_FLUSH_FZ16, FP_FLUSH_NEVER };

struct fp_format {
    uint8_t frac;     // fraction bits
    uint8_t exp;      // exponent bits
    uint8_t flush;    // enum fp_flush
    bool alternative; // no infinities and NaNs: one more exponent of normal numbers
};

extern const struct fp_format fp_half, fp_single, fp_double;
extern const struct fp_format fp_half_cv;  // in conversions nothing of half precision is flushed (FPUnpackCV)
extern const struct fp_format fp_half_alt; // likewise, FPSCR.AHP

enum fp_class { FP_CLASS_ZERO, FP_CLASS_FINITE, FP_CLASS_INF, FP_CLASS_QNAN, FP_CLASS_SNAN };

// A finite number is sig * 2^(exp - 63), with bit 63 of sig set.
struct fp_parts {
    uint8_t cls; // enum fp_class
    bool sign;
    int32_t exp;
    uint64_t sig;
};

static inline bool fp_is_nan(const struct fp_parts *p)
{
    return p->cls >= FP_CLASS_QNAN;
}

static inline int fp_bias(const struct fp_format *f)
{
    return (1 << (f->exp - 1)) - 1;
}

static inline uint64_t fp_sign_bit(const struct fp_format *f)
{
    return 1ull << (f->frac + f->exp);
}

static inline uint64_t fp_zero(const struct fp_format *f, bool sign)
{
    return sign ? fp_sign_bit(f) : 0;
}

static inline uint64_t fp_infinity(const struct fp_format *f, bool sign)
{
    return fp_zero(f, sign) | ((1ull << f->exp) - 1) << f->frac;
}

static inline uint64_t fp_max_normal(const struct fp_format *f, bool sign)
{
    return fp_infinity(f, sign) - 1;
}

static inline uint64_t fp_default_nan(const struct fp_format *f)
{
    return fp_infinity(f, false) | 1ull << (f->frac - 1);
}

static inline uint64_t fp_invalid(const struct fp_format *f, struct softfp *s)
{
    s->flags |= FP_IOC;
    return fp_default_nan(f);
}

static inline bool fp_flushes(const struct fp_format *f, const struct softfp *s)
{
    return f->flush == FP_FLUSH_FZ ? s->fz : f->flush == FP_FLUSH_FZ16 && s->fz16;
}

// Shifts right; what is lost shows in bit 0.
static inline uint64_t fp_shift_sticky(uint64_t v, unsigned n)
{
    if (n == 0) return v;
    if (n >= 64) return v != 0;
    return v >> n | ((v << (64 - n)) != 0);
}

static inline fp_u128 fp_shift_sticky128(fp_u128 v, unsigned n)
{
    if (n == 0) return v;
    if (n >= 128) return v != 0;
    return v >> n | ((v << (128 - n)) != 0);
}

// FPUnpack: flushes a denormal, if so configured.
struct fp_parts fp_unpack(const struct fp_format *f, uint64_t v, struct softfp *s);

// FPRound. sig has bit 63 set; bit 0 stands for everything below it, too.
uint64_t fp_round(const struct fp_format *f, bool sign, int exp, uint64_t sig, enum fp_rounding r,
                  struct softfp *s);

// The result that overflow gives in a rounding mode.
uint64_t fp_overflow(const struct fp_format *f, bool sign, enum fp_rounding r);

// Whether the rounding mode wants the magnitude `integer`, followed by `rest` (bit 63 is one half), one
// higher.
bool fp_round_up(bool sign, uint64_t integer, uint64_t rest, enum fp_rounding r);

// FPProcessNaN, FPProcessNaNs, FPProcessNaNs3; the latter two say whether an operand was a NaN.
uint64_t fp_nan(const struct fp_format *f, uint64_t v, const struct fp_parts *p, struct softfp *s);
bool fp_nans(const struct fp_format *f, const uint64_t v[], const struct fp_parts p[], int n,
             uint64_t *result, struct softfp *s);

uint64_t fp_sub(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s);
uint64_t fp_mul(const struct fp_format *f, uint64_t a, uint64_t b, struct softfp *s);

#endif
