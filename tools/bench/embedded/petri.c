// A net of places and transitions, written out as straight code with a test at every step.
#include "program.h"

static volatile int place[16];
static uint32_t fired;

#define FIRE(n, a, b, to, also)                                                                              \
    if (place[a] >= 1 && place[b] >= 1 && place[to] < 9) {                                                   \
        place[a]--, place[b]--, place[to]++;                                                                 \
        if (place[also] < 5) place[also] += 2;                                                               \
        fired += n;                                                                                          \
    }
#define FOUR(n, a)                                                                                           \
    FIRE(n, a, (a + 1) & 15, (a + 5) & 15, (a + 7) & 15)                                                     \
    FIRE(n + 1, (a + 2) & 15, (a + 9) & 15, (a + 4) & 15, a)                                                 \
    FIRE(n + 2, (a + 3) & 15, (a + 6) & 15, (a + 11) & 15, (a + 1) & 15)                                     \
    FIRE(n + 3, (a + 8) & 15, (a + 12) & 15, (a + 13) & 15, (a + 2) & 15)
#define SIXTEEN(n, a) FOUR(n, a) FOUR(n + 4, (a + 3)) FOUR(n + 8, (a + 1)) FOUR(n + 12, (a + 2))

static void step(void)
{
    SIXTEEN(0, 0) SIXTEEN(16, 4) SIXTEEN(32, 8) SIXTEEN(48, 12) SIXTEEN(64, 1) SIXTEEN(80, 5) SIXTEEN(96, 9)
}

static void work(long rounds)
{
    uint32_t sum = 0;
    for (int i = 0; i < 16; i++)
        place[i] = i % 3;
    for (long r = 0; r < rounds; r++) {
        step();
        place[r & 15] = (int)(r % 5);
        sum = mix(sum, fired);
    }
    printf("%08x\n", sum);
}
