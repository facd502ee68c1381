// softfp against the host FPU (all rounding modes, exception flags), and what ARM does its own way against
// hand-checked values.
#include <criterion/criterion.h>
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "softfp/fast.h"

enum { ROUNDS = 400000 };

static uint64_t rng_state = 0x9e3779b97f4a7c15;

static uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

// Random bits do not meet the interesting cases: exponents near each other or at the ends, few fraction bits.
static uint64_t random_number(unsigned frac_bits, unsigned exp_bits)
{
    const uint64_t max_exp = (1ull << exp_bits) - 1, bias = max_exp >> 1, all = (1ull << frac_bits) - 1;
    uint64_t exp = rng() & max_exp, frac = rng() & all;
    switch (rng() % 8) {
    case 0: exp = rng() % 3; break;
    case 1: exp = max_exp - rng() % 3; break;
    case 2: exp = bias / 2 + rng() % 5; break;
    case 3:
    case 4: exp = bias + rng() % 8 - 4; break;
    default: break;
    }
    switch (rng() % 6) {
    case 0: frac = 0; break;
    case 1: frac = all; break;
    case 2: frac &= all << (rng() % frac_bits); break;
    case 3: frac = 1ull << (rng() % frac_bits); break;
    default: break;
    }
    return (rng() & 1) << (frac_bits + exp_bits) | exp << frac_bits | (frac & all);
}

static f64 random_f64(void)
{
    return random_number(52, 11);
}

static f32 random_f32(void)
{
    return (f32)random_number(23, 8);
}

static const int host_rounding[4] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

static uint32_t host_flags(void)
{
    const int e = fetestexcept(FE_ALL_EXCEPT);
    return (e & FE_INVALID ? FP_IOC : 0) | (e & FE_DIVBYZERO ? FP_DZC : 0) | (e & FE_OVERFLOW ? FP_OFC : 0) |
           (e & FE_UNDERFLOW ? FP_UFC : 0) | (e & FE_INEXACT ? FP_IXC : 0);
}

// x86 finds a result tiny after rounding, ARM before: the smallest normal number may differ in UFC.
static bool same_flags(uint32_t arm, uint32_t host, bool smallest_normal)
{
    return arm == host || (smallest_normal && arm == (host | FP_UFC));
}

// x86 prefers the first NaN operand, ARM the first signalling one: of NaN results only that they are NaNs is
// compared.
static bool same_f64(f64 a, f64 b)
{
    return a == b || (f64_is_nan(a) && f64_is_nan(b));
}

static bool same_f32(f32 a, f32 b)
{
    return a == b || (f32_is_nan(a) && f32_is_nan(b));
}

static void check_f64(const char *op, const f64 v[3], f64 got, f64 want, uint32_t flags, uint32_t wanted,
                      int r)
{
    const bool smallest = (want << 1) == 1ull << 53;
    cr_assert(same_f64(got, want) && same_flags(flags, wanted, smallest),
              "%s %016lx %016lx %016lx mode %d: %016lx flags %02x, host %016lx %02x", op, v[0], v[1], v[2], r,
              got, flags, want, wanted);
}

static void check_f32(const char *op, const f32 v[3], f32 got, f32 want, uint32_t flags, uint32_t wanted,
                      int r)
{
    const bool smallest = (want << 1) == 1u << 24;
    cr_assert(same_f32(got, want) && same_flags(flags, wanted, smallest),
              "%s %08x %08x %08x mode %d: %08x flags %02x, host %08x %02x", op, v[0], v[1], v[2], r, got,
              flags, want, wanted);
}

#define AGAINST_HOST(t, ctype, op, soft, host)                                                               \
    do {                                                                                                     \
        struct softfp s = {.rounding = (uint8_t)r};                                                          \
        const t got = soft;                                                                                  \
        fesetround(host_rounding[r]);                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                                        \
        const volatile ctype result = (ctype)(host);                                                         \
        const uint32_t flags = host_flags();                                                                 \
        fesetround(FE_TONEAREST);                                                                            \
        check_##t(op, v, got, t##_bits(result), s.flags, flags, r);                                          \
    } while (0)

