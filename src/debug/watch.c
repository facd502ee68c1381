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

// The first one that is about the access, or NULL.
static const struct debug_watch *find(const struct debug_watches *w, uint32_t addr, unsigned bytes,
                                      bool write)
{
    const unsigned kind = write ? WATCH_WRITE : WATCH_READ;
    for (const struct debug_watch *o = w->watch; o < w->watch + w->n; o++)
        if (o->kind & kind && overlaps(o, addr, bytes)) return o;
    return NULL;
}

// Ends the instruction in front of an access to [addr, addr + bytes) that is watched. ARM's debuggers expect
// that (C3.3.4, synchronous watchpoints): they take the watch away, step, and look at the value.
static void look(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    const struct debug_watch *w = find(watches_of(c), addr, bytes, write);
    if (!w) return;
    const uint32_t first = addr - w->addr < w->len ? addr : w->addr;
    cpu_abort_fault(c, (struct cpu_fault){
                           .addr = first, .kind = CPU_FAULT_WATCH, .write = write, .bytes = (uint8_t)bytes});
}

struct debug_watch watch_hit(const struct debug_watches *w, const struct cpu *c)
{
    const struct cpu_fault *f = &c->fault;
    const struct debug_watch *o = find(w, f->addr, 1, f->write);
    return (struct debug_watch){f->addr, f->bytes, o ? o->kind : f->write ? WATCH_WRITE : WATCH_READ};
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
