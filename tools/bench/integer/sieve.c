// Byte stores with a stride: primes below 2^16 by crossing out.
#include "program.h"

enum { LIMIT = 1 << 16 };
static uint8_t composite[LIMIT];

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long i = 0; i < rounds; i++) {
        memset(composite, 0, sizeof composite);
        for (uint32_t p = 2; p * p < LIMIT; p++)
            if (!composite[p])
                for (uint32_t m = p * p; m < LIMIT; m += p)
                    composite[m] = 1;
        uint32_t primes = 0;
        for (uint32_t p = 2; p < LIMIT; p++)
            primes += !composite[p];
        sum = mix(sum, primes + (uint32_t)i);
    }
    printf("%08x\n", sum);
}
