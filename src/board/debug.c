#include "board/debug.h"

#include <stdio.h>
#include <string.h>

#include "mem/access.h"
#include "mem/by_pages.h"
#include "symbols/backtrace.h"

static unsigned id_of(const struct cpu *c)
{
    return ((const struct sys_cpu *)c)->index + 1;
}

static void name_of(const struct cpu *c, char *name, size_t size)
{
    snprintf(name, size, "CPU %u", ((const struct sys_cpu *)c)->index);
}

static bool page_in(void *sys, uint32_t addr, void *host, size_t n)
{
    return mmu_copy_in(sys, host, addr, n);
}

static bool page_out(void *sys, uint32_t addr, void *host, size_t n)
{
    return mmu_copy_out(sys, addr, host, n);
}

static size_t read_memory(struct cpu *c, uint32_t addr, void *to, size_t n)
{
    return mem_by_pages(page_in, sys_of(c), addr, to, n);
}

static size_t write_memory(struct cpu *c, uint32_t addr, const void *from, size_t n)
{
    return mem_by_pages(page_out, sys_of(c), addr, (void *)from, n);
}

static size_t read_stack(void *ctx, uint32_t addr, void *to, size_t n)
{
    return read_memory(ctx, addr, to, n);
}

static void stack_of(struct cpu *c, struct backtrace_space *space)
{
    struct machine *m = sys_of(c)->machine->ctx;
    *space = (struct backtrace_space){.symbols = machine_symbols(m), .ctx = c, .read = read_stack};
}

// A kernel begins where memory does.
static const uint8_t *kernel_memory(void *ctx, size_t *size)
{
    const struct machine *m = ctx;
    const uint64_t most = 64u << 20; // kernels lie in front, and looking at a page takes memory for it
    *size = (size_t)(m->opt.memory < most ? m->opt.memory : most);
    return m->ram;
}

struct symbols *machine_symbols(struct machine *m)
{
    if (!m->symbols) m->symbols = symbols_new(&(struct symbols_source){.ctx = m, .memory = kernel_memory});
    return m->symbols;
}

static bool page_in_tlb(void *cpu, uint32_t addr, void *host, size_t n)
{
    const struct cpu *c = cpu;
    const struct tlb_entry e = *tlb_entry_of(c->tlb, addr);
    const uint32_t offset = addr - e.read;
    if (offset >= 0x1000) return false;
    memcpy(host, e.host + offset, n);
    return true;
}

static size_t peek(struct cpu *c, uint32_t addr, void *to, size_t n)
{
    return mem_by_pages(page_in_tlb, c, addr, to, n);
}

// Blocks are found by physical pages, and a breakpoint's address may mean many.
static void invalidate(void *ctx, uint32_t addr)
{
    struct machine *m = ctx;
    (void)addr;
    m->sys.engine->invalidate(m->sys.engine, 0, 1ull << 40);
}

static void quit(void *ctx, int status)
{
    struct machine *m = ctx;
    pthread_mutex_lock(&m->bus.lock);
    if (status > 0)
        machine_exit(m, status);
    else
        machine_quit(m);
    pthread_mutex_unlock(&m->bus.lock);
}

static void pause_time(void *ctx, bool yes)
{
    struct machine *m = ctx;
    pthread_mutex_lock(&m->bus.lock);
    clock_pause(&m->clock, yes);
    pthread_mutex_unlock(&m->bus.lock);
}

// What is typed is not for the machine's console.
static void terminal(void *ctx, bool taken)
{
    struct machine *m = ctx;
    pthread_mutex_lock(&m->bus.lock);
    for (unsigned i = 0; i < MACHINE_UARTS; i++)
        if (m->serial[i]) chardev_pause(m->serial[i], taken);
    if (m->virtio_console) chardev_pause(m->virtio_console, taken);
    pthread_mutex_unlock(&m->bus.lock);
}

static bool ending(void *ctx)
{
    struct machine *m = ctx;
    const int request = atomic_load(&m->request);
    return request == RUN_QUIT || request == RUN_EXIT;
}

// ---- registers ----

struct banked {
    const char *name;
    uint8_t bank; // enum cpu_bank
    uint8_t what;
};

