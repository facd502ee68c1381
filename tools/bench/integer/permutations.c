// Recursion over a small array: all orders of seven, by swapping (Heap).
#include "program.h"

static uint8_t order[8];
static uint32_t sum;

__attribute__((noinline)) static void permute(int n)
{
    if (n == 1) {
        sum = mix(sum, order[0] << 8 | order[6]);
        return;
    }
    for (int i = 0; i < n; i++) {
        permute(n - 1);
        const int from = n & 1 ? 0 : i;
        const uint8_t t = order[from];
        order[from] = order[n - 1];
        order[n - 1] = t;
    }
}

static void work(long rounds)
{
    for (int i = 0; i < 8; i++)
        order[i] = (uint8_t)(i * 3);
    for (long i = 0; i < rounds; i++)
        permute(7);
    printf("%08x\n", sum);
}
