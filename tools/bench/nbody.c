// nbody N: N steps of five bodies under gravity: double precision multiplications, additions, divisions, square roots.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODIES = 5 };

static struct body {
    double x[3], v[3], mass;
} bodies[BODIES];

static void step(double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double d[3], r2 = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].x[k] - bodies[j].x[k];
                r2 += d[k] * d[k];
            }
            const double f = dt / (r2 * sqrt(r2));
            for (int k = 0; k < 3; k++) {
                bodies[i].v[k] -= d[k] * bodies[j].mass * f;
                bodies[j].v[k] += d[k] * bodies[i].mass * f;
            }
        }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++) bodies[i].x[k] += dt * bodies[i].v[k];
}

int main(int argc, char **argv)
{
    const int steps = argc > 1 ? atoi(argv[1]) : 1;
    for (int i = 0; i < BODIES; i++) {
        bodies[i].mass = i ? 0.01 * i : 39.5;
        bodies[i].x[0] = i * 1.5;
        bodies[i].x[2] = i * 0.1;
        bodies[i].v[1] = i ? 5.0 / i : 0;
    }
    for (int i = 0; i < steps; i++) step(0.001);
    double e = 0;
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++) e += bodies[i].mass * bodies[i].v[k] * bodies[i].v[k];
    printf("%.9f\n", e);
    return 0;
}