Test(softfp, double_arithmetic)
{
    for (int i = 0; i < ROUNDS; i++) {
        const int r = (int)(rng() & 3);
        const f64 v[3] = {random_f64(), random_f64(), random_f64()};
        const volatile double x = f64_host(v[0]), y = f64_host(v[1]);
        AGAINST_HOST(f64, double, "add", f64_add(v[0], v[1], &s), x + y);
        AGAINST_HOST(f64, double, "sub", f64_sub(v[0], v[1], &s), x - y);
        AGAINST_HOST(f64, double, "mul", f64_mul(v[0], v[1], &s), x *y);
        AGAINST_HOST(f64, double, "div", f64_div(v[0], v[1], &s), x / y);
        AGAINST_HOST(f64, double, "sqrt", f64_sqrt(v[0], &s), sqrt(x));
        // Its exponents chosen so that product and addend meet.
        const f64 near = f64_bits(x * y) ^ (rng() & 0x80000000000fffff);
        const f64 w[3] = {rng() & 1 ? v[2] : near, v[0], v[1]};
        const volatile double addend = f64_host(w[0]);
        // inf * 0 + NaN: host says NaN only, ARM invalid operation
        const bool invalid = isnan(addend) && ((isinf(x) && y == 0) || (x == 0 && isinf(y)));
        if (!invalid) AGAINST_HOST(f64, double, "fma", f64_muladd(w[0], v[0], v[1], &s), fma(x, y, addend));
        struct softfp inexact = {.flags =
                                     FP_IXC}; // other code is used if it is known that IXC does not matter
        const f64 again = f64_muladd(w[0], v[0], v[1], &inexact);
        struct softfp none = {0};
        cr_assert(same_f64(again, f64_muladd(w[0], v[0], v[1], &none)) &&
                  inexact.flags == (none.flags | FP_IXC));
    }
}

Test(softfp, single_arithmetic)
{
    for (int i = 0; i < ROUNDS; i++) {
        const int r = (int)(rng() & 3);
        const f32 v[3] = {random_f32(), random_f32(), random_f32()};
        const volatile float x = f32_host(v[0]), y = f32_host(v[1]);
        AGAINST_HOST(f32, float, "add", f32_add(v[0], v[1], &s), x + y);
        AGAINST_HOST(f32, float, "sub", f32_sub(v[0], v[1], &s), x - y);
        AGAINST_HOST(f32, float, "mul", f32_mul(v[0], v[1], &s), x *y);
        AGAINST_HOST(f32, float, "div", f32_div(v[0], v[1], &s), x / y);
        AGAINST_HOST(f32, float, "sqrt", f32_sqrt(v[0], &s), sqrtf(x));
        const f32 near = f32_bits(x * y) ^ (f32)(rng() & 0x8000003f);
        const f32 w[3] = {rng() & 1 ? v[2] : near, v[0], v[1]};
        const volatile float addend = f32_host(w[0]);
        const bool invalid = isnan(addend) && ((isinf(x) && y == 0) || (x == 0 && isinf(y)));
        if (!invalid) AGAINST_HOST(f32, float, "fma", f32_muladd(w[0], v[0], v[1], &s), fmaf(x, y, addend));
    }
}

Test(softfp, conversions)
{
    for (int i = 0; i < ROUNDS; i++) {
        const int r = (int)(rng() & 3);
        f64 d = random_f64();
        if (rng() & 1) d = f64_bits((double)f32_host(random_f32())) ^ (rng() & 0x3fffffff);
        const f32 v[3] = {(f32)(d >> 32), (f32)d, 0};
        const volatile double x = f64_host(d);
        AGAINST_HOST(f32, float, "narrow", f64_to_f32(d, &s), x);
        const f32 single = random_f32();
        const volatile float y = f32_host(single);
        {
            const f64 v64[3] = {single};
            struct softfp s = {0};
            const f64 got = f32_to_f64(single, &s);
            check_f64("widen", v64, got, f64_bits((double)y), s.flags & ~FP_IOC, 0, r);
            cr_assert_eq(s.flags & FP_IOC, f32_is_nan(single) && !(single & 0x400000) ? FP_IOC : 0);
        }
        const int64_t n = (int64_t)(rng() >> (rng() & 63));
        AGAINST_HOST(f32, float, "from s64", f32_from_fixed((uint64_t)n, 64, 0, false, r, &s), n);
        AGAINST_HOST(f32, float, "from u32", f32_from_fixed((uint64_t)n, 32, 0, true, r, &s), (uint32_t)n);
    }
}

static const double limits[2][2] = {{-2147483648.0, 2147483647.0}, {0, 4294967295.0}};

