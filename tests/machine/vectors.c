// Where exceptions go: VBAR and SCTLR.V (B1.8.1), with the high vectors mapped; and the performance monitors'
// cycle counter (C12).
#include "bare.h"

enum { FRAME = RAM + 0x01000000, HIGH = 0xffff0000 };

static uint32_t l1[4096] __attribute__((aligned(16384)));
static uint32_t l2[256] __attribute__((aligned(1024)));

// Vectors that leave their number in r0, as what follows the SVC or the abort goes on with it.
static void write_vectors(uint32_t at, uint32_t number)
{
    volatile uint32_t *v = (volatile uint32_t *)at;
    for (uint32_t i = 0; i < 8; i++)
        v[i] = 0xea000000 | (8 + 4 * i - i - 2); // b to 32 + 16 * i
    for (uint32_t i = 0; i < 8; i++) {
        v[8 + 4 * i] = 0xe3a00000 | number | i;          // mov r0, #number | i
        v[9 + 4 * i] = i == 4 ? 0xe25ef004 : 0xe1b0f00e; // subs pc, lr, #4; movs pc, lr
    }
    CP15_WRITE(0, 0, c7, c5, 0);
}

static uint32_t supervisor_call(void)
{
    register uint32_t r0 asm("r0") = 0;
    asm volatile("svc #0" : "+r"(r0)::"lr", "memory");
    return r0;
}

static uint32_t undefined(void)
{
    register uint32_t r0 asm("r0") = 0;
    asm volatile("udf #0" : "+r"(r0)::"lr", "memory");
    return r0;
}

static uint32_t abort_of(uint32_t va)
{
    register uint32_t r0 asm("r0") = va;
    asm volatile("ldr r1, [r0]" : "+r"(r0)::"r1", "lr", "memory");
    return r0;
}

// SWP is undefined while SCTLR.SW is clear (B4.1.130); the peer swaps.
static uint32_t swap(void)
{
    uint32_t word = 5;
    register uint32_t r0 asm("r0") = 0;
    asm volatile(".arch armv5te\n swp r1, r1, [%1]\n .arch armv7ve"
                 : "+r"(r0)
                 : "r"(&word)
                 : "r1", "lr", "memory");
    return r0;
}

static void show_vectors(const char *name)
{
    show(name, undefined(), supervisor_call());
    show("  data abort", abort_of(0x20000000), 0);
}

static void sctlr(uint32_t set, uint32_t clear)
{
    CP15_WRITE((CP15_READ(0, c1, c0, 0) | set) & ~clear, 0, c1, c0, 0);
}

static void vectors(void)
{
    const uint32_t privileged = 1 << 10, normal = 0xc, section = 2;
    l1[RAM >> 20] = RAM | privileged | normal | section;
    l1[(uint32_t)FRAME >> 20] = FRAME | privileged | normal | section;
    l1[UART >> 20] = (UART & 0xfff00000) | privileged | section;
    l1[0] = FRAME | privileged | normal | section;
    l1[0xfff] = (uint32_t)l2 | 1;
    l2[0xf0] = (FRAME + 0x1000) | 0x10 | normal | section;
    write_vectors(FRAME, 0x10);
    write_vectors(FRAME + 0x1000, 0x20);
    write_vectors(FRAME + 0x2020, 0x30);
    CP15_WRITE(l1, 0, c2, c0, 0);
    CP15_WRITE(1, 0, c3, c0, 0);
    CP15_WRITE(0, 0, c8, c7, 0);
    sctlr(1, 0);
    CP15_WRITE(0, 0, c12, c0, 0);
    show_vectors("VBAR 0");
    CP15_WRITE(FRAME + 0x2020, 0, c12, c0, 0);
    show_vectors("VBAR");
    CP15_WRITE(FRAME + 0x203f, 0, c12, c0, 0);
    show("VBAR, bits 4:0", CP15_READ(0, c12, c0, 0) - FRAME, 0);
    sctlr(1 << 13, 0);
    show_vectors("SCTLR.V");
    show("VBAR with V", CP15_READ(0, c12, c0, 0) - FRAME, 0);
    sctlr(0, 1 << 13);
    show_vectors("VBAR again");
    manual("SWP without SCTLR.SW", swap(), 0x31);
    sctlr(1 << 10, 0);
    manual("SWP with SCTLR.SW", swap(), 0);
    sctlr(0, 1 << 10);
}

static uint32_t cycles(void)
{
    return CP15_READ(0, c9, c13, 0);
}

static uint32_t passing(void)
{
    const uint32_t before = cycles();
    for (volatile int i = 0; i < 20000; i++) {
    }
    return cycles() - before;
}

// The host may stop the machine for a while, but not every time.
static uint32_t least(void)
{
    uint32_t min = ~0u;
    for (int i = 0; i < 8; i++) {
        const uint32_t n = passing();
        if (n < min) min = n;
    }
    return min;
}

static void cycle_counter(void)
{
    CP15_WRITE(0x80000000, 0, c9, c12, 2);
    CP15_WRITE(0, 0, c9, c12, 0);
    CP15_WRITE(1234, 0, c9, c13, 0);
    show("disabled: stands", cycles(), passing());
    CP15_WRITE(1, 0, c9, c12, 0);
    show("E without PMCNTENSET.C: stands", cycles(), passing());
    CP15_WRITE(0x80000000, 0, c9, c12, 1);
    show("PMCNTENSET, PMCNTENCLR", CP15_READ(0, c9, c12, 1), CP15_READ(0, c9, c12, 2));
    // The peer's Cortex-A9 has a counter that stands still.
    const uint32_t all = least();
    manual("counts", all > 1000, 1);
    CP15_WRITE(1 | 8, 0, c9, c12, 0);
    manual("PMCR.D: every 64th", least() < all / 8, 1);
    show("PMCR", CP15_READ(0, c9, c12, 0) & 0x3f, 0);
    CP15_WRITE(0x80000000, 0, c9, c12, 2);
    show("PMCNTENCLR: stands", passing(), CP15_READ(0, c9, c12, 1));
    CP15_WRITE(1234, 0, c9, c13, 0);
    CP15_WRITE(4, 0, c9, c12, 0);
    show("PMCR.C: 0, and reads as 0", cycles(), CP15_READ(0, c9, c12, 0) & 0x3f);
}

int main(void)
{
    exceptions_on();
    vectors();
    cycle_counter();
    return 0;
}
