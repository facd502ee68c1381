// What the benchmark programs share: `program N` does N rounds of work and prints what came out of it, so
// that nothing can be left out and engines can be compared. Lines that begin with `~` hold last digits, which
// a native program may have different ones of (fused or reordered arithmetic); everything else is the same on
// every machine.
// With BENCH_TIMER in its environment it is interrupted ten thousand times a second.
#pragma once
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static void work(long rounds);

static inline uint32_t mix(uint32_t sum, uint32_t v)
{
    return (sum ^ v) * 16777619u;
}

static inline uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

// A float result: few digits that everybody has, then all of it.
static inline void print_real(const char *what, double v)
{
    printf("%s %.4e\n~%a\n", what, v, v);
}

static volatile uint32_t ticks;
static volatile double disturbance = 1;

// Changes flags, integer and floating-point registers.
static void tick(int number)
{
    ticks += (uint32_t)number;
    disturbance = ticks & 1 ? disturbance * 1.25 : disturbance / 1.5 + ticks;
}

static void start_timer(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = tick;
    action.sa_flags = SA_RESTART;
    const struct itimerval often = {{0, 100}, {0, 100}};
    if (sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &often, NULL)) abort();
}

int main(int argc, char **argv)
{
    if (getenv("BENCH_TIMER")) start_timer();
    work(argc > 1 ? atol(argv[1]) : 1);
    return 0;
}
