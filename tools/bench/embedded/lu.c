// Equations in whole numbers: a 20 × 20 matrix into a lower and an upper one, in fixed point with divisions
// of 64 bits.
#include "program.h"

enum { N = 20, ONE = 1 << 12 };
static int64_t a[N][N], x[N];

static void solve(void)
{
    for (int k = 0; k < N; k++)
        for (int i = k + 1; i < N; i++) {
            const int64_t factor = a[i][k] = a[i][k] * ONE / a[k][k];
            for (int j = k + 1; j < N; j++)
                a[i][j] -= factor * a[k][j] >> 12;
        }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < i; k++)
            x[i] -= a[i][k] * x[k] >> 12;
    for (int i = N - 1; i >= 0; i--) {
        for (int k = i + 1; k < N; k++)
            x[i] -= a[i][k] * x[k] >> 12;
        x[i] = x[i] * ONE / a[i][i];
    }
}

static void work(long rounds)
{
    uint32_t seed = 13, sum = 0;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < N; i++) {
            x[i] = 0;
            for (int j = 0; j < N; j++) {
                a[i][j] = i == j ? 40 * ONE : (int32_t)next_random(&seed) >> 19;
                x[i] += a[i][j];
            }
        }
        solve(); // the solution is all ones, nearly
        for (int i = 0; i < N; i++)
            sum = mix(sum, (uint32_t)x[i]);
    }
    printf("%08x %lld\n", sum, (long long)x[3]);
}
