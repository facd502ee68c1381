// The C library's memcpy: 1 MiB a round.
#include "program.h"

static void work(long rounds)
{
    static unsigned char from[1 << 20], to[1 << 20];
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (unsigned char)(i * 7);
    for (long i = 0; i < rounds; i++) {
        from[i & 0xfffff] ^= 1;
        memcpy(to, from, sizeof to);
        __asm__ volatile("" : : "r"(to) : "memory");
    }
    printf("%u\n", to[rounds & 0xfffff]);
}