enum { R13, R14, SPSR };

static const struct banked banked[] = {
    {"sp_usr", BANK_USR, R13}, {"lr_usr", BANK_USR, R14},    {"sp_svc", BANK_SVC, R13},
    {"lr_svc", BANK_SVC, R14}, {"spsr_svc", BANK_SVC, SPSR}, {"sp_irq", BANK_IRQ, R13},
    {"lr_irq", BANK_IRQ, R14}, {"spsr_irq", BANK_IRQ, SPSR}, {"sp_abt", BANK_ABT, R13},
    {"lr_abt", BANK_ABT, R14}, {"spsr_abt", BANK_ABT, SPSR}, {"sp_und", BANK_UND, R13},
    {"lr_und", BANK_UND, R14}, {"spsr_und", BANK_UND, SPSR}, {"sp_fiq", BANK_FIQ, R13},
    {"lr_fiq", BANK_FIQ, R14}, {"spsr_fiq", BANK_FIQ, SPSR},
};

// CP15's, as MRC p15, opc1, _, crn, crm, opc2 reads them.
static const struct {
    const char *name;
    uint8_t opc1, crn, crm, opc2;
} control[] = {
    {"midr", 0, 0, 0, 0},  {"mpidr", 0, 0, 0, 5},       {"sctlr", 0, 1, 0, 0},     {"actlr", 0, 1, 0, 1},
    {"cpacr", 0, 1, 0, 2}, {"ttbr0", 0, 2, 0, 0},       {"ttbr1", 0, 2, 0, 1},     {"ttbcr", 0, 2, 0, 2},
    {"dacr", 0, 3, 0, 0},  {"dfsr", 0, 5, 0, 0},        {"ifsr", 0, 5, 0, 1},      {"dfar", 0, 6, 0, 0},
    {"ifar", 0, 6, 0, 2},  {"par", 0, 7, 4, 0},         {"prrr", 0, 10, 2, 0},     {"nmrr", 0, 10, 2, 1},
    {"vbar", 0, 12, 0, 0}, {"contextidr", 0, 13, 0, 1}, {"tpidrurw", 0, 13, 0, 2}, {"tpidrprw", 0, 13, 0, 4},
};

enum { NBANKED = sizeof banked / sizeof *banked, NCONTROL = sizeof control / sizeof *control };

static const char *reg_name(const struct cpu *c, unsigned n, const char **group)
{
    (void)c;
    *group = n < NBANKED ? "banked" : "cp15";
    if (n < NBANKED) return banked[n].name;
    return n < NBANKED + NCONTROL ? control[n - NBANKED].name : NULL;
}

static uint32_t banked_get(struct cpu *c, const struct banked *b)
{
    const bool present = cpu_bank_of(c->mode) == b->bank;
    switch (b->what) {
    case R13: return present ? c->r[13] : c->bank_r13[b->bank];
    case R14: return present ? c->r[14] : c->bank_r14[b->bank];
    default: return c->bank_spsr[b->bank];
    }
}

static uint32_t reg_get(struct cpu *c, unsigned n)
{
    uint64_t v = 0;
    if (n < NBANKED) return banked_get(c, &banked[n]);
    n -= NBANKED;
    const struct cp_access a = {.cp = 15,
                                .crn = control[n].crn,
                                .opc1 = control[n].opc1,
                                .crm = control[n].crm,
                                .opc2 = control[n].opc2};
    return cp15_read(c, cp15_find(c, a), &v) ? (uint32_t)v : 0;
}

struct debug_target machine_debug_target(struct machine *m)
{
    return (struct debug_target){
        .ctx = m,
        .pid = 1,
        .in_turn = m->opt.round_robin || m->opt.icount,
        .steady = m->opt.icount,
        .id = id_of,
        .name = name_of,
        .read = read_memory,
        .write = write_memory,
        .symbols = machine_symbols(m),
        .stack = stack_of,
        .peek = peek,
        .invalidate = invalidate,
        .quit = quit,
        .pause = pause_time,
        .terminal = terminal,
        .ending = ending,
        .reg_name = reg_name,
        .reg_get = reg_get,
        .monitor = machine_monitor,
    };
}
