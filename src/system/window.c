// Windows: the host's MMU translates for a process. A window is 4 GiB of host addresses, in which pages of
// the machine's memory are mapped where the process has them; so compiled code needs one instruction for an
// access. Host faults map them, and what they cannot map the interpreter does.
//
// A page costs a host fault and a system call, some 5 µs, and one to forget it: so a process gets a window
// when it has spent some time in User mode since its TLB was emptied (as by fork), and loses it where that
// costs too much. Everything that makes the TLB forget makes windows forget.
//
// So does privileged code that sees all memory where it is, by sections: what unpacks a kernel, boot loaders,
// programs without a system. It gets a window with its MMU, and whole MiBs are mapped.
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/stats.h"
#include "system/system.h"

enum { GUARD = 64 << 10, PAGE = 0x1000, MIB = 1 << 20, SECTION = 20, ARCH_SET_GS_ = 0x1001 };
// µs. Windows are to cost no more than a quarter.
enum { HOT = 8000, DEAR = 1000000, FAULT = 5, SHARE = 4 };
#define SPACE (1ull << 32)

// GS is the present window, as this host thread has it. Round robin it runs several CPUs.
static _Thread_local const uint8_t *gs;

static void set_gs(const uint8_t *base)
{
    enum { HWCAP2_FSGSBASE_ = 2 };
    if (gs == base) return;
    if (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_)
        __asm__ volatile("wrgsbase %0" : : "r"(base));
    else
        syscall(SYS_arch_prctl, ARCH_SET_GS_, base);
    gs = base;
}

void window_use(const struct cpu *c)
{
    if (c->window) set_gs(c->window);
}

// Whose window it would be; 0: nobody's. What of VFP is enabled does not matter.
static uint64_t owner_of(const struct sys_cpu *s, uint64_t regime)
{
    const uint64_t translated = REGIME_USER | REGIME_MMU, owner = REGIME_WITHOUT_FP(regime);
    return (regime & translated) == translated || owner == s->flat ? owner : 0;
}

void window_regime_changed(struct sys_cpu *s, uint64_t regime)
{
    s->cpu.window = NULL;
    const uint64_t owner = owner_of(s, regime);
    for (unsigned i = 0; owner && i < s->nwindows; i++)
        if (s->windows[i].owner == owner) {
            s->cpu.window = s->windows[i].base;
            set_gs(s->cpu.window);
        }
}

static bool reserve(void *at, size_t size)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    return mmap(at, size, PROT_NONE, flags, -1, 0) != MAP_FAILED;
}

static bool make(struct sys_window *w)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    uint8_t *p = mmap(NULL, SPACE + 2 * GUARD, PROT_NONE, flags, -1, 0);
    uint16_t *at = mmap(NULL, (SPACE / PAGE) * sizeof *at, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (p == MAP_FAILED || at == MAP_FAILED) return false;
    w->base = p + GUARD;
    w->at = at;
    return true;
}

static void clear(struct sys_cpu *s, struct sys_window *w)
{
    if (!w->n) return;
    stats_add(STAT_WINDOWS_CLEARED, 1);
    s->window_pages -= w->n;
    for (unsigned k = 0; k < w->n; k++)
        w->at[w->page[k].va / PAGE] = 0;
    w->n = 0;
    reserve(w->base, SPACE);
}

static void forget(struct sys_cpu *s, struct sys_window *w, uint32_t va)
{
    const unsigned k = w->at[va / PAGE];
    if (!k) return;
    s->window_pages--;
    reserve(w->base + (va & ~0xfffu), PAGE);
    w->at[va / PAGE] = 0;
    if (k == w->n--) return;
    w->page[k - 1] = w->page[w->n];
    w->at[w->page[k - 1].va / PAGE] = (uint16_t)k;
}

// The largest other window is emptied, or else this one.
static void make_room(struct sys_cpu *s, struct sys_window *present)
{
    struct sys_window *largest = NULL;
    for (struct sys_window *w = s->windows; w < s->windows + s->nwindows; w++)
        if (w != present && w->n && (!largest || w->n > largest->n)) largest = w;
    clear(s, largest ? largest : present);
}

// The present process gets a window, its own or that which has been there for longest.
static void give(struct sys_cpu *s, uint64_t owner)
{
    struct sys_window *w = &s->windows[s->next_window++ % SYS_WINDOWS];
    if (!w->base && !make(w)) return;
    if (s->nwindows < SYS_WINDOWS) s->nwindows++;
    clear(s, w);
    w->owner = owner;
    w->faults = 0;
    stats_add(STAT_WINDOWS, 1);
    window_regime_changed(s, owner);
}

