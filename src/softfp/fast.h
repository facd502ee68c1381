// Where the host's arithmetic is certain to give ARM's answer, it is used: rounding to nearest, result a
// normal number well inside the range (or exact). The caller has checked the rounding mode. Each function
// says false if it is not certain; `flags` gets FP_IXC if the result is inexact, which is only looked at if
// it is not set already. MXCSR is never touched: it keeps the default that the process started with.
#ifndef STINKARM_SOFTFP_FAST_H
#define STINKARM_SOFTFP_FAST_H

#include <emmintrin.h>
#include <string.h>

#include "softfp/softfp.h"

static inline double f64_host(f64 v)
{
    double d;
    memcpy(&d, &v, sizeof d);
    return d;
}

static inline f64 f64_bits(double d)
{
    f64 v;
    memcpy(&v, &d, sizeof v);
    return v;
}

static inline float f32_host(f32 v)
{
    float d;
    memcpy(&d, &v, sizeof d);
    return d;
}

static inline f32 f32_bits(float d)
{
    f32 v;
    memcpy(&v, &d, sizeof v);
    return v;
}

static inline unsigned f64_exp(f64 v)
{
    return v >> 52 & 0x7ff;
}

static inline unsigned f32_exp(f32 v)
{
    return v >> 23 & 0xff;
}

static inline bool f64_is_zero(f64 v)
{
    return v << 1 == 0;
}

static inline bool f32_is_zero(f32 v)
{
    return v << 1 == 0;
}

static inline bool f64_is_denormal(f64 v)
{
    return f64_exp(v) == 0 && !f64_is_zero(v);
}

static inline bool f32_is_denormal(f32 v)
{
    return f32_exp(v) == 0 && !f32_is_zero(v);
}

static inline bool f64_is_nan(f64 v)
{
    return (v & ~(1ull << 63)) > 0x7ffull << 52;
}

static inline bool f32_is_nan(f32 v)
{
    return (v & 0x7fffffffu) > 0x7f800000u;
}

// Normal, and so far from the smallest normal number that the unrounded result was no smaller; and no
// overflow.
static inline bool f64_inside(f64 v)
{
    return f64_exp(v) - 2 < 0x7fc;
}

static inline bool f32_inside(f32 v)
{
    return f32_exp(v) - 2 < 0xfc;
}

// The error of x + y = sum (Knuth's TwoSum: exact).
static inline double f64_sum_error(double x, double y, double sum)
{
    const double z = sum - x;
    return (x - (sum - z)) + (y - z);
}

static inline float f32_sum_error(float x, float y, float sum)
{
    const float z = sum - x;
    return (x - (sum - z)) + (y - z);
}

// a = r * b exactly; all three normal.
static inline bool f64_product_is(f64 a, f64 r, f64 b)
{
    const uint64_t one = 1ull << 52, frac = one - 1;
    const unsigned carry = f64_exp(a) - (f64_exp(r) + f64_exp(b) - 1023);
    if (carry > 1) return false;
    return (unsigned __int128)(one | (r & frac)) * (one | (b & frac)) == (unsigned __int128)(one | (a & frac))
                                                                             << (52 + carry);
}

// Sums of denormals are exact, so small results are no problem.
static inline bool f64_add_fast(f64 a, f64 b, bool fz, uint32_t *flags, f64 *out)
{
    const double x = f64_host(a), y = f64_host(b), sum = x + y;
    const f64 r = f64_bits(sum);
    if (f64_exp(r) >= 0x7fe) return false;
    if (fz && (f64_is_denormal(a) || f64_is_denormal(b) || f64_is_denormal(r))) return false;
    if (!(*flags & FP_IXC) && f64_sum_error(x, y, sum) != 0) *flags |= FP_IXC;
    *out = r;
    return true;
}

static inline bool f32_add_fast(f32 a, f32 b, bool fz, uint32_t *flags, f32 *out)
{
    const float x = f32_host(a), y = f32_host(b), sum = x + y;
    const f32 r = f32_bits(sum);
    if (f32_exp(r) >= 0xfe) return false;
    if (fz && (f32_is_denormal(a) || f32_is_denormal(b) || f32_is_denormal(r))) return false;
    if (!(*flags & FP_IXC) && f32_sum_error(x, y, sum) != 0) *flags |= FP_IXC;
    *out = r;
    return true;
}

