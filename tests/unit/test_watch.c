// Watchpoints: what stops a CPU, and what it is then told about.
#include <criterion/criterion.h>

#include "debug/control.h"

static struct debug_control k;
static uint32_t memory[4];

static uint64_t load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    (void)c, (void)bytes;
    return memory[addr / 4];
}

static void store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    (void)c, (void)bytes;
    memory[addr / 4] = (uint32_t)value;
}

static const struct cpu_mem mem = {.load = load, .store = store};

static void begin(struct cpu *c)
{
    c->mem = &mem;
    c->debugger = &k.base;
    watch_begin(&k.watches, c);
}

// Whether a watchpoint stops it.
static bool stops(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    if (sigsetjmp(c->abort_jmp, 0)) return true;
    if (write)
        c->mem->store(c, addr, bytes, 1);
    else
        c->mem->load(c, addr, bytes);
    return false;
}

static void is_hit(const struct cpu *c, uint32_t addr, uint32_t bytes, unsigned kind)
{
    const struct debug_watch hit = watch_hit(&k.watches, c);
    cr_assert_eq(c->fault.kind, CPU_FAULT_WATCH);
    cr_assert_eq(hit.addr, addr);
    cr_assert_eq(hit.len, bytes);
    cr_assert_eq(hit.kind, kind);
}

Test(watch, kinds_and_edges)
{
    static struct cpu c;
    k.watches.n = 2;
    k.watches.watch[0] = (struct debug_watch){2, 4, WATCH_WRITE};
    k.watches.watch[1] = (struct debug_watch){8, 4, WATCH_READ};
    begin(&c);
    cr_assert(!stops(&c, 0, 2, true));
    cr_assert(!stops(&c, 6, 2, true));
    cr_assert(!stops(&c, 2, 4, false));
    cr_assert(!stops(&c, 8, 4, true));
    cr_assert(stops(&c, 0, 4, true));
    is_hit(&c, 2, 4, WATCH_WRITE); // where the access begins to be watched
    cr_assert(stops(&c, 4, 8, false));
    is_hit(&c, 8, 8, WATCH_READ);
    watch_end(&k.watches, &c);
    cr_assert_eq(c.mem, &mem);
    cr_assert(!stops(&c, 0, 4, true));
}

// CPUs run at the same time: what one is stopped by is not what another one is.
Test(watch, one_for_each)
{
    static struct cpu first, second;
    k.watches.n = 2;
    k.watches.watch[0] = (struct debug_watch){0, 4, WATCH_WRITE};
    k.watches.watch[1] = (struct debug_watch){4, 4, WATCH_ACCESS};
    begin(&first);
    begin(&second);
    cr_assert(stops(&first, 0, 4, true));
    cr_assert(stops(&second, 5, 1, false));
    is_hit(&first, 0, 4, WATCH_WRITE);
    is_hit(&second, 5, 1, WATCH_ACCESS);
}
