// A pointer chase through 2 MiB: a load whose address is the last load's result.
#include "program.h"

enum { CELLS = 1 << 16, PAD = 8 };
static struct cell {
    uint32_t next, pad[PAD - 1];
} cells[CELLS];

static void work(long rounds)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < CELLS; i++)
        cells[i].next = (i * 40501u + 9973) & (CELLS - 1); // one cycle: full period
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < 4096; i++)
            at = cells[at].next;
    printf("%u\n", at);
}
