// Handlers that change where the program goes on: its address, instruction set, flags, IT state, floating-point registers, mask; that
// leave by longjmp and setcontext; contexts that are made and exchanged, also from within handlers.
// stinkarm-test: build=arm,thumb timeout=60
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define FLAGS 0xf8000000u
#define T_BIT 0x20u

static ucontext_t seen;
static volatile int count;
static uintptr_t new_pc;
static uint32_t new_flags;

uint32_t arm_place(uint32_t), thumb_place(uint32_t);
__asm__(".pushsection .text\n"
        ".syntax unified\n"
        ".arm\n"
        ".type arm_place, %function\n"
        "arm_place:\n mrs r1, cpsr\n mov r2, #1\n b report\n"
        ".thumb\n"
        ".type thumb_place, %function\n"
        ".thumb_func\n"
        "thumb_place:\n mrs r1, cpsr\n mov r2, #2\n b.w report\n"
        ".popsection\n");

static volatile uint32_t reported[2];

__attribute__((target("arm"), used)) void report(uint32_t r0, uint32_t cpsr, uint32_t which)
{
    (void)r0;
    reported[0] = cpsr, reported[1] = which;
    extern sigjmp_buf back;
    siglongjmp(back, 1);
}

sigjmp_buf back;

static void redirect(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    (void)sig, (void)si;
    seen = *uc;
    count++;
    uc->uc_mcontext.arm_pc = new_pc & ~1u;
    uc->uc_mcontext.arm_cpsr = (uc->uc_mcontext.arm_cpsr & ~(FLAGS | T_BIT | 0x0600fc00u)) | new_flags | (new_pc & 1 ? T_BIT : 0);
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
    struct sigaction sa = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags};
    sigaction(sig, &sa, NULL);
}

static void elsewhere(void)
{
    handle(SIGSEGV, redirect, 0);
    handle(SIGUSR1, redirect, 0);
    static uint32_t (*const places[])(uint32_t) = {arm_place, thumb_place};
    for (int i = 0; i < 4; i++) {
        new_pc = (uintptr_t)places[i / 2];
        new_flags = i % 2 ? 0xa8000000u : 0x50000000u;
        if (!sigsetjmp(back, 1)) {
            if (i % 2)
                raise(SIGUSR1);
            else
                *(volatile int *)0x10 = 1;
        }
        CHECK((reported[0] & FLAGS) == new_flags && reported[1] == (uint32_t)(i / 2 + 1));
    }
    CHECK(count == 4);
}

// A fault within an IT block: the frame has its state, and the rest of the block goes on with it.
static void skip(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    (void)sig, (void)si;
    seen = *uc;
    count++;
    uc->uc_mcontext.arm_r2 = (unsigned long)&count; // an address that works
}

__attribute__((target("thumb"), noinline)) static uint32_t in_it_block(void)
{
    uint32_t r;
    __asm__ volatile("movs r2, #0x10\n mov r3, #0\n cmp r2, #0x10\n"
                     "itete eq\n ldreq r3, [r2]\n movne r3, #1\n addeq r3, r3, #100\n addne r3, r3, #1000\n"
                     "mov %0, r3"
                     : "=r"(r)
                     :
                     : "r2", "r3", "cc", "memory");
    return r;
}

static void it_state(void)
{
    handle(SIGSEGV, skip, 0);
    count = 0;
    const uint32_t r = in_it_block();
    CHECK(count == 1 && r == 101);
    const uint32_t psr = (uint32_t)seen.uc_mcontext.arm_cpsr;
    CHECK((psr & T_BIT) && (psr >> 25 & 3 || psr >> 10 & 0x3f));
}

// The floating-point registers lie in the frame behind their magic number.
struct vfp {
    uint32_t magic, size;
    uint64_t d[32];
    uint32_t fpscr;
};

static void change_vfp(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    struct vfp *v = (struct vfp *)uc->uc_regspace;
    (void)sig, (void)si;
    CHECK(v->magic == 0x56465001 && v->size == 288);
    const double d8 = 8.25, d31 = 31.5;
    double was;
    memcpy(&was, &v->d[9], 8);
    CHECK(was == 9.75);
    memcpy(&v->d[8], &d8, 8);
    memcpy(&v->d[31], &d31, 8);
    v->fpscr = 0x00c00000; // round towards zero
    uc->uc_mcontext.arm_r1 = (unsigned long)&count; // an address that works
}

static void vfp(void)
{
    handle(SIGSEGV, change_vfp, 0);
    double a, b;
    uint32_t fpscr, r;
    __asm__ volatile(".fpu neon\n"
                     "vmov.f64 d8, #1.0\n vldr d9, %[nine]\n mov r0, #0\n mov r1, #0x20\n"
                     "1: cmp r0, #0\n it eq\n ldreq r2, [r1]\n"
                     "mov r1, sp\n vmov.f64 %P[a], d8\n vmov.f64 %P[b], d31\n vmrs %[f], fpscr\n mov %[r], r0\n mov r3, #0\n vmsr fpscr, r3"
                     : [a] "=&w"(a), [b] "=&w"(b), [f] "=&r"(fpscr), [r] "=&r"(r)
                     : [nine] "m"(*(const double[]){9.75})
                     : "r0", "r1", "r2", "r3", "cc", "memory", "d8", "d9", "d31");
    (void)r;
    CHECK(a == 8.25 && b == 31.5 && (fpscr & 0x00c00000) == 0x00c00000);
}

