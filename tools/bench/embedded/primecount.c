// Primes below 2,000, found by dividing by those already known.
#include "program.h"

static uint16_t known[400];

static int count(int limit)
{
    int n = 0;
    known[n++] = 2;
    for (uint32_t v = 3; v < (uint32_t)limit; v += 2) {
        int i = 1;
        while (i < n && known[i] * known[i] <= (int)v && v % known[i])
            i++;
        if (i == n || known[i] * known[i] > (int)v) known[n++] = (uint16_t)v;
    }
    return n;
}

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++)
        sum = mix(sum, (uint32_t)count(2000 - (int)(r & 63) * 8));
    printf("%08x\n", sum);
}
