// A checksum a bit at a time, without a table.
#include "program.h"

static void work(long rounds)
{
    uint32_t crc = 0xffffffff;
    for (long r = 0; r < rounds; r++)
        for (uint32_t byte = 0; byte < 256; byte++) {
            crc ^= byte ^ ((uint32_t)r & 0xff);
            for (int i = 0; i < 8; i++)
                crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
        }
    printf("%08x\n", crc);
}
