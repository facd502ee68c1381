// Divisions: digits, greatest common divisors, calendar days; 32 and 64 bits, signed and unsigned.
#include "program.h"

static uint32_t gcd(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

static uint32_t digits(uint32_t v, uint32_t base)
{
    uint32_t sum = 0;
    for (; v; v /= base)
        sum += v % base;
    return sum;
}

static void work(long rounds)
{
    volatile uint32_t base = 7;
    volatile int32_t days = 1461;
    uint32_t sum = 0, seed = 3;
    for (long i = 0; i < rounds; i++) {
        const uint32_t a = next_random(&seed), b = next_random(&seed) >> 8;
        sum = mix(sum, gcd(a, b));
        sum = mix(sum, digits(a, base));
        sum = mix(sum, (uint32_t)((int32_t)a / days + (int32_t)b % days));
        sum = mix(sum, (uint32_t)(((uint64_t)a << 32 | b) / (b | 1)));
    }
    printf("%08x\n", sum);
}
