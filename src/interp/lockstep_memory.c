// Memory while the interpreter goes ahead: stores are noted, so that they can be undone.
//
// In a machine both sides do only what can be done twice. An access to a device, one with another privilege,
// a read of the time, maintenance of TLBs stop them in front of the instruction: by an abort that is none
// (lockstep.apart). The interpreter then does it once, for both.
#include <stdio.h>
#include <string.h>

#include "interp/lockstep_state.h"

static void note(struct cpu *c, uint8_t *at, uint32_t addr, unsigned bytes)
{
    struct lockstep *l = lockstep_of(c);
    if (l->nstores == LOCKSTEP_MAX_STORES) {
        l->overflow = true;
        return;
    }
    struct lockstep_store *s = &l->store[l->nstores++];
    *s = (struct lockstep_store){.at = at, .addr = addr, .insn = (uint16_t)l->n, .bytes = (uint8_t)bytes};
    memcpy(s->old, at, bytes);
}

// ---- a program's: a window ----

// Before a store. That it may fault, and how, is found out first.
static uint8_t *probed(struct cpu *c, uint32_t addr, unsigned bytes)
{
    uint8_t *p = c->window + addr;
    const unsigned below = 0x1000 - (addr & 0xfff); // bytes up to the next page
    __asm__ volatile("lock orb $0, %0" : "+m"(*p));
    if (below < bytes) __asm__ volatile("lock orb $0, %0" : "+m"(p[below]));
    return p;
}

static uint64_t load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    uint64_t v = 0;
    memcpy(&v, c->window + addr, bytes);
    return v;
}

static void store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    uint8_t *p = probed(c, addr, bytes);
    note(c, p, addr, bytes);
    memcpy(p, &value, bytes);
}

static void *atomic_ptr(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    if (write) note(c, probed(c, addr, bytes), addr, bytes);
    return c->window + addr;
}

// ---- a machine's: pages of RAM ----

static _Noreturn void stop_apart(struct cpu *c)
{
    lockstep_of(c)->apart = true;
    cpu_abort(c, 0, CPU_FAULT_RETRY, false);
}

// Where a byte of an access is that reaches into the next page.
static uint8_t *byte_of(struct cpu *c, uint32_t addr, bool write)
{
    uint8_t *p = lockstep_of(c)->plain->plain_ptr(c, addr, 1, write);
    if (!p) stop_apart(c);
    return p;
}

static uint64_t machine_load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    const struct cpu_mem *plain = lockstep_of(c)->plain;
    const uint8_t *p = plain->plain_ptr(c, addr, bytes, false);
    uint64_t v = 0;
    if (p) {
        memcpy(&v, p, bytes);
        return v;
    }
    plain->probe(c, addr, bytes, false);
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)*byte_of(c, addr + i, false) << 8 * i;
    return v;
}

// Where a store of the interpreter goes to, noted; or of compiled code, not noted.
static void machine_write(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value, bool noted)
{
    const struct cpu_mem *plain = lockstep_of(c)->plain;
    uint8_t *at[8], *p = plain->plain_ptr(c, addr, bytes, true);
    if (p) {
        if (noted) note(c, p, addr, bytes);
        memcpy(p, &value, bytes);
        return;
    }
    plain->probe(c, addr, bytes, true);
    for (unsigned i = 0; i < bytes; i++)
        at[i] = byte_of(c, addr + i, true);
    for (unsigned i = 0; i < bytes; i++) {
        if (noted) note(c, at[i], addr + i, 1);
        *at[i] = (uint8_t)(value >> 8 * i);
    }
}

static void machine_store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    machine_write(c, addr, bytes, value, true);
}

static void machine_store_twice(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    machine_write(c, addr, bytes, value, false);
}

static void *machine_atomic_ptr(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    void *p = lockstep_of(c)->plain->atomic_ptr(c, addr, bytes, write);
    if (write) note(c, p, addr, bytes);
    return p;
}

static uint64_t load_user_apart(struct cpu *c, uint32_t addr, unsigned bytes)
{
    (void)addr, (void)bytes;
    stop_apart(c);
}