static inline bool f64_sub_fast(f64 a, f64 b, bool fz, uint32_t *flags, f64 *out)
{
    return f64_add_fast(a, b ^ 1ull << 63, fz, flags, out);
}

static inline bool f32_sub_fast(f32 a, f32 b, bool fz, uint32_t *flags, f32 *out)
{
    return f32_add_fast(a, b ^ 0x80000000u, fz, flags, out);
}

static inline bool f64_mul_fast(f64 a, f64 b, bool fz, uint32_t *flags, f64 *out)
{
    const f64 r = f64_bits(f64_host(a) * f64_host(b));
    const bool zero = f64_is_zero(r) && (f64_is_zero(a) || f64_is_zero(b));
    if (!f64_inside(r) && !zero) return false;
    if (fz && (f64_is_denormal(a) || f64_is_denormal(b))) return false;
    if (!(*flags & FP_IXC) && !zero) {
        if (f64_exp(a) == 0 || f64_exp(b) == 0) return false;
        // The product of the significands has 105 or 106 bits, as many trailing zeros as its factors
        // together.
        const unsigned carry = f64_exp(r) - (f64_exp(a) + f64_exp(b) - 1023);
        const int zeros = __builtin_ctzll(a | 1ull << 52) + __builtin_ctzll(b | 1ull << 52);
        if (zeros < 52 + (int)carry) *flags |= FP_IXC;
    }
    *out = r;
    return true;
}

static inline bool f32_mul_fast(f32 a, f32 b, bool fz, uint32_t *flags, f32 *out)
{
    const float x = f32_host(a), y = f32_host(b), product = x * y;
    const f32 r = f32_bits(product);
    if (!f32_inside(r) && !(f32_is_zero(r) && (f32_is_zero(a) || f32_is_zero(b)))) return false;
    if (fz && (f32_is_denormal(a) || f32_is_denormal(b))) return false;
    if (!(*flags & FP_IXC) && (double)x * (double)y != (double)product) *flags |= FP_IXC;
    *out = r;
    return true;
}

static inline bool f64_div_fast(f64 a, f64 b, bool fz, uint32_t *flags, f64 *out)
{
    const f64 r = f64_bits(f64_host(a) / f64_host(b));
    const bool zero = f64_is_zero(r) && f64_is_zero(a);
    if (!f64_inside(r) && !zero) return false;
    if (fz && (f64_is_denormal(a) || f64_is_denormal(b))) return false;
    if (!(*flags & FP_IXC) && !zero) {
        if (f64_exp(a) == 0 || f64_exp(b) == 0) return false;
        if (!f64_product_is(a, r, b)) *flags |= FP_IXC;
    }
    *out = r;
    return true;
}

static inline bool f32_div_fast(f32 a, f32 b, bool fz, uint32_t *flags, f32 *out)
{
    const float x = f32_host(a), y = f32_host(b), quotient = x / y;
    const f32 r = f32_bits(quotient);
    const bool zero = f32_is_zero(r) && f32_is_zero(a);
    if (!f32_inside(r) && !zero) return false;
    if (fz && (f32_is_denormal(a) || f32_is_denormal(b))) return false;
    if (!(*flags & FP_IXC) && !zero && (double)quotient * (double)y != (double)x) *flags |= FP_IXC;
    *out = r;
    return true;
}

static inline bool f64_sqrt_fast(f64 a, bool fz, uint32_t *flags, f64 *out)
{
    const __m128d x = _mm_set_sd(f64_host(a));
    const f64 r = f64_bits(_mm_cvtsd_f64(_mm_sqrt_sd(x, x)));
    if (!f64_inside(r) && !f64_is_zero(a)) return false;
    if (fz && f64_is_denormal(a)) return false;
    if (!(*flags & FP_IXC) && !f64_is_zero(a)) {
        if (f64_exp(a) == 0) return false;
        if (!f64_product_is(a, r, r)) *flags |= FP_IXC;
    }
    *out = r;
    return true;
}

