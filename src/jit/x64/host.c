#include "jit/x64/host.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// What the operating system keeps of the registers: XCR0.
static uint32_t kept_state(void)
{
    uint32_t lo, hi;
    __asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return lo;
}

// Not __builtin_cpu_supports: its constructor would ask at every start, and CPUID traps on a virtual machine.
static unsigned detect(void)
{
    enum { YMM = 0x06, ZMM = 0xe6 };
    unsigned f = 0, a, b = 0, c = 0, d, ext = 0, vectors = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    if (c & bit_OSXSAVE) vectors = kept_state();
    const bool ymm = (vectors & YMM) == YMM, zmm = (vectors & ZMM) == ZMM;
    if (c & bit_SSSE3) f |= HOST_SSSE3;
    if (c & bit_SSE4_2) f |= HOST_SSE41;
    if (c & bit_POPCNT) f |= HOST_POPCNT;
    if (c & bit_AES && c & bit_PCLMUL) f |= HOST_AES;
    if (ymm && c & bit_AVX) f |= HOST_AVX;
    if (ymm && c & bit_FMA) f |= HOST_FMA;
    if (ymm && c & bit_F16C) f |= HOST_F16C;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) b = 0;
    if (ymm && b & bit_AVX2) f |= HOST_AVX2;
    if (b & bit_BMI && b & bit_BMI2) f |= HOST_BMI2;
    if (b & bit_SHA) f |= HOST_SHA;
    if (zmm && b & bit_AVX512VL && b & bit_AVX512BW && b & bit_AVX512DQ) f |= HOST_AVX512VL;
    if (__get_cpuid(0x80000001, &a, &b, &ext, &d) && ext & bit_LZCNT) f |= HOST_LZCNT;
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
