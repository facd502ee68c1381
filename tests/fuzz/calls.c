// calls SEED COUNT [unsafe]: system calls with numbers, pointers and lengths from the edges. Whatever they do
// to this program, they must not do it to the emulator: tests/fuzz/run_calls looks at that.
//     unsafe: those that the sandbox refuses, and that do nothing without a valid first argument
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

static uint32_t state;

static uint32_t rng(uint32_t n)
{
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return state % n;
}

static uint8_t *page; // a page, and none behind it

// What ends this program, forks it, sleeps for good, or takes its memory away.
static const short never[] = {
    1,   2,   11,  29,  37,  45,  72,  90,  91,  119, 120, 125, 158, 163, 173, 179,
    190, 192, 238, 248, 268, 178, 363, 387, 435, 152, 220, 67,  126, 174, 175, 335,
    336, 346, 413, 414, 441, 104, 186, 6,   41,  63,  358, 436, 383, 172,
};

static const short unsafe[] = {
    154, 229, 230, 232, 233, 243, 244, 245, 246, 247, 276, 277, 278, 279, 298, 300, 301, 302,
    304, 305, 308, 312, 317, 319, 320, 321, 376, 377, 378, 380, 399, 401, 416, 418, 419, 420,
};

static int excluded(unsigned nr)
{
    for (unsigned i = 0; i < sizeof never / sizeof *never; i++)
        if ((unsigned)never[i] == nr) return 1;
    return 0;
}

static uint32_t value(void)
{
    static const uint32_t edges[] = {0,          1,          2,          3,          0xffffffff,
                                     0xfffffffe, 0xfffffffc, 0xfffff000, 0xffff0000, 0xffff0ffc,
                                     0x80000000, 0x7fffffff, 0xbf000000, 0xbeffffff, 0xc0000000,
                                     0x1000,     0xfff,      64,         4096,       1024,
                                     0x40000000, 0xfffffff0, 8,          16,         0xffffff9c};
    switch (rng(8)) {
    case 0: return (uint32_t)(uintptr_t)page + 4096 - rng(64);
    case 1: return (uint32_t)(uintptr_t)page + rng(4096);
    case 2: return (uint32_t)(uintptr_t)page + 4096;
    case 3: return rng(12);
    default: return edges[rng(sizeof edges / sizeof *edges)];
    }
}

static void fill(void)
{
    for (int i = 0; i < 4096; i += 4) {
        const uint32_t v = rng(3) ? value() : rng(100);
        memcpy(page + i, &v, 4);
    }
}

static long call(uint32_t nr, const uint32_t *a)
{
    register uint32_t r0 __asm__("r0") = a[0];
    register uint32_t r1 __asm__("r1") = a[1];
    register uint32_t r2 __asm__("r2") = a[2];
    register uint32_t r3 __asm__("r3") = a[3];
    register uint32_t r4 __asm__("r4") = a[4];
    register uint32_t r5 __asm__("r5") = a[5];
    __asm__ volatile("push {r7}\n\tmov r7, %[nr]\n\tsvc #0\n\tpop {r7}"
                     : "+r"(r0)
                     : [nr] "r"(nr), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "memory");
    return (int32_t)r0;
}

static void on_alarm(int sig)
{
    (void)sig; // a call that waits ends
}

int main(int argc, char **argv)
{
    const struct itimerval often = {{0, 5000}, {0, 5000}};
    struct sigaction sa = {.sa_handler = on_alarm};
    const int is_unsafe = argc > 3, count = argc > 2 ? atoi(argv[2]) : 0;
    state = argc > 1 ? (uint32_t)atoi(argv[1]) * 2654435761u | 1 : 1;
    page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < count; i++) {
        uint32_t a[6], nr = is_unsafe ? (uint32_t)unsafe[rng(sizeof unsafe / sizeof *unsafe)] : rng(470);
        if (excluded(nr)) continue;
        if (i % 16 == 0) fill();
        for (int k = 0; k < 6; k++)
            a[k] = value();
        if (is_unsafe && nr != 229 && nr != 230 && nr != 232 && nr != 233) a[0] = 0xfffffff9 - rng(2);
        call(nr, a);
    }
    return 0;
}
