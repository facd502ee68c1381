// Butterflies of doubles: a 256-point Fourier transform there and back.
#include <math.h>
#include "program.h"

enum { N = 256 };
static double re[N], im[N], wre[N / 2], wim[N / 2];

static void transform(int sign)
{
    for (unsigned i = 1, j = 0; i < N; i++) {
        unsigned bit = N / 2;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i >= j) continue;
        const double a = re[i], b = im[i];
        re[i] = re[j], im[i] = im[j];
        re[j] = a, im[j] = b;
    }
    for (int half = 1; half < N; half *= 2)
        for (int start = 0; start < N; start += 2 * half)
            for (int k = 0; k < half; k++) {
                const int lo = start + k, hi = lo + half, w = k * (N / 2 / half);
                const double c = wre[w], s = sign * wim[w];
                const double a = re[hi] * c - im[hi] * s, b = re[hi] * s + im[hi] * c;
                re[hi] = re[lo] - a, im[hi] = im[lo] - b;
                re[lo] += a, im[lo] += b;
            }
}

static void work(long rounds)
{
    double power = 0;
    for (int i = 0; i < N / 2; i++)
        wre[i] = cos(2 * M_PI * i / N), wim[i] = sin(2 * M_PI * i / N);
    for (int i = 0; i < N; i++)
        re[i] = i % 17 + 1, im[i] = i % 5;
    for (long r = 0; r < rounds; r++) {
        transform(1);
        power = re[3] * re[3] + im[3] * im[3];
        transform(-1);
        for (int i = 0; i < N; i++)
            re[i] /= N, im[i] /= N;
    }
    print_real("power", power);
    print_real("first", re[0]);
}
