// The loop of the run-time's division of 64 bits, which shifts and subtracts bit by bit (ir/rounds.c): its
// registers and flags behind any number of rounds, also where it does not divide.
// stinkarm-test: build=arm,thumb
#include <stdint.h>
#include <stdlib.h>

#include "check.h"

struct state {
    uint64_t r, d;
    uint32_t n, compared, flags;
};

static __attribute__((noinline)) void rounds(struct state *s)
{
    register uint32_t r __asm__("r4") = (uint32_t)s->r, rh __asm__("r5") = (uint32_t)(s->r >> 32);
    register uint32_t d __asm__("r2") = (uint32_t)s->d, dh __asm__("r3") = (uint32_t)(s->d >> 32);
    register uint32_t n __asm__("r8") = s->n, x __asm__("r9") = 0, flags __asm__("r6");
    __asm__ volatile("b 1f\n"
                     "2: subs %0, %0, %5\n sbc %1, %1, %6\n adds %0, %0, %0\n adcs %1, %1, %1\n"
                     " adds %0, %0, #1\n adc %1, %1, #0\n subs %2, %2, #1\n beq 3f\n"
                     "1: cmp %0, %5\n sbcs %3, %1, %6\n bcs 2b\n"
                     " adds %0, %0, %0\n adcs %1, %1, %1\n subs %2, %2, #1\n bne 1b\n"
                     "3: mrs %4, apsr"
                     : "+r"(r), "+r"(rh), "+r"(n), "+r"(x), "=r"(flags)
                     : "r"(d), "r"(dh)
                     : "cc");
    *s = (struct state){(uint64_t)rh << 32 | r, (uint64_t)dh << 32 | d, n, x, flags >> 28};
}

static void expected(struct state *s)
{
    do {
        s->compared = (uint32_t)((s->r - s->d) >> 32);
        s->r = s->r >= s->d ? 2 * (s->r - s->d) + 1 : 2 * s->r;
    } while (--s->n);
    s->flags = 6; // of 1 - 1
}

static uint64_t random64(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void check(uint64_t r, uint64_t d, uint32_t n)
{
    struct state is = {r, d, n, 0, 0}, should = is;
    rounds(&is);
    expected(&should);
    CHECK(is.r == should.r && is.d == should.d && is.n == 0);
    CHECK(is.compared == should.compared && is.flags == should.flags);
}

int main(void)
{
    static const uint64_t special[] = {0, 1, 2, 3, 0xffffffff, 1ull << 32, 1ull << 62, 1ull << 63, ~0ull};
    enum { SPECIAL = sizeof special / sizeof *special };
    for (int i = 0; i < 6000 && !failures; i++) {
        const uint64_t d = random64() >> (i & 63);
        check(d ? random64() % d : 0, d, 1 + i % 64);
        check(d << 1 ? random64() % (d << 1) : 0, d, 1 + i % 70);
        check(random64() >> (i % 61), d, 1 + i % 67);
        check(d, d, 1 + i % 64);
        check(2 * d - 1, d, 1 + i % 64);
    }
    for (int r = 0; r < SPECIAL; r++)
        for (int d = 0; d < SPECIAL; d++)
            for (unsigned n = 1; n < 70 && !failures; n++)
                check(special[r], special[d], n);
    return failures != 0;
}
