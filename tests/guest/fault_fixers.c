// What garbage collectors do: a handler of SIGSEGV changes the page's protection, or maps one, and the access is made again;
// in hot loops, by several threads at once, with registers of every kind in use.
// stinkarm-test: build=arm,thumb,armel timeout=120
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define P     4096u
#define PAGES 64u

static char *heap, *lazy;
static atomic_int fixed, mapped, strange;

static void fix(int sig, siginfo_t *si, void *context)
{
    char *at = (char *)((uintptr_t)si->si_addr & ~(P - 1));
    ucontext_t *uc = context;
    if (sig != SIGSEGV || uc->uc_mcontext.fault_address != (uintptr_t)si->si_addr) atomic_fetch_add(&strange, 1);
    if (at >= heap && at < heap + PAGES * P && si->si_code == SEGV_ACCERR) {
        mprotect(at, P, PROT_READ | PROT_WRITE);
        atomic_fetch_add(&fixed, 1);
    } else if (at >= lazy && at < lazy + PAGES * P && si->si_code == SEGV_MAPERR) {
        char *p = mmap(at, P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (p == at) atomic_fetch_add(&mapped, 1);
    } else if (!(at >= lazy && at < lazy + PAGES * P)) { // or another thread was faster
        static const char text[] = "an unexpected fault\n";
        write(1, text, sizeof text - 1);
        _exit(3);
    }
}

// A write barrier: pages are taken away, loops write to them.
static void barrier(void)
{
    volatile uint32_t *w = (volatile uint32_t *)heap;
    for (int round = 0; round < 30; round++) {
        mprotect(heap, PAGES * P, round % 2 ? PROT_READ : PROT_NONE);
        atomic_store(&fixed, 0);
        uint32_t sum = 0;
        for (unsigned i = 0; i < PAGES * P / 4; i += 7) {
            w[i] = i + (uint32_t)round;
            sum += w[i];
        }
        CHECK(fixed == PAGES);
        uint32_t expected = 0;
        for (unsigned i = 0; i < PAGES * P / 4; i += 7)
            expected += i + (uint32_t)round;
        CHECK(sum == expected);
    }
}

// Instructions that write several words, with write-back, over the border of two pages.
static void multiple(void)
{
    for (unsigned i = 1; i < PAGES; i++) {
        mprotect(heap + (i - 1) * P, 2 * P, PROT_READ);
        register char *r4 __asm__("r4") = heap + i * P - 8;
        __asm__ volatile("mov r0, #1\n mov r1, #2\n mov r2, #3\n mov r3, #4\n stmia %0!, {r0-r3}" : "+r"(r4) : : "r0", "r1", "r2", "r3", "memory");
        CHECK(r4 == heap + i * P + 8);
        const uint32_t *w = (const uint32_t *)(heap + i * P - 8);
        CHECK(w[0] == 1 && w[1] == 2 && w[2] == 3 && w[3] == 4);
        mprotect(heap + i * P, P, PROT_NONE);
        const uint32_t *r5 = w;
        uint32_t got[4];
        __asm__ volatile("ldmia %0!, {r0-r3}\n stmia %1, {r0-r3}" : "+r"(r5) : "r"(got) : "r0", "r1", "r2", "r3", "memory");
        CHECK(r5 == w + 4 && got[0] == 1 && got[3] == 4);
#if __ARM_FP
        mprotect(heap + i * P, P, PROT_READ);
        double d = 1.5;
        __asm__ volatile("vstmia %0!, {%P1}" : "+r"(r5) : "w"(d) : "memory");
        __asm__ volatile("vldr %P0, [%1, #-8]" : "=w"(d) : "r"(r5) : "memory");
        CHECK(d == 1.5);
#endif
    }
}

// Atomic operations: an exclusive store that faults has not happened.
static void atomics(void)
{
    for (unsigned i = 0; i < PAGES; i++) {
        atomic_int *a = (atomic_int *)(heap + i * P);
        mprotect(heap + i * P, P, PROT_READ | PROT_WRITE);
        atomic_store(a, 5);
        mprotect(heap + i * P, P, PROT_READ);
        CHECK(atomic_fetch_add(a, 2) == 5 && atomic_load(a) == 7);
        mprotect(heap + i * P, P, PROT_NONE);
        CHECK(atomic_exchange(a, 1) == 7);
    }
}

static void *mutator(void *arg)
{
    const unsigned n = (unsigned)(uintptr_t)arg;
    uint32_t sum = 0;
    for (int round = 0; round < 20; round++)
        for (unsigned i = 0; i < PAGES; i++) {
            volatile uint32_t *w = (volatile uint32_t *)(lazy + (i * 17 + n * 5) % PAGES * P);
            sum += ++w[n];
        }
    return (void *)(uintptr_t)sum;
}

static void threads(void)
{
    pthread_t t[4];
    void *sum;
    munmap(lazy, PAGES * P);
    for (uintptr_t i = 0; i < 4; i++)
        CHECK(pthread_create(&t[i], NULL, mutator, (void *)i) == 0);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_join(t[i], &sum) == 0 && (uintptr_t)sum == PAGES * 20 * 21 / 2);
    CHECK(mapped == PAGES);
}

static volatile int stop;

static void *collector(void *arg)
{
    while (!stop)
        mprotect(heap, PAGES * P, PROT_READ);
    return arg;
}

static void *writer(void *arg)
{
    volatile uint32_t *w = (volatile uint32_t *)heap + (uintptr_t)arg;
    for (int round = 0; round < 100; round++)
        for (unsigned i = 0; i < PAGES; i++)
            w[i * (P / 4)]++;
    return NULL;
}

// One thread takes the pages away all the time, others write: no store is lost.
static void race(void)
{
    pthread_t c, t[3];
    mprotect(heap, PAGES * P, PROT_READ | PROT_WRITE);
    memset(heap, 0, PAGES * P);
    pthread_create(&c, NULL, collector, NULL);
    for (uintptr_t i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, writer, (void *)i);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    stop = 1;
    pthread_join(c, NULL);
    for (unsigned i = 0; i < PAGES; i++)
        for (unsigned k = 0; k < 3; k++)
            CHECK(((uint32_t *)(heap + i * P))[k] == 100);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = fix, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    heap = mmap(NULL, PAGES * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    // Between two others, or a stack would come to lie where it was.
    lazy = mmap(NULL, 3 * PAGES * P, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    lazy += PAGES * P;
    barrier();
    multiple();
    atomics();
    threads();
    race();
    CHECK(strange == 0);
    if (!failures) puts("ok");
    return failures != 0;
}
