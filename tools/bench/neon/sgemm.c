// A product of two 64 × 64 matrices of floats.
#include "program.h"

enum { N = 64 };
static float a[N][N], b[N][N], c[N][N];

__attribute__((noinline)) static void multiply(void)
{
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            const float f = a[i][k];
            for (int j = 0; j < N; j++)
                c[i][j] += f * b[k][j];
        }
}

static void work(long rounds)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = (float)(i * 3 + j) * 0.01f, b[i][j] = (float)(i - j) * 0.02f;
    for (long r = 0; r < rounds; r++) {
        memset(c, 0, sizeof c);
        multiply();
        a[r % N][3] += 0.125f;
    }
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (double)c[i][i];
    print_real("trace", sum);
}
