// The guest side of the random programs: runs those that come on standard input. A program starts and ends in
// a signal handler, which also puts right what it does wrong: the instruction is skipped, some registers are
// made good addresses, and wherever it has got lost, or stays for long, it goes on at one of its blocks.
// After EVENTS signals, of which the timer's count more, it ends. Prints a hash of all that was seen; without
// the timer it is the same everywhere.
//     runner [EVENTS]
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "program.h"

enum { PAGE = 0x1000, TICK_US = 4000, TICK_EVENTS = 10, IT_BITS = 0x0600fc00, T_BIT = 0x20 };

static struct program program;
static ucontext_t home;
static int events, max_events = 60, all, ticks;
static uint32_t seed, hash = 2166136261u;

static uint32_t next(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void see(const void *data, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 4; i++)
        hash = (hash ^ ((const uint32_t *)data)[i]) * 16777619u;
}

static uint32_t data_address(void)
{
    return DATA_BASE + 0x100 + next() % (DATA_SIZE - 0x300) / 8 * 8;
}

static void go_to_block(ucontext_t *uc)
{
    const uint32_t target = program.block[next() % BLOCKS];
    uc->uc_mcontext.arm_pc = target & ~1u;
    uc->uc_mcontext.arm_cpsr &= ~(unsigned long)(IT_BITS | T_BIT);
    if (target & 1) uc->uc_mcontext.arm_cpsr |= T_BIT;
}

static void start(ucontext_t *uc)
{
    unsigned long *r = &uc->uc_mcontext.arm_r0;
    uint32_t *vfp = (uint32_t *)uc->uc_regspace + 2;
    seed = program.seed;
    for (int i = 0; i < 13; i++)
        r[i] = next() % 3 ? data_address() : next() % 2 ? next() % 64 : next() << 9;
    uc->uc_mcontext.arm_sp = data_address();
    uc->uc_mcontext.arm_lr = program.block[next() % BLOCKS];
    for (int i = 0; i < 32; i++) { // small whole numbers, halves, noise
        const double value = (double)(next() % 4096) / 2 - 1000;
        const float halves[2] = {(float)value, (float)(next() % 100)};
        const uint32_t noise[2] = {next() << 8 ^ next(), next() << 8 ^ next()};
        memcpy(vfp + 2 * i,
               i % 3 == 0   ? (const void *)&value
               : i % 3 == 1 ? (void *)halves
                            : (void *)noise,
               8);
    }
    vfp[64] = program.fpscr;
    go_to_block(uc);
}

// ITSTATE of the next instruction
static void advance_it(unsigned long *cpsr)
{
    uint32_t it = (*cpsr >> 25 & 3) | (*cpsr >> 8 & 0xfc);
    it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
    *cpsr = (*cpsr & ~(unsigned long)IT_BITS) | (it & 3) << 25 | (it & 0xfc) << 8;
}

static void repair(int sig, ucontext_t *uc)
{
    struct sigcontext *m = (struct sigcontext *)&uc->uc_mcontext;
    unsigned long *r = &m->arm_r0;
    const uint32_t at = m->arm_pc - CODE_ADDRESS;
    if (at >= CODE_MAX - 4 || sig == SIGVTALRM || sig == SIGILL) {
        go_to_block(uc);
    } else {
        const int wide = !(m->arm_cpsr & T_BIT) || program.code[at + 1] >= 0xe8;
        m->arm_pc += wide ? 4 : 2;
        advance_it(&m->arm_cpsr);
    }
    for (int i = 0; i < 3; i++)
        r[next() % 13] = data_address();
    r[12 + next() % 3] = next() % 2 ? data_address() : program.block[next() % BLOCKS];
    if (m->arm_sp - DATA_BASE - 0x100 > DATA_SIZE || m->arm_sp & 3) m->arm_sp = data_address();
}

static void handler(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    if (sig == SIGUSR1) {
        memcpy(&home, uc, sizeof home);
        start(uc);
        return;
    }
    if (sig != SIGVTALRM) {
        const uint32_t what[3] = {(uint32_t)sig, (uint32_t)si->si_code, (uint32_t)si->si_addr};
        see(what, sizeof what);
        see(&uc->uc_mcontext.arm_r0, 17 * 4);
        see(uc->uc_regspace, 67 * 4);
    }
    if (home.uc_mcontext.arm_pc == 0) return; // the timer, between programs
    all++;
    ticks += sig == SIGVTALRM;
    events += sig == SIGVTALRM ? TICK_EVENTS : 1;
    if (events > max_events) {
        memcpy(uc, &home, sizeof home);
        home.uc_mcontext.arm_pc = 0;
        return;
    }
    repair(sig, uc);
}

static void *map(uint32_t addr, uint32_t size)
{
    void *p =
        mmap((void *)addr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (p == MAP_FAILED) exit(2);
    return p;
}

static void run(void)
{
    map(DATA_BASE, DATA_SIZE + PAGE);
    for (uint32_t i = 0; i < DATA_SIZE + PAGE; i += 4)
        *(uint32_t *)(DATA_BASE + i) = i % 12 ? i * 0x9e3779b9u : DATA_BASE + i % DATA_SIZE;
    mprotect((void *)(DATA_BASE + DATA_SIZE), PAGE, PROT_READ);
    memcpy(map(CODE_ADDRESS, CODE_MAX), program.code, CODE_MAX);
    mprotect((void *)CODE_ADDRESS, CODE_MAX, PROT_READ | PROT_EXEC);
    __builtin___clear_cache((void *)CODE_ADDRESS, (char *)CODE_ADDRESS + CODE_MAX);
    events = 0;
    raise(SIGUSR1);
    see((void *)DATA_BASE, DATA_SIZE);
}

int main(int argc, char **argv)
{
    static const int signals[] = {SIGUSR1, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGVTALRM};
    static char stack[65536];
    const stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    const struct itimerval tick = {{0, TICK_US}, {0, TICK_US}};
    int n = 0;
    if (argc > 1) max_events = atoi(argv[1]);
    sigfillset(&sa.sa_mask);
    sigaltstack(&alt, NULL);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &sa, NULL);
    setitimer(ITIMER_VIRTUAL, &tick, NULL);
    for (; fread(&program, sizeof program, 1, stdin) == 1; n++)
        run();
    printf("%d programs, %d signals, %d of them the timer's, hash %08x\n", n, all, ticks, (unsigned)hash);
    return 0;
}
