#include "debug/watch.h"

#include "debug/control.h"

static struct debug_watches *watches_of(const struct cpu *c)
{
    return &((struct debug_control *)c->debugger)->watches;
}

static bool overlaps(const struct debug_watch *w, uint32_t addr, unsigned bytes)
{
    return addr - w->addr < w->len || w->addr - addr < bytes;
}

// Ends the instruction in front of an access to [addr, addr + bytes) that is watched. ARM's debuggers expect
// that (C3.3.4, synchronous watchpoints): they take the watch away, step, and look at the value.
static void look(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    struct debug_watches *w = watches_of(c);
    const unsigned kind = write ? WATCH_WRITE : WATCH_READ;
    for (unsigned i = 0; i < w->n; i++) {
        if (!(w->watch[i].kind & kind) || !overlaps(&w->watch[i], addr, bytes)) continue;
        const uint32_t first = addr - w->watch[i].addr < w->watch[i].len ? addr : w->watch[i].addr;
        w->hit = (struct debug_watch){first, bytes, w->watch[i].kind};
        cpu_abort(c, first, CPU_FAULT_WATCH, write);
    }
}

static uint64_t load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    look(c, addr, bytes, false);
    return watches_of(c)->plain->load(c, addr, bytes);
}

static void store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    look(c, addr, bytes, true);
    watches_of(c)->plain->store(c, addr, bytes, value);
}

static uint64_t load_user(struct cpu *c, uint32_t addr, unsigned bytes)
{
    look(c, addr, bytes, false);
    return watches_of(c)->plain->load_user(c, addr, bytes);
}

static void store_user(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    look(c, addr, bytes, true);
    watches_of(c)->plain->store_user(c, addr, bytes, value);
}

static void *atomic_ptr(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    const struct cpu_mem *plain = watches_of(c)->plain;
    look(c, addr, bytes, write);
    return plain->atomic_ptr ? plain->atomic_ptr(c, addr, bytes, write) : c->window + addr;
}

// There is none: each access is to be looked at.
static void *plain_ptr(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    (void)c, (void)addr, (void)bytes, (void)write;
    return NULL;
}

void watch_begin(struct debug_watches *w, struct cpu *c)
{
    if (c->watched) return;
    w->plain = c->mem;
    w->mem = *c->mem;
    w->mem.load = load;
    w->mem.store = store;
    w->mem.atomic_ptr = atomic_ptr;
    if (w->plain->plain_ptr) w->mem.plain_ptr = plain_ptr;
    if (w->plain->load_user) w->mem.load_user = load_user;
    if (w->plain->store_user) w->mem.store_user = store_user;
    c->mem = &w->mem;
    c->watched = true;
    cpu_set_endian(c, c->bigend); // and with it the way to memory
}

void watch_end(struct debug_watches *w, struct cpu *c)
{
    if (!c->watched) return;
    c->mem = w->plain;
    c->watched = false;
    cpu_set_endian(c, c->bigend);
}
