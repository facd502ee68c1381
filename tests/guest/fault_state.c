// The state that a SIGSEGV handler sees of loops that run into closed pages, time and again: all registers,
// NZCV, GE, the IT state, the VFP registers, as a model of the loop has them. The handler opens the page, and
// the loop goes on.
// stinkarm-test: build=arm,thumb,thumb-O3 cflags="-mfpu=neon-vfpv4" options="--jit-disable stale-flags"
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "check.h"

enum { PAGE = 4096, PAGES = 12, WORDS = PAGES * PAGE / 4, RUNS = 2 };
#define FLAGS 0xfe0ffc20u // NZCV, Q, GE, IT, T

struct state {
    uint32_t r[13], lr, sp, pc, cpsr;
    _Alignas(8) uint64_t d[32]; // at 72
    uint32_t fpscr;
};

static uint32_t *memory, copy[WORDS]; // the copy is the model's
static char closed[PAGES];
static struct state model;
static int (*advance)(struct state *s); // the model goes on up to an access to a closed page: 1; the end: 0
static int resumed;                     // the iteration is at that access
static int faults;
static uint32_t fault_addr;
static const void *loop_state;

// ---- the loops ----

// They take a struct state in r0, run with its r0 … r12 and d0 … d31, and leave there what has become of
// them. r0 is the memory, r2 an offset, r1 counts down. NAME_at is the instruction that faults.
#define LOOP(name, mode, body)                                                                               \
    void name(struct state *);                                                                               \
    extern const char name##_at[];                                                                           \
    __asm__(".text; .balign 4; .syntax unified; " mode "; .type " #name ", %function\n" #name ":"            \
            "push {r0, r4-r11, lr}; vpush {d8-d15}; mov lr, r0; add r12, r0, #72\n"                          \
            "vldmia r12!, {d0-d15}; vldmia r12, {d16-d31}; ldm lr, {r0-r12}\n"                               \
            "1:" body "subs r1, r1, #1; bne 1b\n"                                                            \
            "stm lr, {r0-r12}; add r12, lr, #72; vstmia r12!, {d0-d15}; vstmia r12, {d16-d31}\n"             \
            "vpop {d8-d15}; pop {r0, r4-r11, pc}\n" MODE);
#ifdef __thumb__
#define MODE ".thumb\n"
#else
#define MODE ".arm\n"
#endif

// Flags and GE live across a load
LOOP(flags, MODE,
     "adds r3, r3, r9; uadd8 r4, r3, r5; flags_at: ldr r7, [r0, r2]; adcs r8, r8, r7; sel r6, r7, r3\n"
     "add r2, r2, #4; eor r11, r11, r6\n")
// The third instruction of an IT block
LOOP(it_load, ".thumb",
     "adds r3, r3, r9; cmp r3, r10; itet cs; addcs r6, r6, r1; subcc r6, r6, #1; it_load_at: ldrcs r7, [r0, "
     "r2]\n"
     "add r8, r8, r7; add r2, r2, #4\n")
LOOP(it_store, ".thumb",
     "adds r3, r3, r9; cmp r3, r10; itet cs; addcs r6, r6, r1; subcc r6, r6, #1; it_store_at: strcs r6, [r0, "
     "r2]\n"
     "add r8, r8, r7; add r2, r2, #4\n")
// Several words, the base written back, over a page's end
LOOP(multiple, MODE,
     "adds r3, r3, r9; add r12, r0, r2; multiple_at: ldm r12!, {r4-r7}; adc r8, r8, r4; eor r8, r8, r7\n"
     "sub r2, r12, r0\n")
LOOP(multiple_store, MODE,
     "adds r3, r3, r9; add r12, r0, r2; multiple_store_at: stm r12!, {r3, r5, r8, r11}; adc r8, r8, r3\n"
     "sub r2, r12, r0\n")
LOOP(vector, MODE,
     "vadd.f64 d2, d2, d0; vadd.i32 q4, q4, q5; vcmp.f64 d2, d1; vmrs APSR_nzcv, fpscr; add r12, r0, r2\n"
     "vector_at: vld1.32 {d6-d7}, [r12]!; veor q8, q8, q3; sub r2, r12, r0\n")

// ---- their models ----

// Whether an access is to a closed page, and where it meets it.
static int is_closed(uint32_t addr, uint32_t bytes)
{
    resumed = 1;
    for (uint32_t a = addr; a < addr + bytes; a += 4)
        if (closed[(a - (uint32_t)memory) / PAGE]) {
            fault_addr = a;
            return 1;
        }
    resumed = 0;
    return 0;
}

