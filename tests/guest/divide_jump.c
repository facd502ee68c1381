// The run-time's division of 32 bits, a jump into a row of rounds (jit/divide.c): registers and flags behind
// it, also where it does not divide, and where the rounds change.
// stinkarm-test: build=arm,thumb
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

struct state {
    uint32_t r, d, q, t, flags, elsewhere;
};

// In front of the rounds (in Thumb code) and behind them are places that the jump leads to if R < D or D is
// zero.
#ifdef __thumb__
enum { ROUND = 16, SUB_AT = 12, T_ROUND = ROUND };
static const uint32_t nop = 0x8000f3af;
__asm__(".syntax unified\n.thumb\n.p2align 4\n"
        ".thumb_func\n.global divide\n.type divide, %function\ndivide:\n"
        "push {r4, r5, r6, lr}\n mov r6, r0\n movs r4, #0\n ldrd r0, r1, [r6]\n"
        "clz r3, r0\n clz r2, r1\n sub r3, r2, r3\n rsb r3, r3, #31\n adr r2, 1f\n"
        "add r3, r2, r3, lsl #4\n mov.w r2, #0\n mov pc, r3\n"
        ".p2align 4\n movs r4, #99\n b.w 2f\n .p2align 4\n"
        ".global rounds\nrounds:\n1:\n"
        ".set shift, 31\n.rept 32\n"
        "cmp.w r0, r1, lsl #shift\n nop\n adc.w r2, r2, r2\n it cs\n subcs.w r0, r0, r1, lsl #shift\n"
        ".set shift, shift - 1\n.endr\n"
        "b.w 2f\n .p2align 4\n"
        ".rept 31\n add r4, r4, #1\n b.w 2f\n .p2align 4\n.endr\n"
        "2: mrs r5, apsr\n strd r0, r1, [r6]\n strd r2, r3, [r6, #8]\n strd r5, r4, [r6, #16]\n"
        "pop {r4, r5, r6, pc}\n"
        ".p2align 4\n.global divide_end\ndivide_end:\n");
#else
enum { ROUND = 12, SUB_AT = 8, T_ROUND = 3 };
static const uint32_t nop = 0xe1a00000;
__asm__(".syntax unified\n.arm\n.p2align 4\n"
        ".global divide\n.type divide, %function\ndivide:\n"
        "push {r4, r5, r6, lr}\n mov r6, r0\n mov r4, #0\n ldrd r0, r1, [r6]\n"
        "clz r3, r0\n clz r2, r1\n sub r3, r2, r3\n rsbs r3, r3, #31\n"
        "addne r3, r3, r3, lsl #1\n mov r2, #0\n addne pc, pc, r3, lsl #2\n nop\n"
        ".global rounds\nrounds:\n"
        ".set shift, 31\n.rept 32\n"
        "cmp r0, r1, lsl #shift\n adc r2, r2, r2\n subcs r0, r0, r1, lsl #shift\n"
        ".set shift, shift - 1\n.endr\n"
        "b 2f\n nop\n nop\n"
        ".rept 31\n add r4, r4, #1\n b 2f\n nop\n.endr\n"
        "2: mrs r5, apsr\n strd r0, r1, [r6]\n strd r2, r3, [r6, #8]\n str r5, [r6, #16]\n"
        "str r4, [r6, #20]\n pop {r4, r5, r6, pc}\n"
        ".p2align 4\n.global divide_end\ndivide_end:\n");
#endif
extern void divide(struct state *s);
extern const uint8_t rounds[], divide_end[];

static void (*run)(struct state *s);
static uint32_t rounds_at;
static int without = -1; // the round that does not subtract

static void expected(struct state *s)
{
    const int zeros_r = s->r ? __builtin_clz(s->r) : 32, zeros_d = s->d ? __builtin_clz(s->d) : 32;
    const int first = zeros_d - zeros_r;
    s->q = 0;
    s->t = (T_ROUND == ROUND ? rounds_at : 0) + (uint32_t)(31 - first) * T_ROUND;
    s->elsewhere = first > 31 ? 99 : first < -1 ? 1 : 0;
    s->flags = first < 0 || first > 31 ? 16 : 0;
    for (int n = first; n >= 0 && first < 32; n--) {
        const uint32_t d = s->d << n, left = s->r - d;
        const int carry = s->r >= d;
        s->q = 2 * s->q + (uint32_t)carry;
        s->flags = (left >> 31) << 3 | !left << 2 | carry << 1 | ((s->r ^ d) & (s->r ^ left)) >> 31;
        if (carry && n != without) s->r = left;
    }
}

static void check(uint32_t r, uint32_t d)
{
    struct state is = {r, d, 1, 1, 1, 1}, should = is;
    if (T_ROUND != ROUND && !d && r >> 31) return; // that would jump to itself
    run(&is);
    expected(&should);
    CHECK(is.r == should.r && is.d == should.d && is.q == should.q && is.t == should.t);
    CHECK(is.elsewhere == should.elsewhere && (should.flags == 16 || is.flags >> 28 == should.flags));
}

static uint32_t random32(void)
{
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static void check_all(int times)
{
    static const uint32_t special[] = {0, 1, 2, 3, 0x7fffffff, 0x80000000, 0x80000001, ~0u};
    enum { SPECIAL = sizeof special / sizeof *special };
    for (int i = 0; i < times && !failures; i++) {
        check(random32() >> (i & 31), random32() >> (i >> 5 & 31));
        check(special[i % SPECIAL], random32() >> (i & 31));
        check(random32() >> (i & 31), special[i % SPECIAL]);
        check(special[i % SPECIAL], special[i / SPECIAL % SPECIAL]);
    }
}

static void subtract_not(int round, int yes)
{
    const uint32_t at = (uint32_t)(31 - round) * ROUND + SUB_AT;
    memcpy((void *)(rounds_at + at), yes ? (const void *)(rounds + at) : &nop, 4);
    __builtin___clear_cache((char *)rounds_at, (char *)rounds_at + 33 * ROUND);
    without = yes ? -1 : round;
}

int main(void)
{
    run = divide;
    rounds_at = (uint32_t)rounds;
    check_all(4000);
    const uint8_t *const code = (const uint8_t *)((uintptr_t)divide & ~1u);
    uint8_t *const copy =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(copy != MAP_FAILED);
    for (int at = 0; at < 4096; at += 1008) { // the rounds may be in two pages
        memcpy(copy + at, code, (size_t)(divide_end - code));
        __builtin___clear_cache((char *)copy, (char *)copy + 8192);
        run = (void (*)(struct state *))((uintptr_t)copy + (uintptr_t)at + ((uintptr_t)divide & 1));
        rounds_at = (uint32_t)(copy + at + (rounds - code));
        for (int round = 0; round < 32; round += 3) {
            check_all(100);
            subtract_not(round, 0);
            check_all(200);
            subtract_not(round, 1);
        }
    }
    return failures != 0;
}
