// What Linpack is about, in own words: a 48 × 48 system of equations by elimination with pivots.
#include <math.h>
#include "program.h"

enum { N = 48 };
static double a[N][N], x[N];

__attribute__((noinline)) static void subtract(double *y, const double *from, double factor, int n)
{
    for (int i = 0; i < n; i++)
        y[i] -= factor * from[i];
}

static void solve(void)
{
    for (int k = 0; k < N; k++) {
        int pivot = k;
        for (int i = k + 1; i < N; i++)
            if (fabs(a[i][k]) > fabs(a[pivot][k])) pivot = i;
        for (int j = k; j < N; j++) {
            const double t = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = t;
        }
        const double t = x[k];
        x[k] = x[pivot];
        x[pivot] = t;
        for (int i = k + 1; i < N; i++) {
            const double factor = a[i][k] / a[k][k];
            subtract(&a[i][k], &a[k][k], factor, N - k);
            x[i] -= factor * x[k];
        }
    }
    for (int k = N - 1; k >= 0; k--) {
        for (int j = k + 1; j < N; j++)
            x[k] -= a[k][j] * x[j];
        x[k] /= a[k][k];
    }
}

static void work(long rounds)
{
    double sum = 0;
    uint32_t seed = 11;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < N; i++) {
            double row = 0;
            for (int j = 0; j < N; j++)
                row += a[i][j] = (int32_t)next_random(&seed) / 2147483648.0;
            x[i] = row; // the solution is all ones
        }
        solve();
        for (int i = 0; i < N; i++)
            sum += x[i];
    }
    print_real("sum", sum);
}