Test(softfp, to_integers)
{
    for (int i = 0; i < ROUNDS; i++) {
        const int r = (int)(rng() & 3), uns = (int)(rng() & 1);
        const f64 v = rng() & 1 ? random_f64() : random_number(52, 11) % (1ull << 62) | 0x4000000000000000;
        const double x = f64_host(v);
        fesetround(host_rounding[r]);
        const double rounded = nearbyint(x);
        fesetround(FE_TONEAREST);
        struct softfp s = {0};
        const uint64_t got = f64_to_fixed(v, 32, 0, uns, r, &s);
        uint64_t want = 0;
        uint32_t flags = FP_IOC;
        if (isnan(x))
            want = 0;
        else if (rounded < limits[uns][0])
            want = (uint32_t)(int64_t)limits[uns][0];
        else if (rounded > limits[uns][1])
            want = (uint32_t)(int64_t)limits[uns][1];
        else
            want = (uint32_t)(int64_t)rounded, flags = rounded == x ? 0 : FP_IXC;
        cr_assert(got == want && s.flags == flags, "to_fixed %a mode %d uns %d: %lx %02x, wanted %lx %02x", x,
                  r, uns, got, s.flags, want, flags);
        s.flags = 0;
        const f64 integral = f64_round_int(v, r, true, &s);
        if (!isnan(x))
            cr_assert(integral == f64_bits(rounded) && s.flags == (rounded == x ? 0 : FP_IXC),
                      "round_int %a mode %d", x, r);
        if (r == FP_TO_ZERO) {
            uint32_t fast, fast_flags = 0;
            if (f64_to_int_fast(v, uns, false, &fast_flags, &fast))
                cr_assert(fast == want && fast_flags == flags, "fast to_int %a", x);
        }
    }
}

Test(softfp, comparisons)
{
    for (int i = 0; i < ROUNDS; i++) {
        const f64 a = random_f64(), b = rng() % 4 ? random_f64() : a;
        const double x = f64_host(a), y = f64_host(b);
        struct softfp s = {0};
        const uint32_t want = isnan(x) || isnan(y) ? 3u << 28
                              : x == y             ? 6u << 28
                              : x < y              ? 8u << 28
                                                   : 2u << 28;
        cr_assert_eq(f64_compare(a, b, false, &s), want);
        cr_assert_eq(f64_eq(a, b, &s), x == y);
        cr_assert_eq(f64_ge(a, b, &s), x >= y);
        cr_assert_eq(f64_gt(a, b, &s), x > y);
        uint32_t fast;
        if (f64_compare_fast(a, b, false, &fast)) cr_assert_eq(fast, want);
    }
}

// The fast paths with IXC set or clear, and flush-to-zero, agree with a mode that has none.
Test(softfp, fast_paths_flag_inexact_results)
{
    for (int i = 0; i < ROUNDS; i++) {
        const f64 a = random_f64(), b = random_f64();
        const f32 x = random_f32(), y = random_f32();
        f64 r;
        f32 q;
        struct softfp s = {.rounding = FP_TIE_AWAY}; // no fast path, and no ties but where IXC is certain
        uint32_t flags = 0;
        if (f64_mul_fast(a, b, false, &flags, &r)) {
            f64_mul(a, b, &s);
            cr_assert_eq(flags, s.flags, "mul %lx %lx", a, b);
        }
        s.flags = flags = 0;
        if (f64_div_fast(a, b, false, &flags, &r)) {
            f64_div(a, b, &s);
            cr_assert_eq(flags, s.flags, "div %lx %lx", a, b);
        }
        s.flags = flags = 0;
        if (f32_muladd_fast(x, y, x, false, &flags, &q)) {
            f32_muladd(x, y, x, &s);
            cr_assert_eq(flags, s.flags, "fma %x %x", x, y);
        }
    }
}

#define SNAN32 0x7f800001u
#define QNAN32 0x7fc00123u

