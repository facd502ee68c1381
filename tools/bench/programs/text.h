// What compressors compress: sentences of made-up words, some numbers, repeated headings, a little noise.
#pragma once
#include "program.h"

static inline size_t make_text(char *to, size_t size, uint32_t seed)
{
    char words[200][12];
    for (int i = 0; i < 200; i++) {
        const int n = 2 + (int)(next_random(&seed) % 9);
        for (int k = 0; k < n; k++) {
            const char *const letters = k & 1 ? "aeiouaeioy" : "bdfglmnrst";
            words[i][k] = letters[next_random(&seed) % 10];
        }
        words[i][n] = 0;
    }
    size_t n = 0;
    while (n + 64 < size) {
        const uint32_t r = next_random(&seed);
        // Few words are frequent, most are rare.
        const uint32_t word = (r & 0xff) * (r >> 8 & 0xff) / 326;
        if (r >> 26 == 0)
            n += (size_t)sprintf(to + n, "\nChapter %u: the %s\n", r >> 8 & 15, words[word]);
        else if (r >> 26 < 4)
            n += (size_t)sprintf(to + n, "%u ", next_random(&seed) >> 16);
        else
            n += (size_t)sprintf(to + n, "%s%s", words[word], r >> 26 < 9 ? ", " : " ");
    }
    memset(to + n, '.', size - n);
    return size;
}

static inline uint32_t checksum(const void *data, size_t n)
{
    const unsigned char *p = data;
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i += 7)
        sum = mix(sum, p[i]);
    return mix(sum, (uint32_t)n);
}
