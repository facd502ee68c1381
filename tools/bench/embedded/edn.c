// Signal processing in integers: a filter with feedback, a lattice, a codebook search.
#include "program.h"

enum { N = 128 };
static int16_t samples[N], out[N], lattice[16], reflection[16], book[32][16];

static void biquads(void)
{
    static const int16_t c[4][4] = {{7000, -3000, 12000, -5000},
                                    {5000, 2000, 9000, -4000},
                                    {9000, -100, 3000, -8000},
                                    {4000, 4000, -7000, -3000}};
    int32_t state[4][2] = {{0}};
    for (int i = 0; i < N; i++) {
        int32_t x = samples[i];
        for (int k = 0; k < 4; k++) {
            const int32_t w = (x << 13) + c[k][2] * state[k][0] + c[k][3] * state[k][1];
            const int32_t now = (int16_t)(w >> 15);
            x = (int16_t)((now * 16384 + c[k][0] * state[k][0] + c[k][1] * state[k][1]) >> 15);
            state[k][1] = state[k][0];
            state[k][0] = now;
        }
        out[i] = (int16_t)x;
    }
}

static int32_t synthesise(int32_t sum)
{
    for (int i = 15; i >= 1; i--) {
        sum -= lattice[i - 1] * reflection[i - 1];
        lattice[i] = (int16_t)(lattice[i - 1] + (((sum >> 16) * reflection[i - 1]) >> 15));
    }
    lattice[0] = (int16_t)(sum >> 16);
    return sum;
}

static int search(const int16_t *target)
{
    int best = 0;
    int32_t least = INT32_MAX;
    for (int i = 0; i < 32; i++) {
        int32_t distance = 0;
        for (int k = 0; k < 16; k++) {
            const int32_t d = (target[k] - book[i][k]) >> 4;
            distance += d * d;
        }
        if (distance < least) least = distance, best = i;
    }
    return best;
}

static void work(long rounds)
{
    uint32_t seed = 23, sum = 0;
    for (int i = 0; i < 32; i++)
        for (int k = 0; k < 16; k++)
            book[i][k] = (int16_t)(next_random(&seed) >> 18);
    for (int k = 0; k < 16; k++)
        reflection[k] = (int16_t)(next_random(&seed) >> 17);
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < N; i++)
            samples[i] = (int16_t)((i * 997 + (int)(r & 63) * 31) & 0x3fff);
        biquads();
        for (int i = 0; i < N; i += 16)
            sum = mix(sum, (uint32_t)search(out + i) + (uint32_t)synthesise(out[i] << 12));
    }
    printf("%08x\n", sum);
}
