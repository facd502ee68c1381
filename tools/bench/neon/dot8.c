// The inner product of signed bytes, summed in 32 bits.
#include "program.h"

enum { N = 4096 };
static int8_t x[N], y[N];

__attribute__((noinline)) static int32_t dot(const int8_t *a, const int8_t *b, int n)
{
    int32_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void work(long rounds)
{
    for (int i = 0; i < N; i++)
        x[i] = (int8_t)(i * 7), y[i] = (int8_t)(i * 13 + 5);
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++) {
        x[r & (N - 1)] ^= (int8_t)r;
        sum = mix(sum, (uint32_t)dot(x, y, N));
    }
    printf("%08x\n", sum);
}