static inline bool f32_sqrt_fast(f32 a, bool fz, uint32_t *flags, f32 *out)
{
    const float x = f32_host(a), root = _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
    const f32 r = f32_bits(root);
    if (!f32_inside(r) && !f32_is_zero(a)) return false;
    if (fz && f32_is_denormal(a)) return false;
    if (!(*flags & FP_IXC) && (double)root * (double)root != (double)x) *flags |= FP_IXC;
    *out = r;
    return true;
}

// The product is exact in double precision; the sum is made odd where it is not, so that rounding it a second
// time gives what rounding once would have.
static inline bool f32_muladd_fast(f32 addend, f32 a, f32 b, bool fz, uint32_t *flags, f32 *out)
{
    const double product = (double)f32_host(a) * (double)f32_host(b), c = (double)f32_host(addend);
    const double sum = product + c;
    const double error = f64_sum_error(product, c, sum);
    f64 odd = f64_bits(sum);
    if (error != 0 && !(odd & 1)) odd += (error > 0) == (sum > 0) ? 1 : ~0ull;
    const float result = (float)f64_host(odd);
    const f32 r = f32_bits(result);
    if (!f32_inside(r) && sum != 0) return false;
    if (fz && (f32_is_denormal(addend) || f32_is_denormal(a) || f32_is_denormal(b))) return false;
    if (error != 0 || (double)result != sum) *flags |= FP_IXC;
    *out = r;
    return true;
}

// Not inline: it asks for the host's FMA instructions (arith.c).
bool f64_muladd_fast(f64 addend, f64 a, f64 b, bool fz, uint32_t *flags, f64 *out);

static inline bool f64_to_f32_fast(f64 a, bool fz, uint32_t *flags, f32 *out)
{
    const float result = (float)f64_host(a);
    const f32 r = f32_bits(result);
    (void)fz; // what is a normal single was no denormal double
    if (!f32_inside(r) && !f64_is_zero(a)) return false;
    if ((double)result != f64_host(a)) *flags |= FP_IXC;
    *out = r;
    return true;
}

static inline bool f32_to_f64_fast(f32 a, bool fz, f64 *out)
{
    if (f32_exp(a) == 0xff || (fz && f32_is_denormal(a))) return false;
    *out = f64_bits((double)f32_host(a));
    return true;
}

// NZCV as FPCompare gives them, in bits 31:28.
static inline bool f64_compare_fast(f64 a, f64 b, bool fz, uint32_t *nzcv)
{
    if (f64_is_nan(a) || f64_is_nan(b)) return false;
    if (fz && (f64_is_denormal(a) || f64_is_denormal(b))) return false;
    const double x = f64_host(a), y = f64_host(b);
    *nzcv = x == y ? 6u << 28 : x < y ? 8u << 28 : 2u << 28;
    return true;
}

static inline bool f32_compare_fast(f32 a, f32 b, bool fz, uint32_t *nzcv)
{
    if (f32_is_nan(a) || f32_is_nan(b)) return false;
    if (fz && (f32_is_denormal(a) || f32_is_denormal(b))) return false;
    const float x = f32_host(a), y = f32_host(b);
    *nzcv = x == y ? 6u << 28 : x < y ? 8u << 28 : 2u << 28;
    return true;
}

// To a 32-bit integer, towards zero.
static inline bool f64_to_int_fast(f64 a, bool is_unsigned, bool fz, uint32_t *flags, uint32_t *out)
{
    const double x = f64_host(a);
    if (!(is_unsigned ? x > -1 && x < 4294967296.0 : x > -2147483649.0 && x < 2147483648.0)) return false;
    if (fz && f64_is_denormal(a)) return false;
    const int64_t v = (int64_t)x;
    if ((double)v != x) *flags |= FP_IXC;
    *out = (uint32_t)v;
    return true;
}

static inline bool f32_to_int_fast(f32 a, bool is_unsigned, bool fz, uint32_t *flags, uint32_t *out)
{
    if (fz && f32_is_denormal(a)) return false;
    return f64_to_int_fast(f64_bits((double)f32_host(a)), is_unsigned, false, flags, out);
}

#endif
