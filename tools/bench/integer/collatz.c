// Short loops with a branch on a low bit: the lengths of 3n+1 sequences.
#include "program.h"

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long i = 0; i < rounds; i++) {
        uint32_t longest = 0, steps_of_all = 0;
        for (uint32_t start = 1; start < 256; start++) {
            uint32_t n = start + ((uint32_t)i & 0xff), steps = 0;
            for (; n != 1; steps++)
                n = n & 1 ? 3 * n + 1 : n >> 1;
            if (steps > longest) longest = steps;
            steps_of_all += steps;
        }
        sum = mix(sum, longest << 16 ^ steps_of_all);
    }
    printf("%08x\n", sum);
}