static void store_user_apart(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    (void)addr, (void)bytes, (void)value;
    stop_apart(c);
}

static bool cp_read(struct cpu *c, uint32_t reg, uint64_t *value)
{
    const struct cpu_system *sys = lockstep_of(c)->sys;
    if (!sys->cp_may_repeat(c, reg, false)) stop_apart(c);
    return sys->cp_read(c, reg, value);
}

static bool cp_write(struct cpu *c, uint32_t reg, uint64_t value)
{
    const struct cpu_system *sys = lockstep_of(c)->sys;
    if (!sys->cp_may_repeat(c, reg, true)) stop_apart(c);
    lockstep_of(c)->words_old = true;
    return sys->cp_write(c, reg, value);
}

static bool vfp_write(struct cpu *c, unsigned reg, uint32_t value)
{
    lockstep_of(c)->words_old = true;
    return lockstep_of(c)->sys->vfp_write(c, reg, value);
}

static bool take_exception(struct cpu *c, enum cpu_exit why)
{
    lockstep_of(c)->words_old = true;
    return lockstep_of(c)->sys->take_exception(c, why);
}

static void prepare_machine(struct lockstep *l, const struct cpu *c)
{
    l->ahead.load = l->twice.load = machine_load;
    l->ahead.store = machine_store;
    l->twice.store = machine_store_twice;
    l->ahead.atomic_ptr = machine_atomic_ptr;
    l->ahead.load_user = l->twice.load_user = load_user_apart;
    l->ahead.store_user = l->twice.store_user = store_user_apart;
    l->sys_twice = *(l->sys = c->sys);
    l->sys_twice.cp_read = cp_read;
    l->sys_twice.cp_write = cp_write;
    l->sys_twice.vfp_write = vfp_write;
    l->sys_twice.take_exception = take_exception;
}

void lockstep_prepare(struct lockstep *l, const struct cpu *c)
{
    if (l->plain) return;
    l->plain = c->mem;
    l->ahead = l->twice = *c->mem;
    if (c->sys) {
        prepare_machine(l, c);
        return;
    }
    l->ahead.load = load;
    l->ahead.store = store;
    l->ahead.atomic_ptr = atomic_ptr;
}

void lockstep_undo_stores(struct lockstep *l)
{
    for (unsigned i = 0; i < l->nstores; i++)
        memcpy(l->store[i].last, l->store[i].at, l->store[i].bytes);
    for (unsigned i = l->nstores; i-- > 0;)
        memcpy(l->store[i].at, l->store[i].old, l->store[i].bytes);
}

// What memory must hold behind n instructions: what was there before the first later store, else what the
// interpreter has left there. False: at an abort, where the instruction itself may have stored.
static bool expected_byte(const struct lockstep *l, const uint8_t *at, unsigned n, bool aborted, uint8_t last,
                          uint8_t *value)
{
    *value = last;
    for (unsigned i = 0; i < l->nstores; i++) {
        const struct lockstep_store *s = &l->store[i];
        const uintptr_t k = (uintptr_t)at - (uintptr_t)s->at;
        if (s->insn < n || k >= s->bytes) continue;
        if (s->insn == n && aborted) return false;
        *value = s->old[k];
        return true;
    }
    return true;
}

bool lockstep_same_memory(const struct lockstep *l, unsigned n, bool aborted, char *why, size_t size)
{
    for (unsigned i = 0; i < l->nstores; i++) {
        const struct lockstep_store *s = &l->store[i];
        const bool later = l->store[l->nstores - 1].insn >= n;
        if (!later && memcmp(s->at, s->last, s->bytes) == 0) continue;
        for (unsigned k = 0; k < s->bytes; k++) {
            const uint8_t found = s->at[k];
            uint8_t value;
            if (!expected_byte(l, s->at + k, n, aborted, s->last[k], &value) || value == found) continue;
            snprintf(why, size, "memory at 0x%08x is 0x%02x, not 0x%02x", s->addr + k, found, value);
            return false;
        }
    }
    return true;
}
