// Five bodies under gravity, 100 steps a round: multiplications, additions, divisions, square roots of REAL.
#include <tgmath.h>
#include "program.h"

#ifndef REAL
#define REAL double
#endif

enum { BODIES = 5 };

static struct body {
    REAL x[3], v[3], mass;
} bodies[BODIES];

static void step(REAL dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            REAL d[3], r2 = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].x[k] - bodies[j].x[k];
                r2 += d[k] * d[k];
            }
            const REAL f = dt / (r2 * sqrt(r2));
            for (int k = 0; k < 3; k++) {
                bodies[i].v[k] -= d[k] * bodies[j].mass * f;
                bodies[j].v[k] += d[k] * bodies[i].mass * f;
            }
        }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].x[k] += dt * bodies[i].v[k];
}

static void work(long rounds)
{
    double energy = 0;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < BODIES; i++) {
            const int k = i + (int)(r & 3);
            bodies[i] = (struct body){{(REAL)(i * 1.5), 0, (REAL)(k * 0.1)},
                                      {0, i ? (REAL)5 / i : 0, 0},
                                      i ? (REAL)0.01 * i : (REAL)39.5};
        }
        for (int i = 0; i < 100; i++)
            step((REAL)0.001);
        energy = 0;
        for (int i = 0; i < BODIES; i++)
            for (int k = 0; k < 3; k++)
                energy += bodies[i].mass * bodies[i].v[k] * bodies[i].v[k];
    }
    print_real("energy", energy);
}
