// Iterations with a compare of doubles as their end: a 32 × 32 picture of the Mandelbrot set.
#include "program.h"

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++)
        for (int py = 0; py < 32; py++)
            for (int px = 0; px < 32; px++) {
                const double cx = px / 16.0 - 1.5, cy = py / 16.0 - 1.0 + (double)(r & 7) / 64;
                double x = 0, y = 0;
                int n = 0;
                while (n < 100 && x * x + y * y < 4) {
                    const double t = x * x - y * y + cx;
                    y = 2 * x * y + cy;
                    x = t;
                    n++;
                }
                sum = mix(sum, (uint32_t)n);
            }
    printf("%08x\n", sum);
}
