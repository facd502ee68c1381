// No update is lost: exclusives of all sizes, __atomic builtins and the kuser helpers, by two threads on the
// same words and beside plain neighbours. The argument: how often each thread updates each.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread -latomic" args=20000 fullargs=4000000
// stinkarm-test: stdout="ok\n" timeout=600
#include <string.h>

#include "torture.h"

enum { THREADS = 2 };

typedef int kuser_cmpxchg(int old, int new, volatile int *p);
typedef int kuser_cmpxchg64(const int64_t *old, const int64_t *new, volatile int64_t *p);
#define KUSER_CMPXCHG   ((kuser_cmpxchg *)0xffff0fc0)
#define KUSER_CMPXCHG64 ((kuser_cmpxchg64 *)0xffff0f60)
#define KUSER_VERSION   (*(volatile int *)0xffff0ffc)

static struct {
    uint8_t before, byte, byte2, after;
    uint16_t half, half2;
    uint32_t word, ldrex, swapped, weak;
    uint64_t both, ldrexd;
    int64_t kuser64 __attribute__((aligned(8)));
    int32_t kuser;
    uint32_t bits;
    uint64_t pair __attribute__((aligned(8))); // two halves that are always equal
    uint32_t lock, guarded;
} s;
static int count, torn;
static uint64_t swaps_sum[THREADS];

#if __ARM_ARCH >= 7
static void add_ldrex(uint32_t *p)
{
    uint32_t v, failed;
    do
        __asm__ volatile("ldrex %0, [%2]\n add %0, %0, #1\n strex %1, %0, [%2]"
                         : "=&r"(v), "=&r"(failed)
                         : "r"(p)
                         : "memory");
    while (failed);
}

static void add_ldrexd(uint64_t *p)
{
    uint64_t v;
    uint32_t failed;
    do {
        __asm__ volatile("ldrexd %Q0, %R0, [%1]" : "=&r"(v) : "r"(p) : "memory");
        v += 0x100000001;
        __asm__ volatile("strexd %0, %Q1, %R1, [%2]" : "=&r"(failed) : "r"(v), "r"(p) : "memory");
    } while (failed);
}
#else // they take the kuser helpers for it
static void add_ldrex(uint32_t *p)
{
    __sync_fetch_and_add(p, 1);
}

static void add_ldrexd(uint64_t *p)
{
    __atomic_fetch_add(p, 0x100000001, __ATOMIC_SEQ_CST);
}
#endif

static void add_kuser(void)
{
    int old;
    do
        old = s.kuser;
    while (KUSER_CMPXCHG(old, old + 1, &s.kuser));
    if (KUSER_VERSION < 5) return;
    int64_t old64, new64;
    do {
        old64 = s.kuser64;
        new64 = old64 + 0x100000001;
    } while (KUSER_CMPXCHG64(&old64, &new64, &s.kuser64));
}

// Adds one to both halves by a comparison that may fail for no reason, and looks whether they ever differ. (Before
// ARMv7 libgcc loads the old value in two halves, which may differ then; the comparison finds that out.)
static void add_pair(void)
{
    uint64_t old = __atomic_load_n(&s.pair, __ATOMIC_RELAXED);
    do
        if (__ARM_ARCH >= 7 && (uint32_t)old != old >> 32) __atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&s.pair, &old, old + 0x100000001, 1, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED));
}

static void *updates(void *arg)
{
    const int me = (int)(intptr_t)arg;
    const uint32_t mine = 1u << me;
    for (int i = 0; i < count; i++) {
        __atomic_fetch_add(&s.byte, 1, __ATOMIC_SEQ_CST);
        __atomic_fetch_sub(&s.byte2, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&s.half, 1, __ATOMIC_ACQUIRE);
        __atomic_fetch_sub(&s.half2, 3, __ATOMIC_RELEASE);
        __atomic_fetch_add(&s.word, 1, __ATOMIC_ACQ_REL);
        add_ldrex(&s.ldrex);
        uint32_t old = __atomic_load_n(&s.weak, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(&s.weak, &old, old + 1, 1, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            ;
        __atomic_fetch_add(&s.both, 0x100000001, __ATOMIC_SEQ_CST);
        add_ldrexd(&s.ldrexd);
        add_kuser();
        add_pair();
        // Whatever is put in comes out once.
        swaps_sum[me] +=
            __atomic_exchange_n(&s.swapped, 1 + (uint32_t)me + (uint32_t)i % 5, __ATOMIC_ACQ_REL);
        // Each bit is only mine to set and to clear.
        if (__atomic_fetch_or(&s.bits, mine, __ATOMIC_SEQ_CST) & mine)
            __atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
        if (!(__atomic_fetch_and(&s.bits, ~mine, __ATOMIC_SEQ_CST) & mine))
            __atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    count = rounds(argc, argv, 20000);
    const uint32_t n = (uint32_t)count * THREADS;
    memset(&s, 0, sizeof s);
    CHECK(together(THREADS, updates) == THREADS);
    CHECK(s.byte == (uint8_t)n && s.byte2 == (uint8_t)-n && s.before == 0 && s.after == 0);
    CHECK(s.half == (uint16_t)n && s.half2 == (uint16_t)(n * (uint32_t)-3));
    CHECK(s.word == n && s.ldrex == n && s.weak == n && s.kuser == (int)n);
    CHECK(s.both == n * 0x100000001ull && s.ldrexd == s.both && s.pair == s.both);
    CHECK(KUSER_VERSION < 5 || s.kuser64 == (int64_t)s.both);
    CHECK(torn == 0 && s.bits == 0);
    uint64_t in = 0;
    for (int me = 0; me < THREADS; me++)
        for (int i = 0; i < count; i++)
            in += 1 + (uint32_t)me + (uint32_t)i % 5;
    CHECK(swaps_sum[0] + swaps_sum[1] + s.swapped == in);
    return finish();
}
