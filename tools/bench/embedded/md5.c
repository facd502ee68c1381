// RFC 1321's MD5 of 1 KiB; its constants are worked out from sines, as it says.
#include <math.h>
#include "program.h"

static uint32_t constant[64], state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

static uint32_t rol(uint32_t v, int n)
{
    return v << n | v >> (32 - n);
}

static void block(const uint32_t *w)
{
    static const uint8_t turn[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 64; i++) {
        uint32_t f;
        int k;
        switch (i >> 4) {
        case 0: f = (b & c) | (~b & d), k = i; break;
        case 1: f = (d & b) | (~d & c), k = 5 * i + 1; break;
        case 2: f = b ^ c ^ d, k = 3 * i + 5; break;
        default: f = c ^ (b | ~d), k = 7 * i;
        }
        f += a + constant[i] + w[k & 15];
        a = d;
        d = c;
        c = b;
        b += rol(f, turn[i >> 4][i & 3]);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

static void work(long rounds)
{
    static uint32_t data[256];
    for (int i = 0; i < 64; i++)
        constant[i] = (uint32_t)(fabs(sin(i + 1)) * 4294967296.0);
    for (uint32_t i = 0; i < 256; i++)
        data[i] = i * 0x9e3779b9;
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < 256; i += 16)
            block(data + i);
    printf("%08x%08x%08x%08x\n", state[0], state[1], state[2], state[3]);
}
