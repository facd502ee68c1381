// What Whetstone is about, in own words: array elements, procedure calls, conditional jumps, integers that
// index, and a few elementary functions, in proportions of scientific programs of its time.
#include <math.h>
#include "program.h"

static double e[4], t = 0.499975, t2 = 2.0;

__attribute__((noinline)) static void smooth(double *v)
{
    for (int i = 0; i < 6; i++) {
        v[0] = (v[0] + v[1] + v[2] - v[3]) * t;
        v[1] = (v[0] + v[1] - v[2] + v[3]) * t;
        v[2] = (v[0] - v[1] + v[2] + v[3]) * t;
        v[3] = (-v[0] + v[1] + v[2] + v[3]) / t2;
    }
}

__attribute__((noinline)) static double combine(double x, double y)
{
    x = t * (x + y);
    y = t * (x + y);
    return (x + y) / t2;
}

static void work(long rounds)
{
    double x = 0, y = 0, z = 1;
    int j = 1, k = 2, l = 3;
    for (long r = 0; r < rounds; r++) {
        e[0] = 1, e[1] = e[2] = e[3] = -1;
        for (int i = 0; i < 14; i++)
            smooth(e);
        for (int i = 0; i < 90; i++) {
            j = j == 1 ? 2 : 3;
            j = j > 2 ? 0 : 1;
            j = j < 1 ? 1 : 0;
        }
        for (int i = 0; i < 60; i++) {
            j = j * (k - j) * (l - k);
            k = l * k - (l - j) * k;
            l = (l - k) * (k + j);
            e[(l - 2) & 3] = j + k + l;
            e[(k - 2) & 3] = j * k * l;
        }
        x = y = 0.5;
        for (int i = 0; i < 8; i++) {
            x = t * atan(t2 * sin(x) * cos(x) / (cos(x + y) + cos(x - y) + 1.5));
            y = t * atan(t2 * sin(y) * cos(y) / (cos(x + y) + cos(x - y) + 1.5));
        }
        for (int i = 0; i < 200; i++)
            z = combine(z, x + y);
        for (int i = 0; i < 12; i++)
            z = sqrt(exp(log(z + 1) / 1.02));
        j = 1, k = 2, l = 3;
    }
    print_real("x", x);
    print_real("y", y);
    print_real("z", z);
    print_real("e", e[3]);
}