static uint32_t add(struct state *s, uint32_t a, uint32_t b, uint32_t carry)
{
    const uint64_t wide = (uint64_t)a + b + carry;
    const uint32_t r = (uint32_t)wide;
    s->cpsr &= 0x0fffffffu;
    s->cpsr |= (r & 0x80000000u) | (r ? 0 : 0x40000000u) | (wide >> 32 ? 0x20000000u : 0) |
               ((a ^ r) & (b ^ r) & 0x80000000u) >> 3;
    return r;
}

static uint32_t uadd8(struct state *s, uint32_t a, uint32_t b)
{
    uint32_t r = 0, ge = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t sum = (a >> 8 * i & 0xff) + (b >> 8 * i & 0xff);
        r |= (sum & 0xff) << 8 * i;
        ge |= (sum >> 8) << i;
    }
    s->cpsr = (s->cpsr & ~0x000f0000u) | ge << 16;
    return r;
}

static uint32_t sel(const struct state *s, uint32_t a, uint32_t b)
{
    uint32_t r = 0;
    for (int i = 0; i < 4; i++)
        r |= (s->cpsr >> (16 + i) & 1 ? a : b) & 0xffu << 8 * i;
    return r;
}

static int flags_model(struct state *s)
{
    uint32_t *r = s->r;
    for (; r[1]; r[1]--) {
        if (!resumed) {
            r[3] = add(s, r[3], r[9], 0);
            r[4] = uadd8(s, r[3], r[5]);
        }
        if (is_closed(r[0] + r[2], 4)) return 1;
        r[7] = copy[r[2] / 4];
        r[8] = add(s, r[8], r[7], s->cpsr >> 29 & 1);
        r[6] = sel(s, r[7], r[3]);
        r[2] += 4;
        r[11] ^= r[6];
    }
    return 0;
}

static int it_model(struct state *s, int store)
{
    uint32_t *r = s->r;
    for (; r[1]; r[1]--) {
        if (!resumed) {
            r[3] = add(s, r[3], r[9], 0);
            add(s, r[3], ~r[10], 1);
            r[6] = r[3] >= r[10] ? r[6] + r[1] : r[6] - 1;
        }
        if (r[3] >= r[10]) {
            // ITSTATE: CS, one instruction left
            s->cpsr = (s->cpsr & ~0x0600fc00u) | 0x2800u;
            if (is_closed(r[0] + r[2], 4)) return 1;
            if (store)
                copy[r[2] / 4] = r[6];
            else
                r[7] = copy[r[2] / 4];
        }
        s->cpsr &= ~0x0600fc00u;
        r[8] += r[7];
        r[2] += 4;
    }
    return 0;
}

static int it_load_model(struct state *s)
{
    return it_model(s, 0);
}

static int it_store_model(struct state *s)
{
    return it_model(s, 1);
}

static int multiple_model(struct state *s)
{
    uint32_t *r = s->r;
    for (; r[1]; r[1]--) {
        if (!resumed) {
            r[3] = add(s, r[3], r[9], 0);
            r[12] = r[0] + r[2];
        }
        if (is_closed(r[12], 16)) return 1;
        memcpy(&r[4], &copy[r[2] / 4], 16);
        r[8] = (r[8] + r[4] + (s->cpsr >> 29 & 1)) ^ r[7];
        r[12] += 16;
        r[2] += 16;
    }
    return 0;
}

static int multiple_store_model(struct state *s)
{
    uint32_t *r = s->r;
    for (; r[1]; r[1]--) {
        if (!resumed) {
            r[3] = add(s, r[3], r[9], 0);
            r[12] = r[0] + r[2];
        }
        if (is_closed(r[12], 16)) return 1;
        memcpy(&copy[r[2] / 4], (uint32_t[]){r[3], r[5], r[8], r[11]}, 16);
        r[8] += r[3] + (s->cpsr >> 29 & 1);
        r[12] += 16;
        r[2] += 16;
    }
    return 0;
}

