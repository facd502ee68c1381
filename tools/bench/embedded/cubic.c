// Roots of cubic polynomials by Cardano's formulas: cosines, arc cosines, cube roots.
#include <math.h>
#include "program.h"

static int solve(double a, double b, double c, double root[3])
{
    const double q = (a * a - 3 * b) / 9, r = (2 * a * a * a - 9 * a * b + 27 * c) / 54;
    if (r * r < q * q * q) {
        const double angle = acos(r / sqrt(q * q * q)), size = -2 * sqrt(q);
        for (int i = 0; i < 3; i++)
            root[i] = size * cos((angle + 2 * M_PI * i) / 3) - a / 3;
        return 3;
    }
    const double s = -copysign(cbrt(fabs(r) + sqrt(r * r - q * q * q)), r);
    root[0] = s + (s != 0 ? q / s : 0) - a / 3;
    return 1;
}

static void work(long rounds)
{
    double sum = 0;
    int count = 0;
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < 10; i++) {
            double root[3];
            const int n = solve(i - 5.5, (double)(r & 31) - 16.25, 3.5 - i, root);
            count += n;
            for (int k = 0; k < n; k++)
                sum += root[k];
        }
    printf("%d\n", count);
    print_real("sum", sum);
}
