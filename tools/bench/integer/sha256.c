// Rotations and logic: FIPS 180-4's SHA-256. Its constants are worked out from primes, as the standard
// defines them.
#include <math.h>
#include "program.h"

static uint32_t k[64], state[8];

static uint32_t fraction(double v)
{
    return (uint32_t)((v - floor(v)) * 4294967296.0);
}

static void constants(void)
{
    for (uint32_t p = 2, n = 0; n < 64; p++) {
        uint32_t d = 2;
        while (p % d)
            d++;
        if (d < p) continue;
        if (n < 8) state[n] = fraction(sqrt(p));
        k[n++] = fraction(cbrt(p));
    }
}

static inline uint32_t ror(uint32_t v, int n)
{
    return v >> n | v << (32 - n);
}

__attribute__((noinline)) static void block(const uint8_t *data)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)data[4 * i] << 24 | data[4 * i + 1] << 16 | data[4 * i + 2] << 8 | data[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        const uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) + w[i - 7] + (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        const uint32_t e = s[4], a = s[0];
        const uint32_t t1 =
            s[7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
        const uint32_t t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6], s[6] = s[5], s[5] = e, s[4] = s[3] + t1;
        s[3] = s[2], s[2] = s[1], s[1] = a, s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static void work(long rounds)
{
    static uint8_t data[1024];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 37);
    constants();
    for (long i = 0; i < rounds; i++)
        for (unsigned at = 0; at < sizeof data; at += 64)
            block(data + at);
    for (int i = 0; i < 8; i++)
        printf("%08x%s", state[i], i < 7 ? "" : "\n");
}
