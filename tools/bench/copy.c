// copy N: copies 1 MiB N times with the C library's memcpy.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 1;
    static unsigned char from[1 << 20], to[1 << 20];
    for (size_t i = 0; i < sizeof from; i++) from[i] = (unsigned char)(i * 7);
    for (int i = 0; i < rounds; i++) {
        from[i & 0xfffff] ^= 1;
        memcpy(to, from, sizeof to);
        __asm__ volatile("" : : "r"(to) : "memory");
    }
    printf("%u\n", to[rounds & 0xfffff]);
    return 0;
}
