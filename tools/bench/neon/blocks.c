// gcc's vectors of 128 bits, which become NEON or SSE: bytes chosen, 16-bit sums filtered, floats multiplied
// and added.
#include "program.h"

typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));

enum { N = 256 };
static u8x16 pixels[N], masks[N];
static i16x8 samples[N];
static f32x4 points[N];

static void blocks(int round)
{
    for (int i = 0; i < N; i++) {
        const u8x16 bright = (u8x16)(pixels[i] > masks[i]);
        pixels[i] = (pixels[i] & bright) + ((pixels[i] + masks[i]) & ~bright) + (uint8_t)round;
    }
    for (int i = 1; i < N - 1; i++)
        samples[i] = (samples[i - 1] + samples[i] * 2 + samples[i + 1] * (int16_t)3) >> 2;
    const f32x4 scale = {0.5f, 0.25f, 0.75f, 0.125f}, offset = {1, 2, 3, 4};
    for (int i = 0; i < N; i++)
        points[i] = points[i] * scale + offset;
}

static void work(long rounds)
{
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 16; k++)
            pixels[i][k] = (uint8_t)(i * 7 + k), masks[i][k] = (uint8_t)(i * 3 + k * 11);
        for (int k = 0; k < 8; k++)
            samples[i][k] = (int16_t)(i * k);
    }
    for (long i = 0; i < rounds; i++)
        blocks((int)i);
    unsigned sum = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 8; k++)
            sum = sum * 31 + pixels[i][k] + (uint16_t)samples[i][k] + (unsigned)points[i][k & 3];
    printf("%08x\n", sum);
}
