// Programs that run hot, so that a recompiler compiles what they are about: an MMU with room to map things,
// exceptions handled in C, timer interrupts, a second CPU.
#include "bare.h"

struct frame {
    uint32_t r[4], r12, lr, pc, psr; // an IRQ's: up to pc
};
typedef uint32_t function(uint32_t a, uint32_t b);

void hot_vectors_on(void);
uint32_t run_user(uint32_t pc, uint32_t r0, uint32_t r1, uint32_t sp);
void secondary(void);
extern void (*on_undefined)(struct frame *);
extern void (*on_prefetch_abort)(struct frame *);
extern void (*on_data_abort)(struct frame *);
extern void (*on_irq)(struct frame *);
extern void (*volatile secondary_main)(void);

// VA: two MiB of pages, mapped by l2 as the program likes. FRAME: 16 MiB to map, there also as they are.
enum { VA = 0x20000000, FRAME = RAM + 0x01000000 };
#ifdef A15
enum {
    SYSREG = 0x1c010000,
    TIMER = 0x1c110000,
    DIST = 0x2c001000,
    GIC_CPU = 0x2c002000,
    VIRTIO = 0x1c130000
};
#else
enum {
    SYSREG = 0x10000000,
    TIMER = 0x10011000,
    DIST = 0x1e001000,
    GIC_CPU = 0x1e000100,
    VIRTIO = 0x10013000
};
#endif
enum { // short descriptors: of sections, of pages
    SECTION_PRIVILEGED = 1 << 10 | 2,
    SECTION_ALL = 3 << 10 | 2,
    SECTION_NORMAL = 1 << 16 | 1 << 12 | 0xc, // shareable, write-back
    PAGE_NORMAL = 1 << 10 | 1 << 6 | 0xc | 2,
    PAGE_PRIVILEGED = PAGE_NORMAL | 1 << 4,
    PAGE_ALL = PAGE_NORMAL | 3 << 4,
    PAGE_USER_READS = PAGE_NORMAL | 2 << 4,
    PAGE_READ_ONLY = PAGE_NORMAL | 1 << 9 | 3 << 4,
    PAGE_XN = 1,
    PAGE_NG = 1 << 11,
};

static uint32_t l1[4096] __attribute__((aligned(16384)));
static volatile uint32_t l2[512] __attribute__((aligned(2048)));

static inline volatile uint32_t *reg(uint32_t at)
{
    return (volatile uint32_t *)at;
}

static inline void barrier(void)
{
    asm volatile("dmb" ::: "memory");
}

static inline void sctlr(uint32_t set, uint32_t clear)
{
    CP15_WRITE((CP15_READ(0, c1, c0, 0) | set) & ~clear, 0, c1, c0, 0);
}

// The tables; each CPU then switches its MMU on.
static inline void make_tables(void)
{
    for (uint32_t i = 0; i < 4; i++)
        l1[(RAM >> 20) + i] = (RAM + (i << 20)) | SECTION_ALL | SECTION_NORMAL;
    for (uint32_t i = 0; i < 16; i++)
        l1[(FRAME >> 20) + i] = (FRAME + (i << 20)) | SECTION_ALL | SECTION_NORMAL;
    l1[UART >> 20] = (UART & 0xfff00000) | SECTION_ALL;
    l1[SYSREG >> 20] = (SYSREG & 0xfff00000) | SECTION_ALL;
    l1[TIMER >> 20] = (TIMER & 0xfff00000) | SECTION_ALL;
    l1[DIST >> 20] = (DIST & 0xfff00000) | SECTION_ALL;
    l1[VA >> 20] = (uint32_t)l2 | 1;
    l1[(VA >> 20) + 1] = ((uint32_t)l2 + 1024) | 1;
}

static inline void mmu_on(void)
{
    CP15_WRITE((uint32_t)l1 | 0x4a, 0, c2, c0, 0);
    CP15_WRITE(0, 0, c2, c0, 2);
    CP15_WRITE(5, 0, c3, c0, 0); // domains 0 and 1: client
    CP15_WRITE(0, 0, c8, c7, 0);
    CP15_WRITE(0, 0, c7, c5, 0);
    sctlr(1 | 1 << 2 | 1 << 11 | 1 << 12, 1 << 28 | 1 << 29 | 2);
}

static inline void hot_begin(void)
{
    hot_vectors_on();
    make_tables();
    mmu_on();
}

