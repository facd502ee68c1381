// Sums, means, deviations, correlation of two series of doubles.
#include <math.h>
#include "program.h"

enum { N = 100 };
static double x[N], y[N];

static double mean(const double *v)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += v[i];
    return sum / N;
}

static double deviation(const double *v, double m)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (v[i] - m) * (v[i] - m);
    return sqrt(sum / N);
}

static void work(long rounds)
{
    double sum = 0;
    uint32_t seed = 5;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < N; i++) {
            x[i] = i + (next_random(&seed) >> 16) / 8192.0;
            y[i] = x[i] * 0.5 + (next_random(&seed) >> 16) / 4096.0;
        }
        const double mx = mean(x), my = mean(y);
        double both = 0;
        for (int i = 0; i < N; i++)
            both += (x[i] - mx) * (y[i] - my);
        sum += both / N / (deviation(x, mx) * deviation(y, my));
    }
    print_real("sum", sum);
}
