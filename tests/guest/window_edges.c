// Accesses whose addresses wrap, or lie at the very ends of the address space: each ends where 32 bits say,
// and nowhere in the emulator's memory. Often enough that they are compiled.
// stinkarm-test: build=arm,thumb stdout="ok\n" cflags="-mfpu=neon-vfpv4"
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

enum { TIMES = 40, SPAN = 64 };

static sigjmp_buf back;
static volatile uint32_t fault;

static void on_fault(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)context;
    fault = (uint32_t)(uintptr_t)si->si_addr;
    siglongjmp(back, 1);
}

#define OPERANDS                                                                                             \
    [b] "+r"(b) : [i] "r"(i) : "r4", "r5", "r6", "r8", "r9", "d16", "d17", "d18", "d19", "memory", "c" \
                                                                                                         "c"
#define OP(name, text)                                                                                       \
    static void name(uint32_t b, uint32_t i)                                                                 \
    {                                                                                                        \
        __asm__ volatile("mov r4, %[i]\n\t" text : OPERANDS);                    \
    }

// Both registers are added, whatever that gives.
OP(ldr, "ldr r5, [%[b], r4]")
OP(ldrb, "ldrb r5, [%[b], r4]")
OP(ldrsh, "ldrsh r5, [%[b], r4]")
OP(str, "str r5, [%[b], r4]")
OP(strb, "strb r5, [%[b], r4]")
OP(strh, "strh r5, [%[b], r4]")
// The base alone.
OP(ldr0, "ldr r5, [%[b]]")
OP(str0, "str r5, [%[b]]")
OP(ldrd, "ldrd r8, r9, [%[b]]")
OP(strd, "strd r8, r9, [%[b]]")
OP(post, "ldr r5, [%[b]], #4")
OP(pre, "ldr r5, [%[b], #0]!")
OP(ldm, "ldmia %[b], {r5, r6, r8, r9}")
OP(ldm_back, "ldmia %[b]!, {r5, r6, r8, r9}")
OP(stm, "stmia %[b], {r5, r6, r8, r9}")
OP(stm_back, "stmia %[b]!, {r5, r6, r8, r9}")
OP(ldrex, "ldrex r5, [%[b]]")
OP(strex, "ldrex r5, [%[b]]\n\tstrex r6, r5, [%[b]]")
OP(vldr, "vldr d16, [%[b]]")
OP(vstr, "vstr d16, [%[b]]")
OP(vldm, "vldmia %[b]!, {d16-d19}")
OP(vstm, "vstmia %[b]!, {d16-d19}")
OP(vld1, "vld1.8 {d16-d19}, [%[b]]!")
OP(vst1, "vst1.8 {d16-d19}, [%[b]], r4")
OP(vld4, "vld4.8 {d16-d19}, [%[b]]")
OP(vst2, "vst2.16 {d16-d17}, [%[b]]!")
// Below the base.
OP(ldr_down, "add r5, %[b], #255\n\tldr r5, [r5, #-255]")
OP(ldmdb, "add r5, %[b], #16\n\tldmdb r5, {r4, r6, r8, r9}")
OP(stmdb, "add r5, %[b], #16\n\tstmdb r5!, {r4, r6, r8, r9}")
OP(vldmdb, "add r5, %[b], #32\n\tvldmdb r5!, {d16-d19}")
// Far above it.
OP(ldr_up, "sub r5, %[b], #4080\n\tsub r5, r5, #15\n\tldr r5, [r5, #4095]")

struct op {
    const char *name;
    void (*fn)(uint32_t, uint32_t);
    bool indexed;
};
#define ROW(name, indexed)                                                                                   \
    {                                                                                                        \
#name, name, indexed                                                                                 \
    }
static const struct op ops[] = {
    ROW(ldr, true),       ROW(ldrb, true),      ROW(ldrsh, true),  ROW(str, true),       ROW(strb, true),
    ROW(strh, true),      ROW(ldr0, false),     ROW(str0, false),  ROW(ldrd, false),     ROW(strd, false),
    ROW(post, false),     ROW(pre, false),      ROW(ldm, false),   ROW(ldm_back, false), ROW(stm, false),
    ROW(stm_back, false), ROW(ldrex, false),    ROW(strex, false), ROW(vldr, false),     ROW(vstr, false),
    ROW(vldm, false),     ROW(vstm, false),     ROW(vld1, false),  ROW(vst1, false),     ROW(vld4, false),
    ROW(vst2, false),     ROW(ldr_down, false), ROW(ldmdb, false), ROW(stmdb, false),    ROW(vldmdb, false),
    ROW(ldr_up, false),
};

// Nothing is mapped there: a fault, at an address of the access.
static void faults(const struct op *op, uint32_t b, uint32_t i)
{
    const uint32_t at = op->indexed ? b + i : b;
    for (volatile int n = 0; n < TIMES; n++) {
        if (sigsetjmp(back, 1) == 0) {
            op->fn(b, i);
            printf("%s: nothing happens at %08x\n", op->name, at);
            failures++;
            return;
        }
        if (fault - at < SPAN) continue;
        printf("%s: a fault at %08x, not at %08x\n", op->name, fault, at);
        failures++;
        return;
    }
}

static _Alignas(64) uint32_t data[32];

// The address wraps to memory that is there.
static void works(const struct op *op, uint32_t i)
{
    const uint32_t b = (uint32_t)(uintptr_t)data - i;
    for (volatile int n = 0; n < TIMES && op->indexed; n++) {
        if (sigsetjmp(back, 1) == 0) {
            op->fn(b, i);
            continue;
        }
        printf("%s: a fault at %08x for %08x + %08x\n", op->name, fault, b, i);
        failures++;
        return;
    }
}

static uint32_t load(uint32_t b, uint32_t i)
{
    uint32_t r;
    __asm__ volatile("ldr %0, [%1, %2]" : "=r"(r) : "r"(b), "r"(i) : "memory");
    return r;
}

int main(void)
{
    // Their ends, and what a sign or a carry too many would make of something else.
    static const uint32_t places[] = {0,          4,          0xffffffc0, 0xffffffe0, 0xfffffff0,
                                      0xfffffff8, 0xfffffffc, 0xffff1000, 0xbf000000, 0xbffffffc,
                                      0xc0000000, 0xf0000000, 0xfffeffc0};
    static const uint32_t indices[] = {0x80000000, 0x7fffffff, 0xffffffff,
                                       0xfffffffc, 0x40000000, 0xc0000001};
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL); // of alignment
    for (unsigned o = 0; o < sizeof ops / sizeof *ops; o++) {
        for (unsigned p = 0; p < sizeof places / sizeof *places; p++) {
            if (!ops[o].indexed) faults(&ops[o], places[p], 0);
            for (unsigned i = 0; i < sizeof indices / sizeof *indices && ops[o].indexed; i++)
                faults(&ops[o], places[p] - indices[i], indices[i]);
        }
        for (unsigned i = 0; i < sizeof indices / sizeof *indices; i++)
            works(&ops[o], indices[i]);
    }
    for (unsigned i = 0; i < sizeof indices / sizeof *indices; i++)
        for (int n = 0; n < TIMES; n++) {
            data[5] = 0x12345678;
            CHECK(load((uint32_t)(uintptr_t)&data[5] - indices[i], indices[i]) == 0x12345678);
        }
    puts(failures ? "failed" : "ok");
    return failures != 0;
}
