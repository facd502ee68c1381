// A filter of sixteen taps over 16-bit samples, with 32-bit sums.
#include "program.h"

enum { N = 1024, TAPS = 16 };
static int16_t in[N + TAPS], taps[TAPS], out[N];

__attribute__((noinline)) static void filter(void)
{
    int32_t sum[N];
    memset(sum, 0, sizeof sum);
    for (int k = 0; k < TAPS; k++)
        for (int i = 0; i < N; i++)
            sum[i] += in[i + k] * taps[k];
    for (int i = 0; i < N; i++)
        out[i] = (int16_t)(sum[i] >> 15);
}

static void work(long rounds)
{
    for (int i = 0; i < N + TAPS; i++)
        in[i] = (int16_t)(i * 777);
    for (int i = 0; i < TAPS; i++)
        taps[i] = (int16_t)(2000 - 250 * abs(i - 8));
    for (long r = 0; r < rounds; r++) {
        filter();
        in[r & (N - 1)] += out[(r * 3) & (N - 1)];
    }
    uint32_t sum = 0;
    for (int i = 0; i < N; i++)
        sum = mix(sum, (uint16_t)out[i]);
    printf("%08x\n", sum);
}