// Maps page i of VA; frame: a number. The TLB is not told.
static inline void map(uint32_t i, uint32_t frame, uint32_t flags)
{
    l2[i] = (FRAME + frame * 4096) | flags;
}

// One page of the TLB, on all CPUs.
static inline void forget_page(uint32_t va)
{
    asm volatile("dsb" ::: "memory");
    CP15_WRITE(va & ~0xfffu, 0, c8, c3, 3);
}

static inline void remap(uint32_t i, uint32_t frame, uint32_t flags)
{
    map(i, frame, flags);
    forget_page(VA + i * 4096);
}

static inline void unmap(uint32_t i)
{
    l2[i] = 0;
    forget_page(VA + i * 4096);
}

// What the architecture asks for when instructions were written (A3.5.4), for all CPUs.
static inline void written(uint32_t va, uint32_t words)
{
    for (uint32_t at = va & ~31u; at < va + words * 4; at += 32)
        CP15_WRITE(at, 0, c7, c11, 1);
    CP15_WRITE(0, 0, c7, c1, 0);
    CP15_WRITE(0, 0, c7, c1, 6);
}

static inline void write_code(uint32_t at, const uint32_t *code, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        reg(at)[i] = code[i];
    written(at, words);
}

// mov r0, #n; bx lr
static inline void write_constant(uint32_t at, uint32_t n)
{
    const uint32_t code[] = {0xe3000000 | (n & 0xf000) << 4 | (n & 0xfff), 0xe12fff1e};
    write_code(at, code, 2);
}

static inline uint32_t branch(uint32_t opcode, uint32_t from, uint32_t to)
{
    return opcode | ((to - from - 8) >> 2 & 0xffffff);
}

// A function at `at`, which runs as at `va`: calls the one at `to`, by BL, r0 times; what that returned, in
// sum.
static inline void write_caller(uint32_t at, uint32_t va, uint32_t to)
{
    const uint32_t code[] = {
        0xe92d4030,                      // push {r4, r5, lr}
        0xe3a04000,                      // mov r4, #0
        0xe1a05000,                      // mov r5, r0
        branch(0xeb000000, va + 12, to), // 1: bl to
        0xe0844000,                      // add r4, r4, r0
        0xe2555001,                      // subs r5, r5, #1
        0x1afffffb,                      // bne 1b
        0xe1a00004,                      // mov r0, r4
        0xe8bd8030,                      // pop {r4, r5, pc}
    };
    write_code(at, code, 9);
}

static inline uint32_t call(uint32_t va, uint32_t a, uint32_t b)
{
    return ((function *)va)(a, b);
}

// Interrupts of the first timer, every so many µs; what answers them.
static inline void timer_start(uint32_t us)
{
    reg(DIST + 0x100)[1] = 4;                    // enabled: 34
    reg(DIST + 0x800)[8] = 0x00010101 | 1 << 24; // to CPU 0
    *reg(DIST) = 1;
    *reg(GIC_CPU + 4) = 0xff;
    *reg(GIC_CPU) = 1;
    *reg(TIMER) = us;
    *reg(TIMER + 8) = 0xe2;
}

static inline void timer_stop(void)
{
    *reg(TIMER + 8) = 0;
    *reg(TIMER + 12) = 0;
}

static inline uint32_t timer_answer(void)
{
    const uint32_t irq = *reg(GIC_CPU + 12);
    *reg(TIMER + 12) = 0;
    *reg(GIC_CPU + 16) = irq;
    return irq;
}

static inline void irqs_on(void)
{
    asm volatile("cpsie i" ::: "memory");
}

static inline void irqs_off(void)
{
    asm volatile("cpsid i" ::: "memory");
}

// The pages for tests, by number: where they are seen, and what is behind them at first.
static inline uint32_t page_va(uint32_t i)
{
    return VA + i * 4096;
}

static inline uint32_t frame_at(uint32_t i)
{
    return FRAME + i * 4096;
}

// The second CPU runs f, with the same tables.
static inline void start_secondary(void (*f)(void))
{
    secondary_main = f;
    asm volatile("dsb\n sev" ::: "memory");
    *reg(SYSREG + 0x34) = ~0u;
    *reg(SYSREG + 0x30) = (uint32_t)secondary;
    *reg(DIST) = 1;
    *reg(DIST + 0xf00) = 1 << 17;
}
