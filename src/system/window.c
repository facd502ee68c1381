// Windows: the host's MMU translates for a process. A window is 4 GiB of host addresses, in which pages of
// the machine's memory are mapped where the process has them; so compiled code needs one instruction for an
// access. Host faults map them, and what they cannot map the interpreter does.
//
// A page costs a host fault and a system call, some 5 µs, and one to forget it: so a process gets a window
// when it has spent some time in User mode since its TLB was emptied (as by fork), and loses it where that
// costs too much. Everything that makes the TLB forget makes windows forget.
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/stats.h"
#include "system/system.h"

enum { GUARD = 64 << 10, PAGE = 0x1000, ARCH_SET_GS_ = 0x1001 };
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
static uint64_t owner_of(uint64_t regime)
{
    const uint64_t translated = REGIME_USER | REGIME_MMU;
    return (regime & translated) == translated ? REGIME_WITHOUT_FP(regime) : 0;
}

void window_regime_changed(struct sys_cpu *s, uint64_t regime)
{
    s->cpu.window = NULL;
    const uint64_t owner = owner_of(regime);
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

// The host's time that this thread has run since the last interrupt, in µs; no more than between two of a
// kernel's timer, for that is what the present process may have had of it.
static uint32_t time_since(struct sys_cpu *s)
{
    enum { TICK = 10000 };
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    const uint64_t us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    const uint64_t since = us - s->interrupted;
    s->interrupted = us;
    return since < TICK ? (uint32_t)since : TICK;
}

void window_interrupted(struct sys_cpu *s, uint64_t regime)
{
    enum {
        HOT = 8000,
        DEAR = 1000000,
        FAULT = 5,
        SHARE = 4
    }; // µs; windows are to cost no more than a quarter
    const uint64_t owner = owner_of(regime);
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

bool window_fault(struct cpu *c, const void *address, bool write)
{
    struct sys_cpu *s = sys_of(c);
    const uintptr_t offset = (uintptr_t)address - (uintptr_t)c->window;
    struct sys_window *w = offset < SPACE ? present(s) : NULL;
    if (!w) return false;
    const uint32_t va = (uint32_t)offset & ~0xfffu;
    struct tlb_plain p;
    w->faults++;
    stats_add(STAT_WINDOW_FAULTS, 1);
    if (!tlb_plain(s, va, write, &p) || p.range->file < 0) return false;
    if (s->window_pages >= SYS_WINDOW_PAGES / s->machine->ncpus) make_room(s, w);
    const int prot = PROT_READ | (p.writable ? PROT_WRITE : 0);
    if (mmap(w->base + va, PAGE, prot, MAP_SHARED | MAP_FIXED | MAP_POPULATE, p.range->file,
             p.host - p.range->host) == MAP_FAILED) {
        forget(s, w, va);
        return false;
    }
    stats_add(STAT_WINDOW_PAGES, 1);
    unsigned k = w->at[va / PAGE];
    if (!k) {
        w->at[va / PAGE] = (uint16_t)(k = ++w->n);
        s->window_pages++;
    }
    w->page[k - 1] = (struct sys_window_page){va, p.writable, p.host};
    return true;
}

// Its owner has to earn another: a process that forks and one that ends have all of their pages forgotten,
// and the number of the latter is given to a young one.
static void take(struct sys_cpu *s, struct sys_window *w)
{
    clear(s, w);
    if (s->cpu.window == w->base) s->cpu.window = NULL;
    w->owner = 0;
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
