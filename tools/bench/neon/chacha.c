// RFC 8439's ChaCha20, sixteen blocks side by side: additions, exclusive ors, rotations of words.
#include "program.h"

enum { LANES = 16 };
static uint32_t x[16][LANES], key[16];

static inline uint32_t rol(uint32_t v, int n)
{
    return v << n | v >> (32 - n);
}

__attribute__((noinline)) static void quarter(uint32_t *restrict a, uint32_t *restrict b,
                                              uint32_t *restrict c, uint32_t *restrict d)
{
    for (int i = 0; i < LANES; i++) {
        a[i] += b[i], d[i] = rol(d[i] ^ a[i], 16);
        c[i] += d[i], b[i] = rol(b[i] ^ c[i], 12);
        a[i] += b[i], d[i] = rol(d[i] ^ a[i], 8);
        c[i] += d[i], b[i] = rol(b[i] ^ c[i], 7);
    }
}

static void blocks(uint32_t counter)
{
    for (int i = 0; i < 16; i++)
        for (uint32_t k = 0; k < LANES; k++)
            x[i][k] = key[i] + (i == 12 ? counter + k : 0);
    for (int r = 0; r < 10; r++) {
        for (int i = 0; i < 4; i++)
            quarter(x[i], x[4 + i], x[8 + i], x[12 + i]);
        for (int i = 0; i < 4; i++)
            quarter(x[i], x[4 + (i + 1) % 4], x[8 + (i + 2) % 4], x[12 + (i + 3) % 4]);
    }
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < LANES; k++)
            x[i][k] += key[i];
}

static void work(long rounds)
{
    memcpy(key, "expand 32-byte k", 16);
    for (uint32_t i = 4; i < 16; i++)
        key[i] = i < 12 ? i * 0x01020304u : 0;
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++) {
        blocks((uint32_t)r * LANES);
        sum = mix(sum, x[r & 15][r >> 4 & 15]);
    }
    printf("%08x\n", sum);
}
