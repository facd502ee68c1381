// What decoding a picture costs: run lengths into a zigzag, quantisation undone, an 8 × 8 cosine transform
// back, in integers.
#include <math.h>
#include "program.h"

static uint8_t zigzag[64], quantum[64], pixels[64];
static int16_t cosine[8][8];

static void tables(void)
{
    int n = 0;
    for (int s = 0; s < 15; s++)
        for (int i = 0; i <= s; i++) {
            const int row = s & 1 ? i : s - i, column = s - row;
            if (row < 8 && column < 8) zigzag[n++] = (uint8_t)(row * 8 + column);
        }
    for (int u = 0; u < 8; u++)
        for (int x = 0; x < 8; x++)
            cosine[u][x] = (int16_t)lrint(4096 * cos((2 * x + 1) * u * M_PI / 16) * (u ? 1 : M_SQRT1_2));
    for (int i = 0; i < 64; i++)
        quantum[i] = (uint8_t)(3 + i / 2);
}

static void transform(const int32_t *from, int step, int32_t *to, int to_step)
{
    for (int x = 0; x < 8; x++) {
        int32_t sum = 0;
        for (int u = 0; u < 8; u++)
            sum += from[u * step] * cosine[u][x];
        to[x * to_step] = (sum + 4096) >> 13;
    }
}

static void decode(uint32_t seed)
{
    int32_t coefficient[64] = {0}, half[64];
    coefficient[0] = (int32_t)(seed & 127) * 8;
    for (int at = 1; at < 64; at += 1 + (int)(seed & 15)) {
        const int32_t v = (int32_t)next_random(&seed) >> 28;
        coefficient[zigzag[at]] = v * quantum[at];
    }
    for (int i = 0; i < 8; i++)
        transform(coefficient + 8 * i, 1, half + 8 * i, 1);
    for (int i = 0; i < 8; i++)
        transform(half + i, 8, coefficient + i, 8);
    for (int i = 0; i < 64; i++) {
        const int32_t v = coefficient[i] + 128;
        pixels[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

static void work(long rounds)
{
    uint32_t sum = 0;
    tables();
    for (long r = 0; r < rounds; r++) {
        decode((uint32_t)r * 77 + 5);
        for (int i = 0; i < 64; i += 5)
            sum = mix(sum, pixels[i]);
    }
    printf("%08x\n", sum);
}
