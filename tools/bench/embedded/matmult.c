// A product of two 20 × 20 matrices of integers.
#include "program.h"

enum { N = 20 };
static int32_t a[N][N], b[N][N], c[N][N];

__attribute__((noinline)) static void multiply(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            int32_t sum = 0;
            for (int k = 0; k < N; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

static void work(long rounds)
{
    uint32_t seed = 3, sum = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = (int32_t)next_random(&seed) >> 16, b[i][j] = (int32_t)next_random(&seed) >> 16;
    for (long r = 0; r < rounds; r++) {
        multiply();
        a[r % N][(r * 7) % N] = c[3][r % N] >> 12;
        sum = mix(sum, (uint32_t)c[r % N][5]);
    }
    printf("%08x\n", sum);
}