static struct sys_window *present(struct sys_cpu *s)
{
    for (unsigned i = 0; i < s->nwindows; i++)
        if (s->cpu.window && s->windows[i].base == s->cpu.window) return &s->windows[i];
    return NULL;
}

// The host's time that this thread has run, in µs
static uint64_t time_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// … since the last interrupt; no more than between two of a kernel's timer, for that is what the present
// process may have had of it.
static uint32_t time_since(struct sys_cpu *s)
{
    enum { TICK = 10000 };
    const uint64_t us = time_us(), since = us - s->interrupted;
    s->interrupted = us;
    return since < TICK ? (uint32_t)since : TICK;
}

void window_interrupted(struct sys_cpu *s, uint64_t regime)
{
    const uint64_t owner = owner_of(s, regime);
    if (!owner) return;
    const uint32_t us = time_since(s);
    int32_t *spent = &s->spent[REGIME_ASID(regime) & 255];
    struct sys_window *w = present(s);
    if (!w) {
        *spent += (int32_t)us;
        if (*spent >= HOT) give(s, owner);
        return;
    }
    *spent += (int32_t)us - (int32_t)(SHARE * FAULT * w->faults);
    w->faults = 0;
    if (*spent > HOT) *spent = HOT;
    if (*spent >= -HOT) return;
    *spent = -DEAR;
    clear(s, w);
    w->owner = 0;
    s->cpu.window = NULL;
}

bool window_has(const struct cpu *c, const void *address)
{
    return c->window && (uintptr_t)address - (uintptr_t)c->window + GUARD < SPACE + 2 * GUARD;
}

static bool map(const struct sys_window *w, uint32_t va, uint32_t size, int prot, bool now,
                const struct tlb_plain *p)
{
    const int flags = MAP_SHARED | MAP_FIXED | (now ? MAP_POPULATE : 0);
    const off_t at = p->host - p->range->host - ((off_t)p->va - va);
    return mmap(w->base + va, size, prot, flags, p->range->file, at) != MAP_FAILED;
}

static void note(struct sys_cpu *s, struct sys_window *w, struct sys_window_page page)
{
    unsigned k = w->at[page.va / PAGE];
    if (!k) {
        w->at[page.va / PAGE] = (uint16_t)(k = ++w->n);
        s->window_pages++;
    }
    w->page[k - 1] = page;
}

static bool has_room(struct sys_cpu *s, unsigned pages)
{
    return s->window_pages + pages <= SYS_WINDOW_PAGES / s->machine->ncpus;
}

// The MiB around a page of flat memory, if that is the tables' way, too. What is code there stays as it is.
static bool map_around(struct sys_cpu *s, struct sys_window *w, const struct tlb_plain *p, bool write)
{
    const uint32_t first = p->va & ~(uint32_t)(MIB - 1);
    const uint64_t before = p->va - first, at = (uint64_t)(p->host - p->range->host);
    const unsigned known = w->at[p->va / PAGE];
    if (w->owner != s->flat || p->size < SECTION || at < before || at - before + MIB > p->range->size)
        return false;
    if (known && w->page[known - 1].around && write) return false; // it has been code
    if (!has_room(s, MIB / PAGE)) make_room(s, w);
    if (!map(w, first, MIB, PROT_READ | (write ? PROT_WRITE : 0), false, p)) return false;
    for (uint32_t k = 0; k < MIB; k += PAGE) {
        const uint8_t *host = p->host - before + k;
        const bool writable = write && tlb_claim_data(s, p->range, host);
        if (write && !writable) mprotect(w->base + first + k, PAGE, PROT_READ);
        note(s, w, (struct sys_window_page){first + k, writable, write, host});
    }
    return true;
}

static bool map_page(struct sys_cpu *s, struct sys_window *w, const struct tlb_plain *p)
{
    if (!has_room(s, 1)) make_room(s, w);
    if (!map(w, p->va, PAGE, PROT_READ | (p->writable ? PROT_WRITE : 0), true, p)) {
        forget(s, w, p->va);
        return false;
    }
    const unsigned known = w->at[p->va / PAGE];
    note(s, w, (struct sys_window_page){p->va, p->writable, known && w->page[known - 1].around, p->host});
    return true;
}