// The mask in the frame is the mask afterwards.
static void change_mask(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    (void)sig, (void)si;
    sigaddset(&uc->uc_sigmask, SIGUSR2);
    sigdelset(&uc->uc_sigmask, SIGHUP);
}

static void mask(void)
{
    sigset_t now;
    sigemptyset(&now);
    sigaddset(&now, SIGHUP);
    sigprocmask(SIG_BLOCK, &now, NULL);
    handle(SIGUSR1, change_mask, 0);
    raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(sigismember(&now, SIGUSR2) == 1 && sigismember(&now, SIGHUP) == 0 && sigismember(&now, SIGUSR1) == 0);
    sigemptyset(&now);
    sigprocmask(SIG_SETMASK, &now, NULL);
}

// A frame that is none.
static void spoil(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    (void)sig, (void)si;
    if (count == 0)
        uc->uc_mcontext.arm_cpsr = (uc->uc_mcontext.arm_cpsr & ~0x1fu) | 0x13; // a privileged mode
    else
        ((struct vfp *)uc->uc_regspace)->magic = 0;
}

static void bad(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)context;
    CHECK(si->si_code == SI_KERNEL || si->si_code == SI_USER);
    siglongjmp(back, 1);
}

static void bad_frames(void)
{
    handle(SIGSEGV, bad, SA_NODEFER);
    handle(SIGUSR1, spoil, 0);
    for (count = 0; count < 2; count++) {
        const int first = !sigsetjmp(back, 1);
        if (!first) continue;
        raise(SIGUSR1);
        CHECK(0);
    }
}

static ucontext_t main_context, coroutine, from_handler;
static char stack[2][65536];
static int steps;

static void run(int a, int b)
{
    CHECK(a == 11 && b == 22);
    for (int i = 0; i < 1000; i++) {
        steps++;
        swapcontext(&coroutine, &main_context);
    }
    steps = -1;
}

static void resume(int sig)
{
    (void)sig;
    setcontext(&from_handler); // out of the handler, into what was saved before
}

static void contexts(void)
{
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack[0], coroutine.uc_stack.ss_size = sizeof stack[0];
    coroutine.uc_link = &main_context;
    makecontext(&coroutine, (void (*)(void))run, 2, 11, 22);
    for (int i = 1; i <= 1000; i++) {
        swapcontext(&main_context, &coroutine);
        if (steps != i) CHECK(steps == i);
    }
    swapcontext(&main_context, &coroutine);
    CHECK(steps == -1);
    signal(SIGUSR1, resume);
    volatile int times = 0;
    getcontext(&from_handler);
    if (times++ < 50) {
        raise(SIGUSR1);
        CHECK(0);
    }
    CHECK(times == 51);
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(sigismember(&now, SIGUSR1) == 0);
}

// Threads of a program's own: each on a stack of its own, exchanged by a timer's handler.
static volatile unsigned long work[2];
static volatile int current, switches;
static ucontext_t fibre[2], done;

static void tick(int sig)
{
    (void)sig;
    const int from = current;
    if (++switches > 60) setcontext(&done);
    current = !from;
    swapcontext(&fibre[from], &fibre[!from]);
}

static void spin(int n)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (;;)
        work[n]++;
}

static void preemption(void)
{
    // No tick before the first fibre runs, nor behind the last one: it would take main for a fibre.
    sigset_t ticks, before;
    sigemptyset(&ticks);
    sigaddset(&ticks, SIGVTALRM);
    sigprocmask(SIG_BLOCK, &ticks, &before);
    for (int i = 0; i < 2; i++) {
        getcontext(&fibre[i]);
        fibre[i].uc_stack.ss_sp = stack[i], fibre[i].uc_stack.ss_size = sizeof stack[i];
        fibre[i].uc_link = NULL;
        makecontext(&fibre[i], (void (*)(void))spin, 1, i);
    }
    signal(SIGVTALRM, tick);
    timer_t id;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM};
    timer_create(CLOCK_MONOTONIC, &ev, &id);
    const struct itimerspec often = {{0, 2000000}, {0, 2000000}};
    timer_settime(id, 0, &often, NULL);
    volatile int again = 0;
    getcontext(&done);
    if (!again++) setcontext(&fibre[0]);
    signal(SIGVTALRM, SIG_IGN);
    timer_delete(id);
    sigprocmask(SIG_SETMASK, &before, NULL);
    CHECK(switches == 61 && work[0] > 1000 && work[1] > 1000);
}

int main(void)
{
    elsewhere();
    it_state();
    vfp();
    mask();
    bad_frames();
    contexts();
    preemption();
    if (!failures) puts("ok");
    return failures != 0;
}
