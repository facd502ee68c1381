// Table look-ups in a chain: CRC-32 of 4 KiB, a byte at a time.
#include "program.h"

static uint32_t table[256];

static uint32_t crc32(uint32_t crc, const uint8_t *p, size_t n)
{
    crc = ~crc;
    while (n--)
        crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
    return ~crc;
}

static void work(long rounds)
{
    static uint8_t data[4096];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v & 1 ? v >> 1 ^ 0xedb88320 : v >> 1;
        table[i] = v;
    }
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i ^ i >> 5);
    uint32_t crc = 0;
    for (long i = 0; i < rounds; i++)
        crc = crc32(crc, data, sizeof data);
    printf("%08x\n", crc);
}