// Whether flat memory's window costs too much: devices that are in it fault each time.
static bool too_dear(struct sys_cpu *s)
{
    enum { SO_MANY = 256 };
    if (++s->flat_faults % SO_MANY) return false;
    const uint64_t us = time_us(), since = us - s->flat_since;
    s->flat_since = us;
    return since < SO_MANY * FAULT * SHARE;
}

bool window_fault(struct cpu *c, const void *address, bool write)
{
    struct sys_cpu *s = sys_of(c);
    const uintptr_t offset = (uintptr_t)address - (uintptr_t)c->window;
    struct sys_window *w = offset < SPACE ? present(s) : NULL;
    if (!w) return false;
    struct tlb_plain p;
    w->faults++;
    stats_add(STAT_WINDOW_FAULTS, 1);
    if (w->owner == s->flat && too_dear(s)) {
        window_flat(s, 0);
        return false;
    }
    if (!tlb_plain(s, (uint32_t)offset & ~0xfffu, write, &p) || p.range->file < 0) return false;
    if (!map_around(s, w, &p, write) && !map_page(s, w, &p)) return false;
    stats_add(STAT_WINDOW_PAGES, 1);
    return true;
}

// Its owner has to earn another: a process that forks and one that ends have all of their pages forgotten,
// and the number of the latter is given to a young one.
static void take(struct sys_cpu *s, struct sys_window *w)
{
    clear(s, w);
    if (w->owner == s->flat) return; // but this one
    if (s->cpu.window == w->base) s->cpu.window = NULL;
    w->owner = 0;
}

static bool is_flat_at(struct sys_cpu *s, uint64_t pa)
{
    struct sys_page page;
    unsigned level;
    return pa >> 32 == 0 && !mmu_walk(s, (uint32_t)pa, &page, &level) && page.size >= SECTION &&
           page.pa_page == pa;
}

// Whether memory is where it is, judged by its ends
static bool is_flat(struct sys_cpu *s)
{
    const struct bus *b = s->machine->bus;
    unsigned n = 0;
    for (const struct bus_range *r = b->range; r < b->range + b->nranges; r++) {
        if (r->kind != BUS_RAM || r->file < 0) continue;
        if (!is_flat_at(s, r->base) || !is_flat_at(s, r->base + r->size - PAGE)) return false;
        n++;
    }
    return n;
}

void window_flat(struct sys_cpu *s, uint64_t regime)
{
    const uint64_t former = s->flat;
    s->flat = 0;
    for (unsigned i = 0; former && i < s->nwindows; i++)
        if (s->windows[i].owner == former) take(s, &s->windows[i]);
    if (!(regime & REGIME_MMU) || regime & REGIME_USER || !is_flat(s)) return;
    s->flat = REGIME_WITHOUT_FP(regime);
    s->flat_since = time_us();
    s->flat_faults = 0;
    give(s, s->flat);
}

void window_flush_all(struct sys_cpu *s)
{
    for (unsigned i = 0; i < s->nwindows; i++)
        take(s, &s->windows[i]);
    for (unsigned asid = 0; asid < 256; asid++)
        if (s->spent[asid] > 0) s->spent[asid] = 0;
}

void window_flush_asid(struct sys_cpu *s, uint16_t asid)
{
    for (unsigned i = 0; i < s->nwindows; i++)
        if (REGIME_ASID(s->windows[i].owner) == asid) take(s, &s->windows[i]);
    if (s->spent[asid & 255] > 0) s->spent[asid & 255] = 0;
}

void window_flush_page(struct sys_cpu *s, uint32_t va)
{
    for (unsigned i = 0; i < s->nwindows; i++)
        forget(s, &s->windows[i], va);
}

void window_stop_writing(struct sys_cpu *s, const uint8_t *host)
{
    for (unsigned i = 0; i < s->nwindows; i++)
        for (unsigned k = 0; k < s->windows[i].n; k++) {
            struct sys_window_page *p = &s->windows[i].page[k];
            if (p->host != host || !p->write) continue;
            mprotect(s->windows[i].base + p->va, PAGE, PROT_READ);
            p->write = false;
        }
}

void window_free(struct sys_cpu *s)
{
    for (unsigned i = 0; i < s->nwindows; i++) {
        munmap(s->windows[i].base - GUARD, SPACE + 2 * GUARD);
        munmap(s->windows[i].at, (SPACE / PAGE) * sizeof *s->windows[i].at);
    }
}