Test(softfp, nans)
{
    struct softfp s = {0};
    // A signalling NaN goes first, wherever it stands; it becomes quiet.
    cr_assert_eq(f32_add(QNAN32, SNAN32, &s), 0x7fc00001u);
    cr_assert_eq(s.flags, FP_IOC);
    s.flags = 0;
    cr_assert_eq(f32_sub(0x3f800000, QNAN32, &s), QNAN32); // its sign stays
    cr_assert_eq(s.flags, 0);
    s.dn = true;
    cr_assert_eq(f32_mul(0xffc00001u, 0, &s), 0x7fc00000u);
    s.dn = false;
    // FPMulAdd: infinity times zero is invalid though the addend is a quiet NaN; not if it signals anyway
    cr_assert_eq(f32_muladd(QNAN32, 0x7f800000u, 0, &s), 0x7fc00000u);
    cr_assert_eq(s.flags, FP_IOC);
    s.flags = 0;
    cr_assert_eq(f32_muladd(SNAN32, 0x7f800000u, 0, &s), 0x7fc00001u);
    cr_assert_eq(s.flags, FP_IOC);
    s.flags = 0;
    cr_assert_eq(f32_max(0x3f800000u, QNAN32, &s), QNAN32);
    cr_assert_eq(f32_maxnum(0x3f800000u, QNAN32, &s), 0x3f800000u);
    cr_assert_eq(f32_minnum(QNAN32, 0x80000000u, &s), 0x80000000u);
    cr_assert_eq(s.flags, 0);
    cr_assert_eq(f32_max(0x80000000u, 0, &s), 0);
    cr_assert_eq(f32_min(0, 0x80000000u, &s), 0x80000000u);
    cr_assert_eq(f32_compare(QNAN32, 0, false, &s), 3u << 28);
    cr_assert_eq(s.flags, 0);
    f32_compare(QNAN32, 0, true, &s);
    cr_assert_eq(s.flags, FP_IOC);
}

Test(softfp, flush_to_zero)
{
    struct softfp s = {.fz = true};
    cr_assert_eq(f32_add(0x00000001u, 0x80000001u, &s), 0); // both flushed
    cr_assert_eq(s.flags, FP_IDC);
    s.flags = 0;
    cr_assert_eq(f32_mul(0x80800000u, 0x3f000000u, &s), 0x80000000u); // result flushed: no IXC
    cr_assert_eq(s.flags, FP_UFC);
    s.flags = 0;
    // Tiny before rounding, though it would round to the smallest normal number.
    cr_assert_eq(f32_mul(0x3f7fffffu, 0x00800000u, &s), 0);
    cr_assert_eq(s.flags, FP_UFC);
    s.flags = 0;
    cr_assert_eq(f32_to_f64(1, &s), 0);
    cr_assert_eq(s.flags, FP_IDC);
    s.flags = 0;
    cr_assert_eq(f32_to_f16(0x33800000u, &s), 1); // 2^-24: halves are not flushed
    cr_assert_eq(s.flags, 0);
    s.fz = false;
    cr_assert_eq(f32_mul(0x3f7fffffu, 0x00800000u, &s), 0x00800000u);
    cr_assert_eq(s.flags, FP_UFC | FP_IXC);
}

Test(softfp, half_precision)
{
    for (uint32_t h = 0; h < 0x10000; h++) { // every half survives the way through single and double
        const bool nan = (h & 0x7fff) > 0x7c00;
        struct softfp s = {0};
        const f32 single = f16_to_f32((f16)h, &s);
        cr_assert_eq(f32_to_f16(single, &s), nan ? h | 0x200 : h);
        cr_assert_eq(f64_to_f16(f16_to_f64((f16)h, &s), &s), nan ? h | 0x200 : h);
        cr_assert_eq(s.flags, nan && !(h & 0x200) ? FP_IOC : 0);
        struct softfp alt = {.ahp = true};
        cr_assert_eq(f32_to_f16(f16_to_f32((f16)h, &alt), &alt), h);
        cr_assert_eq(alt.flags, 0);
    }
    struct softfp s = {0};
    cr_assert_eq(f32_to_f16(0x47800000u, &s), 0x7c00); // 65536
    cr_assert_eq(s.flags, FP_OFC | FP_IXC);
    struct softfp alt = {.ahp = true};
    cr_assert_eq(f32_to_f16(0x47800000u, &alt), 0x7c00);
    cr_assert_eq(alt.flags, 0);
    cr_assert_eq(f32_to_f16(0xc8000000u, &alt), 0xffff); // -131072
    cr_assert_eq(alt.flags, FP_IOC);
    cr_assert_eq(f32_to_f16(0xffc00000u, &alt), 0x8000);
    cr_assert_eq(f32_to_f16(0x7f800000u, &alt), 0x7fff);
    // arithmetic
    s.flags = 0;
    cr_assert_eq(f16_add(0x3c00, 0x3c00, &s), 0x4000);
    cr_assert_eq(f16_muladd(0x3c00, 0x4000, 0x4200, &s), 0x4700);
    cr_assert_eq(f16_div(0x3c00, 0x4200, &s), 0x3555);
    cr_assert_eq(f16_sqrt(0x4400, &s), 0x4000);
    cr_assert_eq(s.flags, FP_IXC);
}

