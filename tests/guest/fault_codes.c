// si_code and si_addr of every kind of fault, cold and hot (compiled): each is raised a few hundred times.
// stinkarm-test: build=arm,thumb timeout=120
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define P 4096u
static sigjmp_buf env;
static volatile int sig, code;
static volatile uintptr_t addr, pc;

static void handler(int s, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    sig = s, code = si->si_code, addr = (uintptr_t)si->si_addr, pc = uc->uc_mcontext.arm_pc;
    siglongjmp(env, 1);
}

static int bad(const char *what, int s, int c, uintptr_t a)
{
    if (sig == s && code == c && addr == a) return 0;
    printf("%s: signal %d, code %d, address %#lx; wanted %d, %d, %#lx\n", what, sig, code, (long)addr, s, c, (long)a);
    return 1;
}

#define FAULT(s, c, a, ...)                                             \
    do {                                                                \
        for (int i_ = 0; i_ < 200; i_++) {                              \
            sig = 0;                                                    \
            if (!sigsetjmp(env, 0)) {                                   \
                __VA_ARGS__;                                            \
            }                                                           \
            if (bad(#__VA_ARGS__, s, c, (uintptr_t)(a)) && ++failures) break; \
        }                                                               \
    } while (0)
#define MAPERR(a, ...) FAULT(SIGSEGV, SEGV_MAPERR, a, __VA_ARGS__)
#define ACCERR(a, ...) FAULT(SIGSEGV, SEGV_ACCERR, a, __VA_ARGS__)
#define ADRALN(a, ...) FAULT(SIGBUS, BUS_ADRALN, a, __VA_ARGS__)

#define ASM(text, at) __asm__ volatile(".arch_extension mp\n .fpu neon\n" text : : "r"(at) : "r2", "r3", "r4", "memory", "cc", "d0", "d1", "d2", "d3")

static void *map(unsigned pages, int prot)
{
    return mmap(NULL, pages * P, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void accesses(char *ro, char *none, char *hole)
{
    ACCERR(ro + 5, *(volatile char *)(ro + 5) = 1);
    ACCERR(ro + 8, *(volatile uint32_t *)(ro + 8) = 1);
    ACCERR(ro + 16, *(volatile uint64_t *)(ro + 16) = 1);
    ACCERR(none + 7, (void)*(volatile char *)(none + 7));
    MAPERR(hole + 9, (void)*(volatile char *)(hole + 9));
    MAPERR(hole + 9, *(volatile char *)(hole + 9) = 1);
    MAPERR(0, (void)*(volatile char *)0);
    MAPERR(0xc0000000, (void)*(volatile char *)0xc0000000);
    MAPERR(0xfffffff0, (void)*(volatile uint32_t *)0xfffffff0);
    ACCERR((uintptr_t)"text", *(volatile char *)"text" = 1);
    ACCERR((uintptr_t)&accesses & ~1u, *(volatile char *)((uintptr_t)&accesses & ~1u) = 1);
    // Over the border of two pages: the first byte that cannot be reached.
    MAPERR(hole, (void)*(volatile uint32_t *)(hole - 2));
    MAPERR(hole, *(volatile uint32_t *)(hole - 1) = 1);
    MAPERR(hole, ASM("vld1.8 {d0-d3}, [%0]", hole - 8));
    MAPERR(hole, ASM("vst1.8 {d0-d3}, [%0]", hole - 8));
    MAPERR(hole, ASM("ldmia %0, {r2-r4}", hole - 8));
    MAPERR(hole, ASM("stmia %0, {r2-r4}", hole - 8));
    MAPERR(hole, ASM("ldrd r2, r3, [%0]", hole - 4));
    MAPERR(hole + 4, ASM("ldrex r2, [%0]", hole + 4));
    MAPERR(hole + 4, ASM("vldr d0, [%0]", hole + 4));
    ACCERR(ro + 4, ASM("mov r3, #1\n ldrex r2, [%0]\n strex r3, r2, [%0]", ro + 4));
    ACCERR(none + 4, ASM("ldr r2, [%0], #4", none + 4));
}

static void alignment(char *rw)
{
    ADRALN(rw + 2, ASM("ldmia %0, {r2-r4}", rw + 2));
    ADRALN(rw + 1, ASM("stmia %0, {r2-r4}", rw + 1));
    ADRALN(rw + 3, ASM("ldrd r2, r3, [%0]", rw + 3));
    ADRALN(rw + 2, ASM("strd r2, r3, [%0]", rw + 2));
    ADRALN(rw + 2, ASM("ldrex r2, [%0]", rw + 2));
    ADRALN(rw + 1, ASM("ldrexh r2, [%0]", rw + 1));
    ADRALN(rw + 4, ASM("ldrexd r2, r3, [%0]", rw + 4));
    ADRALN(rw + 1, ASM("vldr d0, [%0]", rw + 1));
    ADRALN(rw + 2, ASM("vstr s0, [%0]", rw + 2));
    ADRALN(rw + 2, ASM("vldmia %0, {d0-d1}", rw + 2));
    ADRALN(rw + 8, ASM("vld1.8 {d0-d1}, [%0:128]", rw + 8));
    // What need not be aligned.
    sig = 0;
    ASM("ldr r2, [%0]\n strh r2, [%0]\n vld1.32 {d0}, [%0]", rw + 1);
    ASM("ldrd r2, r3, [%0]", rw + 4);
    CHECK(sig == 0);
}

typedef void function(void);

static void wild(uintptr_t at)
{
    ((function *)at)();
}

static void execution(char *rw, char *none, char *hole)
{
    static const uint32_t arm[] = {0xe12fff1e, 0xe7f000f0, 0xe1200070, 0xee000a10}; // bx lr; udf; bkpt; vmov s0, r0
    char *code = map(2, PROT_READ | PROT_WRITE | PROT_EXEC);
    memcpy(code, arm, sizeof arm);
    memcpy(code + P - 4, "\x00\x00\xa0\xe1", 4); // a nop at the end of the last page that is there
    memcpy(code + P - 2 - 64, "\x00\xbf", 2);
    munmap(code + P, P);
    __builtin___clear_cache(code, code + P);
    char there;
    wild((uintptr_t)code);
    ACCERR(rw, wild((uintptr_t)rw));
    ACCERR(rw + 0x20, wild((uintptr_t)rw + 0x21)); // Thumb
    ACCERR(none + 4, wild((uintptr_t)none + 4));
    MAPERR(hole + 4, wild((uintptr_t)hole + 4));
    MAPERR(0, wild(0));
    MAPERR(0, wild(1));
    MAPERR(0xc0000000, wild(0xc0000000));
    MAPERR(0xfffffffc, wild(0xfffffffc));
    ACCERR((uintptr_t)&there & ~3u, wild((uintptr_t)&there & ~3u)); // the stack
    MAPERR(code + P, wild((uintptr_t)code + P - 4));               // off the end
    CHECK(pc == (uintptr_t)code + P);
    FAULT(SIGILL, ILL_ILLOPC, code + 4, wild((uintptr_t)code + 4));
    FAULT(SIGTRAP, TRAP_BRKPT, code + 8, wild((uintptr_t)code + 8));
    // Taken away while it is hot, and given back.
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 100; k++)
            wild((uintptr_t)code);
        mprotect(code, P, PROT_READ | PROT_WRITE);
        ACCERR(code, wild((uintptr_t)code));
        mprotect(code, P, PROT_READ | PROT_EXEC);
        wild((uintptr_t)code);
        ACCERR(code, *(volatile uint32_t *)code = 0xe12fff1e);
    }
    munmap(code, P);
    MAPERR(code, wild((uintptr_t)code));
}

int main(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &sa, NULL);
    char *ro = map(1, PROT_READ), *none = map(1, PROT_NONE), *rw = map(3, PROT_READ | PROT_WRITE);
    char *hole = rw + P;
    munmap(hole, P);
    accesses(ro, none, hole);
    alignment(rw);
    execution(rw, none, hole);
    if (!failures) puts("ok");
    return failures != 0;
}
