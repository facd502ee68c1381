// Coprocessor registers that a program has: its thread IDs, and PMUSERENR, by which codecs and benchmark libraries ask whether
// they may read the cycle counter. They may not; what they have not is an illegal instruction.
// stinkarm-test: build=arm,thumb
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

#include "check.h"

static sigjmp_buf back;

static void illegal(int sig)
{
    (void)sig;
    siglongjmp(back, 1);
}

#define READ(cp, opc1, crn, crm, opc2)                                                                       \
    ({                                                                                                       \
        uint32_t v = 0xdead;                                                                                 \
        __asm__ volatile("mrc " cp ", " #opc1 ", %0, " #crn ", " #crm ", " #opc2 : "+r"(v));                 \
        v;                                                                                                   \
    })
#define ILLEGAL(statement)                                                                                   \
    ({                                                                                                       \
        volatile int caught = 1;                                                                             \
        if (!sigsetjmp(back, 1)) {                                                                           \
            (void)(statement);                                                                               \
            caught = 0;                                                                                      \
        }                                                                                                    \
        caught;                                                                                              \
    })

int main(void)
{
    signal(SIGILL, illegal);
    CHECK(READ("p15", 0, c9, c14, 0) == 0);
    CHECK(ILLEGAL(READ("p15", 0, c9, c13, 0)));                                          // PMCCNTR
    CHECK(ILLEGAL(READ("p15", 0, c1, c0, 0)));                                           // SCTLR
    CHECK(ILLEGAL(READ("p15", 0, c13, c0, 4)));                                          // TPIDRPRW
    CHECK(ILLEGAL(READ("p14", 0, c9, c14, 0)));                                          // another coprocessor's
    CHECK(ILLEGAL(({ __asm__ volatile("mcr p15, 0, %0, c9, c14, 0" : : "r"(1)); 0; }))); // PMUSERENR
    CHECK(ILLEGAL(({ __asm__ volatile("mcr p15, 0, %0, c13, c0, 3" : : "r"(1)); 0; }))); // TPIDRURO
    CHECK(ILLEGAL(({
        uint32_t lo, hi;
        __asm__ volatile("mrrc p15, 0, %0, %1, c9" : "=r"(lo), "=r"(hi)); // PMCCNTR of ARMv8
        lo + hi;
    })));
    __asm__ volatile("mcr p15, 0, %0, c13, c0, 2" : : "r"(0x12345678));
    CHECK(READ("p15", 0, c13, c0, 2) == 0x12345678);
    CHECK(READ("p15", 0, c13, c0, 3) == (uint32_t)(uintptr_t)__builtin_thread_pointer());
    return failures != 0;
}
