// What the host's processor has beyond SSE2.
#ifndef STINKARM_JIT_X64_HOST_H
#define STINKARM_JIT_X64_HOST_H

#include <stdbool.h>

enum host_feature {
    HOST_SSSE3 = 1,
    HOST_SSE41 = 2, // and SSE4.2
    HOST_AVX = 4,
    HOST_AVX2 = 8,
    HOST_FMA = 16,
    HOST_BMI2 = 32, // and BMI1
    HOST_LZCNT = 64,
    HOST_POPCNT = 128,
    HOST_AVX512VL = 256, // with F, BW and DQ
    HOST_AES = 512,      // and PCLMULQDQ
    HOST_F16C = 2048,
    HOST_SHA = 1024, // and what it comes with: up to SSE4.1
};

// Found out when it is asked for the first time. STINKARM_HOST in the environment (a number) masks it: the
// tests' way to every path.
unsigned host_features_find(void);
extern unsigned host_features_known; // 1 << 31: found out

static inline unsigned host_features(void)
{
    const unsigned f = __atomic_load_n(&host_features_known, __ATOMIC_RELAXED);
    return f ? f : host_features_find();
}

static inline bool host_has(enum host_feature f)
{
    return host_features() & f;
}

#endif
