#include "jit/x64/host.h"

#include <cpuid.h>
#include <stdlib.h>

static unsigned detect(void)
{
    unsigned f = 0;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("ssse3")) f |= HOST_SSSE3;
    if (__builtin_cpu_supports("sse4.2")) f |= HOST_SSE41;
    if (__builtin_cpu_supports("avx")) f |= HOST_AVX;
    if (__builtin_cpu_supports("avx2")) f |= HOST_AVX2;
    if (__builtin_cpu_supports("fma")) f |= HOST_FMA;
    if (__builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) f |= HOST_BMI2;
    if (__builtin_cpu_supports("lzcnt")) f |= HOST_LZCNT;
    if (__builtin_cpu_supports("popcnt")) f |= HOST_POPCNT;
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
        f |= HOST_AVX512VL;
    if (__builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul")) f |= HOST_AES;
    if (__builtin_cpu_supports("f16c")) f |= HOST_F16C;
    unsigned a, b, c, d;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA) f |= HOST_SHA;
    const char *mask = getenv("STINKARM_HOST");
    if (mask) f &= (unsigned)strtoul(mask, NULL, 0);
    return f & HOST_AVX ? f
                        : f & ~(unsigned)(HOST_AVX2 | HOST_FMA | HOST_AVX512VL | HOST_F16C); // encoded alike
}

unsigned host_features_known;

unsigned host_features_find(void)
{
    const unsigned f = detect() | 1u << 31;
    __atomic_store_n(&host_features_known, f, __ATOMIC_RELAXED);
    return f;
}