Test(softfp, estimates)
{
    struct softfp s = softfp_standard(0);
    cr_assert_eq(f32_recip_estimate(0x3f800000u, &s), 0x3f7f8000u);
    cr_assert_eq(f32_recip_estimate(0x40400000u, &s), 0x3eaa8000u);
    cr_assert_eq(f32_rsqrt_estimate(0x3f800000u, &s), 0x3f7f8000u);
    cr_assert_eq(f32_rsqrt_estimate(0x40800000u, &s), 0x3eff8000u);
    cr_assert_eq(s.flags, 0);
    cr_assert_eq(f32_recip_estimate(0x80000000u, &s), 0xff800000u);
    cr_assert_eq(s.flags, FP_DZC);
    s.flags = 0;
    cr_assert_eq(f32_recip_estimate(0x7f000000u, &s), 0); // 2^127: the result is flushed
    cr_assert_eq(s.flags, FP_UFC);
    s.flags = 0;
    cr_assert_eq(f32_rsqrt_estimate(0xbf800000u, &s), 0x7fc00000u);
    cr_assert_eq(s.flags, FP_IOC);
    s.flags = 0;
    cr_assert_eq(f32_recip_step(0x7f800000u, 0, &s), 0x40000000u);
    cr_assert_eq(f32_rsqrt_step(0x7f800000u, 0, &s), 0x3fc00000u);
    cr_assert_eq(f32_recip_step(0x3f800000u, 0x3f800000u, &s), 0x3f800000u);
    cr_assert_eq(f32_rsqrt_step(0x3f800000u, 0x3f800000u, &s), 0x3f800000u);
    cr_assert_eq(s.flags, 0);
    cr_assert_eq(u32_recip_estimate(0x7fffffff), 0xffffffffu);
    cr_assert_eq(u32_recip_estimate(0x80000000u), 0xff800000u);
    cr_assert_eq(u32_rsqrt_estimate(0x3fffffff), 0xffffffffu);
    cr_assert_eq(u32_rsqrt_estimate(0x40000000u), 0xff800000u);
    // The estimate is good to 8 bits everywhere.
    for (uint32_t v = 0x3f800000; v < 0x40800000; v += 0x1357) {
        const float x = f32_host(v);
        cr_assert(fabsf(f32_host(f32_recip_estimate(v, &s)) * x - 1) < 1.0f / 256);
        cr_assert(fabsf(f32_host(f32_rsqrt_estimate(v, &s)) * sqrtf(x) - 1) < 1.0f / 256);
    }
}

Test(softfp, fixed_point)
{
    struct softfp s = {0};
    cr_assert_eq(f32_to_fixed(0x3fc00000u, 16, 8, false, FP_TO_ZERO, &s), 0x180);
    cr_assert_eq(f32_to_fixed(0xbfc00000u, 16, 8, false, FP_TO_ZERO, &s), 0xfe80);
    cr_assert_eq(s.flags, 0);
    cr_assert_eq(f32_to_fixed(0xbfc00000u, 16, 8, true, FP_TO_ZERO, &s), 0);
    cr_assert_eq(s.flags, FP_IOC);
    s.flags = 0;
    cr_assert_eq(f32_to_fixed(0x7f800000u, 32, 0, false, FP_TO_ZERO, &s), 0x7fffffffu);
    cr_assert_eq(f32_to_fixed(0xff800000u, 32, 0, false, FP_TO_ZERO, &s), 0x80000000u);
    cr_assert_eq(s.flags, FP_IOC);
    s.flags = 0;
    cr_assert_eq(f32_to_fixed(0x3f000000u, 32, 0, false, FP_TIE_AWAY, &s), 1);
    cr_assert_eq(f32_to_fixed(0xbf000000u, 32, 0, false, FP_TIE_AWAY, &s), 0xffffffffu);
    cr_assert_eq(f32_to_fixed(0x3f000000u, 32, 0, false, FP_TIE_EVEN, &s), 0);
    cr_assert_eq(s.flags, FP_IXC);
    cr_assert_eq(f64_from_fixed(0xffff8000u, 16, 15, false, FP_TIE_EVEN, &s), 0xbff0000000000000u);
    cr_assert_eq(f64_from_fixed(0xffffffffu, 32, 32, true, FP_TIE_EVEN, &s), 0x3fefffffffe00000u);
    bool exact;
    s.flags = 0;
    cr_assert_eq(f64_to_js_int(f64_bits(4294967298.5), &exact, &s), 2);
    cr_assert(!exact && s.flags == FP_IOC);
    cr_assert_eq(f64_to_js_int(f64_bits(-7), &exact, &s), (uint32_t)-7);
    cr_assert(exact);
}
