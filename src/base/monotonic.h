// The host's time, in nanoseconds since some moment: what perf record -k mono has, too.
#ifndef STINKARM_BASE_MONOTONIC_H
#define STINKARM_BASE_MONOTONIC_H

#include <stdint.h>
#include <time.h>

static inline uint64_t monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

#endif
