// What drawing a QR code costs: Reed and Solomon's remainders over 256 elements, a square of bits, its mask
// and penalties.
#include "program.h"

enum { DATA = 55, CHECK = 15, SIDE = 29 };
static uint8_t power[512], logarithm[256], generator[CHECK + 1], message[DATA + CHECK], square[SIDE][SIDE];

static uint8_t multiply(uint8_t a, uint8_t b)
{
    return a && b ? power[logarithm[a] + logarithm[b]] : 0;
}

static void tables(void)
{
    unsigned v = 1;
    for (int i = 0; i < 255; i++) {
        power[i] = power[i + 255] = (uint8_t)v;
        logarithm[v] = (uint8_t)i;
        v = v << 1 ^ (v >> 7) * 0x11d;
    }
    generator[0] = 1;
    for (int i = 0; i < CHECK; i++)
        for (int k = i + 1; k > 0; k--)
            generator[k] ^= multiply(generator[k - 1], power[i]);
}

static void append_check(void)
{
    uint8_t rest[DATA + CHECK];
    memcpy(rest, message, DATA);
    memset(rest + DATA, 0, CHECK);
    for (int i = 0; i < DATA; i++)
        for (int k = 1; k <= CHECK; k++)
            rest[i + k] ^= multiply(generator[k], rest[i]);
    memcpy(message + DATA, rest + DATA, CHECK);
}

static int penalty(int mask)
{
    int sum = 0;
    for (int y = 0; y < SIDE; y++) {
        int run = 0, last = -1;
        for (int x = 0; x < SIDE; x++) {
            const int bit = (y * SIDE + x) % ((DATA + CHECK) * 8);
            const int flip = mask == 0   ? (x + y) % 2 == 0
                             : mask == 1 ? x % 3 == 0
                                         : (x * y) % 2 + (x * y) % 3 == 0;
            const int v = (message[bit / 8] >> bit % 8 & 1) ^ flip;
            square[y][x] = (uint8_t)v;
            run = v == last ? run + 1 : 1;
            last = v;
            sum += run == 5 ? 3 : run > 5;
            if (x && y && v == square[y - 1][x] && v == square[y][x - 1] && v == square[y - 1][x - 1])
                sum += 3;
        }
    }
    return sum;
}

static void work(long rounds)
{
    uint32_t sum = 0;
    tables();
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < DATA; i++)
            message[i] = (uint8_t)(i * 19 + r);
        append_check();
        for (int mask = 0; mask < 3; mask++)
            sum = mix(sum, (uint32_t)penalty(mask) + message[DATA + mask]);
    }
    printf("%08x\n", sum);
}
