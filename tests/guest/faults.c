// Faults: which signal, si_code, si_addr, and where the program counter stands.
// stinkarm-test: build=arm,thumb,armel,musl
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CHECK(x)                                                                                             \
    do {                                                                                                     \
        if (!(x))                                                                                            \
            printf("line %d: %s (signal %d, code %d, addr %p, pc %lx)\n", __LINE__, #x, sig, code, addr,     \
                   pc),                                                                                      \
                failures++;                                                                                  \
    } while (0)

static int failures;
static sigjmp_buf env;
static volatile int sig, code;
static void *volatile addr;
static volatile unsigned long pc, cpsr;

static void handler(int s, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    sig = s;
    code = si->si_code;
    addr = si->si_addr;
    pc = uc->uc_mcontext.arm_pc;
    cpsr = uc->uc_mcontext.arm_cpsr;
    siglongjmp(env, 1);
}

#define FAULTS(statement)                                                                                    \
    (sig = code = 0, addr = (void *)1, sigsetjmp(env, 1) == 0 ? ((void)(statement), 0) : 1)

static uint32_t load(volatile uint32_t *p)
{
    return *p;
}

static void store(volatile uint32_t *p)
{
    *p = 1;
}

static void ldm(void *p)
{
    __asm__ volatile("ldmia %0, {r2, r3}" : : "r"(p) : "r2", "r3", "memory");
}

static void ldrd_(void *p)
{
    __asm__ volatile("ldrd r2, r3, [%0]" : : "r"(p) : "r2", "r3", "memory");
}

static void stm_across(void *p)
{
    __asm__ volatile("mov r2, #5\n\tmov r3, #6\n\tstmia %0, {r2, r3}" : : "r"(p) : "r2", "r3", "memory");
}

static void call(void *p)
{
    __asm__ volatile("blx %0" : : "r"(p) : "r0", "r1", "r2", "r3", "ip", "lr", "memory", "cc");
}

int main(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &sa, NULL);

    char *p = mmap(NULL, 0x3000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(p + 0x2000, 0x1000);
    mprotect(p, 0x1000, PROT_READ);

    CHECK(FAULTS(load((void *)0x10)) && sig == SIGSEGV && code == SEGV_MAPERR && addr == (void *)0x10);
    CHECK(FAULTS(load((void *)0xfffffff0)) && sig == SIGSEGV && code == SEGV_MAPERR &&
          addr == (void *)0xfffffff0);
    CHECK(FAULTS(load((void *)0xc0000000)) && sig == SIGSEGV && addr == (void *)0xc0000000);
    CHECK(!FAULTS(load((void *)p)));
    CHECK(!FAULTS(load((void *)(p + 1)))); // unaligned words are fine
    CHECK(FAULTS(store((void *)p)) && sig == SIGSEGV && code == SEGV_ACCERR && addr == p);
    CHECK(FAULTS(load((void *)(p + 0x2000))) && code == SEGV_MAPERR && addr == p + 0x2000);
    CHECK(FAULTS(store((void *)0xffff0ffc)) && sig == SIGSEGV);

    // What must be aligned whatever SCTLR.A says.
    CHECK(FAULTS(ldm(p + 0x1002)) && sig == SIGBUS && code == BUS_ADRALN && addr == p + 0x1002);
    CHECK(FAULTS(ldrd_(p + 0x1001)) && sig == SIGBUS && code == BUS_ADRALN);
    CHECK(!FAULTS(ldrd_(p + 0x1004)));

    // The second word of a store behind the end of the mapping.
    CHECK(FAULTS(stm_across(p + 0x1ffc)) && sig == SIGSEGV && addr == p + 0x2000);

    // Execution.
    CHECK(FAULTS(call(p + 0x1000)) && sig == SIGSEGV && code == SEGV_ACCERR && addr == p + 0x1000 &&
          pc == (unsigned long)(p + 0x1000));
    CHECK(FAULTS(call((void *)0x1000)) && sig == SIGSEGV && code == SEGV_MAPERR && addr == (void *)0x1000 &&
          pc == 0x1000);
    static const uint32_t arm[] = {0xe7f000f0, 0xe1200070, 0xe12fff1e}; // udf, bkpt, bx lr
    static const uint16_t thumb[] = {0xde00, 0xbe00, 0x4770};
    char *x = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(x, arm, sizeof arm);
    memcpy(x + 0x100, thumb, sizeof thumb);
    __builtin___clear_cache(x, x + 0x1000);
    CHECK(FAULTS(call(x)) && sig == SIGILL && code == ILL_ILLOPC && addr == x && pc == (unsigned long)x &&
          !(cpsr & 0x20));
    CHECK(FAULTS(call(x + 4)) && sig == SIGTRAP && code == TRAP_BRKPT && addr == x + 4 &&
          pc == (unsigned long)x + 4);
    CHECK(!FAULTS(call(x + 8)));
    CHECK(FAULTS(call(x + 0x101)) && sig == SIGILL && addr == x + 0x100 && pc == (unsigned long)x + 0x100 &&
          (cpsr & 0x20));
    CHECK(FAULTS(call(x + 0x103)) && sig == SIGTRAP && code == TRAP_BRKPT && addr == x + 0x102);
    CHECK(!FAULTS(call(x + 0x105)));
    return failures != 0;
}
