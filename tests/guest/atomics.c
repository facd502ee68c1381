// Exclusives of all sizes and barriers: alone, between processes that share a mapping, between threads; and
// exclusives that fault.
// stinkarm-test: build=arm,thumb,musl libs="-pthread" stdout="ok\n"
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { ROUNDS = 3000, THREADS = 3 };

struct counters {
    uint8_t byte;
    uint16_t half;
    uint32_t word;
    uint64_t both;
    uint32_t lock, guarded; // guarded: plain, under the lock
};

static void count(struct counters *c)
{
    for (int i = 0; i < ROUNDS; i++) {
        __atomic_fetch_add(&c->byte, 1, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&c->half, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&c->word, 1, __ATOMIC_ACQ_REL);
        __atomic_fetch_add(&c->both, 0x100000001, __ATOMIC_SEQ_CST);
        while (__atomic_exchange_n(&c->lock, 1, __ATOMIC_ACQUIRE))
            sched_yield();
        c->guarded++;
        __atomic_store_n(&c->lock, 0, __ATOMIC_RELEASE);
    }
}

static void check_counters(const struct counters *c, unsigned times)
{
    const uint32_t n = times * ROUNDS;
    CHECK(c->byte == (uint8_t)n && c->half == (uint16_t)n && c->word == n && c->guarded == n);
    CHECK(c->both == n * 0x100000001ull);
}

static void *count_thread(void *c)
{
    count(c);
    return NULL;
}

// Two threads each announce themselves and look for the other: with barriers between, never do both miss.
static volatile uint32_t flag[2][64], turn[2][64];
static uint32_t saw[2];

static void *announce(void *arg)
{
    const int self = arg != NULL;
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        flag[self][0] = i;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        saw[self] = flag[!self][0];
        __atomic_store_n(&turn[self][0], i, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&turn[!self][0], __ATOMIC_SEQ_CST) < i)
            sched_yield();
        if (!self) CHECK(saw[0] >= i || saw[1] >= i);
        __atomic_store_n(&turn[self][1], i, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&turn[!self][1], __ATOMIC_SEQ_CST) < i)
            sched_yield();
    }
    return NULL;
}

static sigjmp_buf back;
static void on_fault(int sig)
{
    siglongjmp(back, sig);
}

// A store-exclusive where nothing may be written faults; one without a load before it touches nothing.
static void check_faults(void)
{
    uint32_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), v,
             failed = 7;
    signal(SIGSEGV, on_fault);
    page[1] = 42;
    mprotect(page, 4096, PROT_READ);
    if (!sigsetjmp(back, 1)) {
        __asm__ volatile("ldrex %0, [%2]\n strex %1, %0, [%2]"
                         : "=&r"(v), "=&r"(failed)
                         : "r"(page + 1)
                         : "memory");
        CHECK(0);
    }
    __asm__ volatile("clrex\n strex %0, %1, [%2]" : "=&r"(failed) : "r"(1), "r"(page + 1) : "memory");
    CHECK(failed == 1 && page[1] == 42);
    munmap(page, 4096);
    if (!sigsetjmp(back, 1)) {
        __asm__ volatile("ldrex %0, [%1]" : "=&r"(v) : "r"(page + 1) : "memory");
        CHECK(0);
    }
    signal(SIGSEGV, SIG_DFL);
}

// The store fails at another address, with another size, behind a changed value, and twice.
static void check_monitor(void)
{
    static uint32_t word[2] __attribute__((aligned(8)));
    uint32_t v, f[5];
    __asm__ volatile("ldrex %0, [%6]\n add %0, %6, #4\n strex %1, %0, [%0]\n"
                     "ldrex %0, [%6]\n strexh %2, %0, [%6]\n"
                     "ldrex %0, [%6]\n mov %3, #9\n str %3, [%6]\n strex %3, %0, [%6]\n"
                     "ldrex %0, [%6]\n strex %4, %6, [%6]\n strex %5, %0, [%6]"
                     : "=&r"(v), "=&r"(f[0]), "=&r"(f[1]), "=&r"(f[2]), "=&r"(f[3]), "=&r"(f[4])
                     : "r"(word)
                     : "memory");
    CHECK(f[0] == 1 && f[1] == 1 && f[2] == 1 && f[3] == 0 && f[4] == 1);
    CHECK(word[0] == (uintptr_t)word && word[1] == 0);
}

int main(void)
{
    static struct counters alone, threaded;
    count(&alone);
    check_counters(&alone, 1);
    check_monitor();
    check_faults();

    struct counters *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const pid_t child = fork();
    count(shared);
    if (!child) _exit(0);
    CHECK(waitpid(child, NULL, 0) == child);
    check_counters(shared, 2);

    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, count_thread, &threaded);
    count(&threaded);
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    check_counters(&threaded, THREADS + 1);

    pthread_create(&t[0], NULL, announce, (void *)1);
    announce(NULL);
    pthread_join(t[0], NULL);
    puts("ok");
    return 0;
}
