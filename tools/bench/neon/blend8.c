// Two pictures of bytes laid over each other: to = (a alpha + b (255 − alpha)) / 256.
#include "program.h"

enum { N = 4096 };
static uint8_t a[N], b[N], alpha[N], to[N];

__attribute__((noinline)) static void blend(void)
{
    for (int i = 0; i < N; i++)
        to[i] = (uint8_t)((uint16_t)(a[i] * alpha[i] + b[i] * (255 - alpha[i])) >> 8);
}

static void work(long rounds)
{
    for (int i = 0; i < N; i++)
        a[i] = (uint8_t)(i * 3), b[i] = (uint8_t)(i * 11 + 1), alpha[i] = (uint8_t)(i * 5);
    for (long r = 0; r < rounds; r++) {
        alpha[r & (N - 1)] += 3;
        blend();
        b[(r * 7) & (N - 1)] = to[r & (N - 1)];
    }
    uint32_t sum = 0;
    for (int i = 0; i < N; i++)
        sum = mix(sum, to[i]);
    printf("%08x\n", sum);
}
