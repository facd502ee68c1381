// A fast timer and faults: the fault's handler, whose mask has the timer's signal, is not interrupted by it,
// not even by one that was caught just before the fault.
// stinkarm-test: build=arm,thumb cflags="-mfpu=neon"
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include "check.h"

enum { PAGE = 4096, SIGNALS = 500 };

static volatile int ticks, faults, nested;
static volatile uint32_t *page;
static void on_fault(int sig);

static void on_tick(int sig, siginfo_t *si, void *context)
{
    const ucontext_t *uc = context;
    (void)sig, (void)si;
    ticks++;
    nested += uc->uc_mcontext.arm_pc == ((uint32_t)on_fault & ~1u);
}

static void on_fault(int sig)
{
    (void)sig;
    faults++;
    mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE);
}

int main(void)
{
    const struct itimerval timer = {{0, 50}, {0, 50}}, off = {{0, 0}, {0, 0}};
    struct sigaction sa = {.sa_sigaction = on_tick, .sa_flags = SA_RESTART | SA_SIGINFO};
    page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaction(SIGALRM, &sa, NULL);
    sa.sa_handler = on_fault;
    sa.sa_flags = 0;
    sigfillset(&sa.sa_mask);
    sigaction(SIGSEGV, &sa, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    uint32_t stores = 0;
    for (; ticks < SIGNALS; stores++) {
        // Long without a branch, where the tick would be delivered before the fault
        __asm__ volatile(".rept 50; vsqrt.f64 d16, d17; .endr; str %0, [%1]"
                         :
                         : "r"(stores), "r"(page)
                         : "d16", "memory");
        mprotect((void *)page, PAGE, PROT_NONE);
    }
    setitimer(ITIMER_REAL, &off, NULL);
    CHECK(nested == 0);
    CHECK(faults >= (int)stores);
    return failures != 0;
}
