// The C library's functions on short and middling strings, as programs have them: WHAT is which function.
//   1 memcpy  2 memset  3 strlen  4 strcmp  5 memcmp  6 strchr
#include "program.h"

enum { TEXT = 4096, WORDS = 64 };
static char text[TEXT + 64], other[TEXT + 64];

static void work(long rounds)
{
    struct {
        int at, length;
    } words[WORDS];
    uint32_t seed = 9, sum = 0;
    int at = 0;
    for (int i = 0; i < WORDS; i++) {
        // Most are short; one in eight is longer than a cache line.
        const uint32_t r = next_random(&seed);
        words[i].at = at;
        words[i].length = (int)(r & 7 ? r >> 8 & 15 : 64 + (r >> 8 & 127)) + 1;
        for (int k = 0; k < words[i].length; k++)
            text[at++] = (char)('a' + (k + i) % 26);
        text[at++] = 0;
    }
    memcpy(other, text, sizeof text);
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < WORDS; i++) {
            char *const a = text + words[i].at, *const b = other + words[i].at;
            const size_t n = (size_t)words[i].length;
            __asm__ volatile("" : : "r"(a), "r"(b) : "memory");
            switch (WHAT) {
            case 1: memcpy(b, a, n); break;
            case 2: memset(b, (int)r & 0x7f, n); break;
            case 3: sum += (uint32_t)strlen(a); break;
            case 4: sum += strcmp(a, b) == 0; break;
            case 5: sum += memcmp(a, b, n) == 0; break;
            case 6: sum += strchr(a, (char)(97 + r % 26)) != NULL; break;
            }
        }
    for (int i = 0; i < at; i++)
        sum = mix(sum, (uint8_t)other[i]);
    printf("%08x\n", sum);
}
