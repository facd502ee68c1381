// Number formatting, parsing, libm, 64-bit arithmetic, rounding modes: bit for bit what qemu-arm gives.
// stinkarm-test: build=arm,thumb,armel,musl cflags="-frounding-math" libs="-lm" oracle=qemu
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t bits(double d)
{
    uint64_t u;
    memcpy(&u, &d, sizeof u);
    return u;
}

static uint32_t bitsf(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}

static void functions(double x)
{
    double (*const f[])(double) = {sin,   cos,   tan,       asin,  acos, atan,  sinh,   cosh,   tanh,
                                   exp,   exp2,  expm1,     log,   log2, log10, log1p,  sqrt,   cbrt,
                                   floor, ceil,  trunc,     rint,  erf,  erfc,  lgamma, tgamma, asinh,
                                   acosh, atanh, nearbyint, round, logb, fabs};
    uint64_t h = 0;
    for (unsigned i = 0; i < sizeof f / sizeof *f; i++) {
        volatile double v = x;
        const double r = f[i](v);
        h = h * 31 + (isnan(r) ? 0x7ff8000000000000 : bits(r));
    }
    float (*const g[])(float) = {sinf,  cosf,  tanf,  expf,  logf,  sqrtf, floorf,
                                 ceilf, rintf, atanf, exp2f, log2f, cbrtf, roundf};
    for (unsigned i = 0; i < sizeof g / sizeof *g; i++) {
        volatile float v = (float)x;
        const float r = g[i](v);
        h = h * 31 + (isnan(r) ? 0x7fc00000 : bitsf(r));
    }
    volatile double y = 1.7;
    const double two[] = {pow(x, y),       fmod(x, y),  atan2(x, y),  hypot(x, y),     remainder(x, y),
                          copysign(x, -y), fmax(x, y),  fmin(x, y),   nextafter(x, y), fdim(x, y),
                          fma(x, y, -1.0), ldexp(x, 3), scalbn(x, -3)};
    for (unsigned i = 0; i < sizeof two / sizeof *two; i++)
        h = h * 31 + (isnan(two[i]) ? 1 : bits(two[i]));
    printf("%.17g %016" PRIx64 "\n", x, h);
}

static void conversions(double x)
{
    if (isnan(x)) x = 0;
    volatile double d = x;
    volatile float f = (float)x;
    const int in32 = fabs(x) < 2147483647, in64 = fabs(x) < 9e18;
    printf("%d %u %lld %llu %a %a %ld %lld\n", in32 ? (int)d : 0, in32 && x > 0 ? (unsigned)d : 0,
           in64 ? (long long)d : 0, in64 && x > 0 ? (unsigned long long)d : 0, (double)f, d,
           in32 ? lrint(d) : 0, in64 ? llround(d) : 0);
}

static void integers(void)
{
    uint64_t a = 0x123456789abcdef0, b = 0x0fedcba987654321;
    for (int i = 0; i < 40; i++) {
        printf("%" PRIx64 " %" PRIx64 " %" PRId64 " %" PRId64 " %" PRIx64 " %" PRIx64 "\n", a * b,
               a / (b | 1), (int64_t)a / ((int64_t)b | 1), (int64_t)a % ((int64_t)b | 1), a >> (i & 63),
               b << (i & 63));
        printf("%u %d %d %d\n", (uint32_t)a / ((uint32_t)b | 1), (int32_t)a / ((int32_t)b | 1),
               (int32_t)a % ((int32_t)b | 1),
               __builtin_popcountll(a) + __builtin_clzll(a | 1) + __builtin_ctzll(b | 1ull << 63));
        a = a * 6364136223846793005 + 1442695040888963407;
        b ^= a >> 17;
        printf("%.6f %.6f %.9g %.9g\n", (double)a, (double)(int64_t)b, (float)a, (float)(int64_t)b);
    }
}

int main(void)
{
    static const double xs[] = {0.0,  -0.0,  1,    -1,       0.5,        1e-300, 1e300,   3.14159265358979,
                                2.5,  -2.5,  1e10, 0.1,      123456.789, 1e-10,  7.0 / 3, -0.75,
                                20.5, 709.5, -745, 4.9e-324, 1e22};
    for (unsigned i = 0; i < sizeof xs / sizeof *xs; i++)
        functions(xs[i]);
    functions(INFINITY);
    functions(-INFINITY);
    functions(NAN);
    for (unsigned i = 0; i < sizeof xs / sizeof *xs; i++)
        conversions(xs[i]);
    integers();
    // Formatting and back
    for (int i = -320; i < 309; i += 13) {
        char s[64];
        snprintf(s, sizeof s, "1.2345678901234567e%d", i);
        const double d = strtod(s, NULL);
        printf("%s %.17e %.3f %g %a\n", s, d, i < 30 ? d : 0, d, d);
    }
    printf("%f %e %g %Lf %.0f %.0f %.0f\n", 1e15 / 3, DBL_MIN, FLT_MAX, 1.0L / 3, 0.5, 1.5, 2.5);
    printf("%d %d %ld\n", atoi("-2147483648"), (int)strtol("7fffffff", NULL, 16),
           strtol("99999999999", NULL, 10));
    // Rounding modes and exception flags
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (int m = 0; m < 4; m++) {
        fesetround(modes[m]);
        volatile double one = 1, three = 3, big = DBL_MAX, small = DBL_MIN;
        volatile float f1 = 1, f3 = 3;
        printf("%016" PRIx64 " %016" PRIx64 " %08" PRIx32 " %016" PRIx64 " %016" PRIx64 " %.1f %.1f %ld\n",
               bits(one / three), bits(-one / three), bitsf(f1 / f3), bits(big * three), bits(small / three),
               rint(2.5), rint(-2.5), lrint(-3.5));
        volatile float narrowed = (float)(one / three);
        printf("%08" PRIx32 " %016" PRIx64 " %.20f\n", bitsf(narrowed), bits(sqrt(three)), one / three);
    }
    fesetround(FE_TONEAREST);
    volatile double zero = 0, one = 1, big = DBL_MAX, small = DBL_MIN, r;
    feclearexcept(FE_ALL_EXCEPT);
    r = one / zero, printf("%d ", fetestexcept(FE_ALL_EXCEPT)), feclearexcept(FE_ALL_EXCEPT);
    r = zero / zero, printf("%d ", fetestexcept(FE_ALL_EXCEPT)), feclearexcept(FE_ALL_EXCEPT);
    r = big * big, printf("%d ", fetestexcept(FE_ALL_EXCEPT)), feclearexcept(FE_ALL_EXCEPT);
    r = small * small, printf("%d ", fetestexcept(FE_ALL_EXCEPT)), feclearexcept(FE_ALL_EXCEPT);
    r = one / 3, printf("%d\n", fetestexcept(FE_ALL_EXCEPT)), feclearexcept(FE_ALL_EXCEPT);
    (void)r;
    return 0;
}
