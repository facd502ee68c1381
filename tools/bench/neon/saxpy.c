// y += a x of floats.
#include "program.h"

enum { N = 2048 };
static float x[N], y[N];

__attribute__((noinline)) static void saxpy(float a, const float *restrict from, float *restrict to, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += a * from[i];
}

static void work(long rounds)
{
    for (int i = 0; i < N; i++)
        x[i] = (float)(i % 100) * 0.25f, y[i] = 1;
    for (long r = 0; r < rounds; r++)
        saxpy(r & 1 ? 0.5f : -0.4375f, x, y, N);
    float sum = 0;
    for (int i = 0; i < N; i += 37)
        sum += y[i];
    print_real("sum", sum);
}