static int vector_model(struct state *s)
{
    uint32_t *r = s->r;
    double d[3];
    for (; r[1]; r[1]--) {
        if (!resumed) {
            memcpy(d, s->d, sizeof d);
            d[2] += d[0];
            memcpy(s->d, d, sizeof d);
            for (int i = 8; i < 10; i++)
                s->d[i] = (uint32_t)(s->d[i] + s->d[i + 2]) | ((s->d[i] >> 32) + (s->d[i + 2] >> 32)) << 32;
            s->fpscr = d[2] < d[1] ? 0x80000000u : d[2] == d[1] ? 0x60000000u : 0x20000000u;
            s->cpsr = (s->cpsr & 0x0fffffffu) | s->fpscr;
            r[12] = r[0] + r[2];
        }
        if (is_closed(r[12], 16)) return 1;
        memcpy(&s->d[6], &copy[r[2] / 4], 16);
        s->d[16] ^= s->d[6];
        s->d[17] ^= s->d[7];
        r[12] += 16;
        r[2] += 16;
    }
    return 0;
}

// ---- the test ----

static void close_page(int page, int yes)
{
    closed[page] = (char)yes;
    mprotect((char *)memory + page * PAGE, PAGE, yes ? PROT_NONE : PROT_READ | PROT_WRITE);
}

static void handler(int sig, siginfo_t *si, void *context)
{
    const ucontext_t *uc = context;
    const unsigned long *r = &uc->uc_mcontext.arm_r0;
    (void)sig;
    if (!advance(&model) || ++faults > PAGES) {
        printf("a fault too many, at %lx\n", uc->uc_mcontext.arm_pc);
        _Exit(1);
    }
    CHECK(si->si_addr == (void *)fault_addr);
    for (int i = 0; i < 13; i++)
        if (r[i] != model.r[i]) printf("r%d: %lx, not %x\n", i, r[i], (unsigned)model.r[i]), failures++;
    CHECK(uc->uc_mcontext.arm_lr == (uint32_t)loop_state);
    CHECK(uc->uc_mcontext.arm_pc == model.pc);
    if ((uc->uc_mcontext.arm_cpsr ^ model.cpsr) & FLAGS)
        printf("cpsr: %lx, not %x\n", uc->uc_mcontext.arm_cpsr, (unsigned)model.cpsr), failures++;
    CHECK(uc->uc_regspace[0] == 0x56465001);
    CHECK(memcmp(&uc->uc_regspace[2], model.d, sizeof model.d) == 0);
    CHECK(uc->uc_regspace[66] == model.fpscr);
    close_page((int)(fault_addr - (uint32_t)memory) / PAGE, 0);
}

static void run(const char *name, void (*loop)(struct state *), const char *at,
                int (*loop_model)(struct state *), uint32_t step, uint32_t seed)
{
    static struct state s;
    memset(&s, 0, sizeof s);
    for (int i = 0; i < 13; i++)
        s.r[i] = seed = seed * 1664525u + 1013904223u;
    for (int i = 0; i < 32; i++)
        s.d[i] = (uint64_t)seed << 32 | i * 0x01010101u;
    memcpy(s.d, (double[]){3, 5001, 0}, 24);
    s.r[0] = (uint32_t)memory;
    s.r[2] = step / 2 & ~3u; // so that 16 bytes lie across the pages' ends
    s.r[1] = (PAGES * PAGE - s.r[2]) / step;
    model = s;
    model.cpsr = (uint32_t)loop & 1 ? 0x20 : 0;
    model.pc = (uint32_t)at;
    for (uint32_t i = 0; i < WORDS; i++)
        memory[i] = copy[i] = (i + seed) * 2654435761u;
    for (int i = 1; i < PAGES; i += 2)
        close_page(i, 1);
    advance = loop_model;
    loop_state = &s;
    resumed = faults = 0;
    __asm__ volatile("vmsr fpscr, %0" : : "r"(0)); // and no flags
    __asm__ volatile("msr APSR_nzcvqg, %0" : : "r"(0) : "cc");
    loop(&s);
    CHECK(faults == PAGES / 2);
    CHECK(!advance(&model));
    if (memcmp(s.r, model.r, sizeof s.r) != 0 || memcmp(s.d, model.d, sizeof s.d) != 0 ||
        memcmp(memory, copy, sizeof copy) != 0)
        printf("%s: ends differently\n", name), failures++;
}

#define RUN(name, step) run(#name, name, name##_at, name##_model, step, seed)

int main(void)
{
    memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    for (uint32_t seed = 1; seed <= RUNS; seed++) {
        RUN(flags, 4);
        RUN(it_load, 4);
        RUN(it_store, 4);
        RUN(multiple, 16);
        RUN(multiple_store, 16);
        RUN(vector, 16);
    }
    return failures != 0;
}
