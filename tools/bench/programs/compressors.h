// A program that compresses 64 KiB a round, or, with DECOMPRESS, unpacks them.
#pragma once
#include "text.h"

enum { SIZE = 64 * 1024, ROOM = SIZE + SIZE / 2 };

// Both return the size of what they made.
static size_t compress_text(const char *from, char *to);
static size_t decompress_text(const char *from, size_t n, char *to);

static void work(long rounds)
{
    static char text[SIZE], packed[ROOM], unpacked[SIZE];
    uint32_t sum = 0;
    make_text(text, SIZE, 42);
    size_t n = compress_text(text, packed);
    for (long r = 0; r < rounds; r++) {
#ifdef DECOMPRESS
        if (decompress_text(packed, n, unpacked) != SIZE) abort();
        sum = mix(sum, (uint8_t)unpacked[r % SIZE]);
#else
        text[(r * 12345 + 999) % SIZE] ^= 1;
        n = compress_text(text, packed);
        sum = mix(sum, checksum(packed, n));
#endif
    }
    if (decompress_text(packed, n, unpacked) != SIZE || memcmp(text, unpacked, SIZE)) abort();
    printf("%08x %zu\n", sum, n);
}
