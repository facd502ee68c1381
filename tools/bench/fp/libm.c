// The C library's functions: sine, exponent, logarithm, power, arc tangent; conversions from and to integers.
#include <math.h>
#include "program.h"

static void work(long rounds)
{
    double sum = 0;
    int whole = 0;
    for (long r = 0; r < rounds; r++)
        for (int i = 1; i <= 50; i++) {
            const double x = i * 0.07 + (double)(r & 15) * 0.001;
            sum += sin(x) * exp(-x) + log(x) * atan(x) + pow(x, 1.5) - cos(x * 3);
            whole += (int)sum & 3;
        }
    printf("%d\n", whole);
    print_real("sum", sum);
}
