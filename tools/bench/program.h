// What the benchmark programs share: `program N` does N rounds of work and prints what came out of it, so
// that nothing can be left out and engines can be compared. Lines that begin with `~` hold last digits, which
// a native program may have different ones of (fused or reordered arithmetic); everything else is the same on
// every machine.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
    work(argc > 1 ? atol(argv[1]) : 1);
    return 0;
}
