// The list of mappings, the host mappings behind it, and the watch on code pages.
//
// The watch: a page from which an engine made translations is marked CODE_FETCHED; if the guest may write to
// it, the host's write permission is taken away, too (CODE_WATCHED). The next store faults; the handler gives
// the permission back, drops the page's translations and repeats the store.
//
// Lock order: mm_lock, lock. The engine is only ever called with neither `lock` held, since it fetches pages.
#include "mem/uas.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/pages.h"

#define WINDOW_SIZE (1ull << 32)
#define NPAGES      (1u << 20)

#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

// The marks of a page; above them, how often it has been written while it was watched. A page that is written
// again and again is not watched any more: what it holds is translated anew when the guest says that it has
// changed (cacheflush), as it must on an ARM.
enum {
    CODE_FETCHED = 1,
    CODE_WATCHED = 2,
    CODE_MARKS = 3,
    CODE_WRITTEN = 4,
    CODE_WRITTEN_OFTEN = 16 * CODE_WRITTEN
};

// The window. Nothing is mapped to reserve it, which saves the kernel from splitting that mapping with every
// one of the guest's: a fifteenth of the whole time that a small program takes. The host kernel gives out
// addresses from the top of its 47 bits downwards, or from a third of them upwards, and would come here last,
// some 90 TiB later; AddressSanitizer has nothing here, either.
#define WINDOW UAS_WINDOW

bool uas_init(struct uas *as)
{
    uint8_t *pages = pages_sparse(NPAGES);
    if (!pages) return false;
    memset(as, 0, sizeof *as);
    as->window = (uint8_t *)WINDOW;
    as->code_pages = pages;
    as->maps = as->first;
    as->cap = sizeof as->first / sizeof as->first[0];
    pthread_mutex_init(&as->lock, NULL);
    pthread_mutex_init(&as->mm_lock, NULL);
    return true;
}

void uas_destroy(struct uas *as)
{
    munmap(as->window, WINDOW_SIZE);
    munmap(as->code_pages, NPAGES);
    if (as->maps != as->first) free(as->maps);
    pthread_mutex_destroy(&as->lock);
    pthread_mutex_destroy(&as->mm_lock);
}

// --- the list
// -------------------------------------------------------------------------------------------------------

// Index of the first mapping that ends above addr.
static size_t find(const struct uas *as, uint64_t addr)
{
    size_t lo = 0, hi = as->nmaps;
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (as->maps[mid].end > addr)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static const struct uas_map *holding(const struct uas *as, uint32_t addr)
{
    const size_t i = find(as, addr);
    return i < as->nmaps && as->maps[i].start <= addr ? &as->maps[i] : NULL;
}

static bool reserve(struct uas *as, size_t more)
{
    if (as->nmaps + more <= as->cap) return true;
    const size_t cap = as->cap * 2 + more;
    struct uas_map *maps = malloc(cap * sizeof *maps);
    if (!maps) return false;
    memcpy(maps, as->maps, as->nmaps * sizeof *maps);
    if (as->maps != as->first) free(as->maps);
    as->maps = maps;
    as->cap = cap;
    return true;
}

static void insert_at(struct uas *as, size_t i, struct uas_map m)
{
    memmove(&as->maps[i + 1], &as->maps[i], (as->nmaps - i) * sizeof m);
    as->maps[i] = m;
    as->nmaps++;
    as->changes++;
}

static void remove_at(struct uas *as, size_t i, size_t n)
{
    memmove(&as->maps[i], &as->maps[i + n], (as->nmaps - i - n) * sizeof as->maps[0]);
    as->nmaps -= n;
    as->changes++;
}

// Makes addr a boundary between mappings. Needs one free slot.
static void split(struct uas *as, uint64_t addr)
{
    const size_t i = find(as, addr);
    if (i == as->nmaps || as->maps[i].start >= addr) return;
    struct uas_map right = as->maps[i];
    as->maps[i].end = addr;
    right.start = (uint32_t)addr;
    insert_at(as, i + 1, right);
}

static bool alike(const struct uas_map *a, const struct uas_map *b)
{
    return a->end == b->start && a->prot == b->prot && a->shared == b->shared && a->grows == b->grows &&
           a->name == b->name && a->own == b->own;
}

// Merges what is alike around [start, end).
static void merge(struct uas *as, uint64_t start, uint64_t end)
{
    size_t i = find(as, start ? start - 1 : 0);
    while (i + 1 < as->nmaps && as->maps[i].start < end) {
        if (alike(&as->maps[i], &as->maps[i + 1])) {
            as->maps[i].end = as->maps[i + 1].end;
            remove_at(as, i + 1, 1);
        } else {
            i++;
        }
    }
}

// Takes [start, end) out of the list. Needs two free slots, for a range in the middle of a mapping until that
// is cut.
static void list_remove(struct uas *as, uint64_t start, uint64_t end)
{
    split(as, start);
    if (end < WINDOW_SIZE) split(as, end);
    const size_t i = find(as, start);
    size_t n = 0;
    while (i + n < as->nmaps && as->maps[i + n].start < end)
        n++;
    if (n) remove_at(as, i, n);
}

// Puts a mapping in the place of whatever was there. Needs two free slots.
static void list_put(struct uas *as, struct uas_map m)
{
    list_remove(as, m.start, m.end);
    insert_at(as, find(as, m.start), m);
    merge(as, m.start, m.end);
}

// How far [start, end) is mapped without a hole.
static uint64_t covered(const struct uas *as, uint64_t start, uint64_t end)
{
    for (size_t i = find(as, start); start < end && i < as->nmaps && as->maps[i].start <= start; i++)
        start = as->maps[i].end;
    return start < end ? start : end;
}

// --- the host's mappings
// --------------------------------------------------------------------------------------------

// Every mapping but PROT_NONE can be read, as on ARM, which knows no pages that can only be written or
// executed.
static int host_prot(unsigned prot)
{
    return (prot & (UAS_READ | UAS_WRITE | UAS_EXEC) ? PROT_READ : PROT_NONE) |
           (prot & UAS_WRITE ? PROT_WRITE : 0);
}

// --- the watch
// ------------------------------------------------------------------------------------------------------

static void unmark(struct uas *as, uint64_t page, uint8_t left)
{
    if (as->code_pages[page] & CODE_WATCHED) as->nwatched--;
    as->ncode--;
    __atomic_store_n(&as->code_pages[page], left, __ATOMIC_RELEASE);
}

// Forgets the marks of a range whose host permissions have just been set anew. True if the engine must be
// told.
static bool marks_clear(struct uas *as, uint64_t start, uint64_t end)
{
    bool any = false;
    for (uint64_t p = start / UAS_PAGE; p < end / UAS_PAGE && as->ncode; p++) {
        if (!(as->code_pages[p] & CODE_MARKS)) continue;
        unmark(as, p, 0);
        any = true;
    }
    return any;
}

static void log_change(const char *what, uint64_t start, uint64_t end, unsigned prot, int err)
{
    if (!log_on(LOG_MEMORY)) return;
    log_line("%s 0x%08llx-0x%08llx %c%c%c%s%s", what, (unsigned long long)start, (unsigned long long)end,
             prot & UAS_READ ? 'r' : '-', prot & UAS_WRITE ? 'w' : '-', prot & UAS_EXEC ? 'x' : '-',
             err ? ": " : "", err ? strerror(-err) : "");
}

static void tell_engine(struct uas *as, bool any, uint64_t start, uint64_t end)
{
    if (any && as->engine) as->engine->invalidate(as->engine, (uint32_t)start, (uint32_t)(end - start));
}

// Gives watched pages of the range their write permission back. True if the engine must be told.
static bool lift(struct uas *as, uint64_t start, uint64_t end)
{
    bool any = false;
    for (uint64_t p = start / UAS_PAGE; p < (end + UAS_PAGE - 1) / UAS_PAGE && as->nwatched; p++) {
        if (!(as->code_pages[p] & CODE_WATCHED)) continue;
        // It can only fail for want of memory for the host's mappings.
        if (mprotect(as->window + p * UAS_PAGE, UAS_PAGE, PROT_READ | PROT_WRITE) < 0) continue;
        unmark(as, p, (uint8_t)((as->code_pages[p] & ~CODE_MARKS) + CODE_WRITTEN));
        any = true;
    }
    return any;
}

bool uas_code_write_fault(struct uas *as, uint32_t addr)
{
    pthread_mutex_lock(&as->lock);
    const struct uas_map *m = holding(as, addr);
    const bool writable = m && (m->prot & UAS_WRITE);
    const uint32_t page = addr & ~(UAS_PAGE - 1);
    const bool lifted = writable && lift(as, page, (uint64_t)page + UAS_PAGE);
    const bool stuck = as->code_pages[page / UAS_PAGE] & CODE_WATCHED;
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, lifted, page, (uint64_t)page + UAS_PAGE);
    return writable && !stuck; // if it was not watched, another thread has lifted it while this one came here
}

void uas_prepare_write(struct uas *as, uint32_t addr, uint64_t len)
{
    if (!__atomic_load_n(&as->nwatched, __ATOMIC_RELAXED) || !len) return;
    const uint64_t end = len > WINDOW_SIZE - addr ? WINDOW_SIZE : addr + len;
    pthread_mutex_lock(&as->lock);
    const bool lifted = lift(as, addr, end);
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, lifted, addr, end);
}

void uas_invalidate(struct uas *as, uint32_t addr, uint64_t len)
{
    const uint64_t end = len > WINDOW_SIZE - addr ? WINDOW_SIZE : addr + len;
    tell_engine(as, end > addr, addr, end);
}

const uint8_t *uas_fetch_page(struct cpu *c, uint32_t va, uint32_t *frame)
{
    struct uas *as = c->mem_ctx;
    const uint32_t page = va / UAS_PAGE;
    uint8_t *host = as->window + (uint64_t)page * UAS_PAGE;
    *frame = page;
    // The table is untouched before the first fetch: reading it then would cost a page fault of its own.
    if (__atomic_load_n(&as->ncode, __ATOMIC_RELAXED) &&
        __atomic_load_n(&as->code_pages[page], __ATOMIC_ACQUIRE) & CODE_FETCHED)
        return host;

    pthread_mutex_lock(&as->lock);
    const struct uas_map *m = holding(as, va);
    const unsigned prot = m ? m->prot : 0;
    const bool mapped = m;
    if (prot & UAS_EXEC && !(as->ncode && as->code_pages[page] & CODE_MARKS)) {
        // Read by writing: reading first would cost another page fault.
        uint8_t marks = __atomic_fetch_add(&as->code_pages[page], 0, __ATOMIC_RELAXED) | CODE_FETCHED;
        if (prot & UAS_WRITE && marks < CODE_WRITTEN_OFTEN && mprotect(host, UAS_PAGE, PROT_READ) == 0) {
            marks |= CODE_WATCHED;
            as->nwatched++;
        }
        as->ncode++;
        __atomic_store_n(&as->code_pages[page], marks, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&as->lock);
    if (!mapped) cpu_abort(c, va, CPU_FAULT_TRANSLATION, false);
    if (!(prot & UAS_EXEC)) cpu_abort(c, va, CPU_FAULT_PERMISSION, false);
    uint8_t probe;
    if (!uas_read(as, &probe, va, 1)) cpu_abort(c, va, CPU_FAULT_BUS, false); // behind the end of the file
    return host;
}

// --- changing the map
// -----------------------------------------------------------------------------------------------

static int map_flags(unsigned flags, int fd)
{
    int f = MAP_FIXED | (flags & UAS_SHARED ? MAP_SHARED : MAP_PRIVATE);
    if (flags & UAS_SYNC) f = MAP_FIXED | MAP_SHARED_VALIDATE | MAP_SYNC;
    if (fd < 0) f |= MAP_ANONYMOUS;
    if (flags & UAS_NORESERVE) f |= MAP_NORESERVE;
    if (flags & UAS_POPULATE) f |= MAP_POPULATE;
    if (flags & UAS_STACK) f |= MAP_STACK;
    if (flags & UAS_LOCKED) f |= MAP_LOCKED;
    return f;
}

int uas_map(struct uas *as, uint32_t addr, uint64_t len, unsigned prot, unsigned flags, int fd,
            uint64_t offset, const char *name)
{
    const uint64_t end = addr + len;
    int err = 0;
    bool code = false;
    pthread_mutex_lock(&as->lock);
    if (!reserve(as, 2)) {
        err = -ENOMEM;
    } else if (mmap(as->window + addr, len, host_prot(prot), map_flags(flags, fd), fd, (off_t)offset) ==
               MAP_FAILED) {
        err = -errno;
    } else {
        list_put(as, (struct uas_map){.start = addr,
                                      .end = end,
                                      .prot = (uint8_t)(prot & (UAS_READ | UAS_WRITE | UAS_EXEC)),
                                      .shared = flags & UAS_SHARED,
                                      .grows = flags & UAS_GROWS,
                                      .name = name});
        code = marks_clear(as, addr, end);
    }
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, code, addr, end);
    log_change(name ? name : fd >= 0 ? "map file" : "map", addr, end, prot, err);
    return err;
}

int uas_note(struct uas *as, const struct uas_map *m)
{
    bool code = false, room;
    pthread_mutex_lock(&as->lock);
    room = reserve(as, 2);
    if (room) {
        list_put(as, *m);
        code = marks_clear(as, m->start, m->end);
    }
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, code, m->start, m->end);
    return room ? 0 : -ENOMEM;
}

int uas_unmap(struct uas *as, uint32_t addr, uint64_t len)
{
    const uint64_t end = addr + len;
    int err = 0;
    bool code = false;
    pthread_mutex_lock(&as->lock);
    const size_t i = find(as, addr);
    if (i < as->nmaps && as->maps[i].start < end) {
        if (!reserve(as, 2)) {
            err = -ENOMEM;
        } else if (munmap(as->window + addr, len) < 0) {
            err = -errno;
        } else {
            list_remove(as, addr, end);
            code = marks_clear(as, addr, end);
        }
    }
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, code, addr, end);
    log_change("unmap", addr, end, 0, err);
    return err;
}

// The list's part of uas_protect; [start, end) is mapped. Needs two free slots.
static void list_protect(struct uas *as, uint64_t start, uint64_t end, unsigned prot)
{
    split(as, start);
    if (end < WINDOW_SIZE) split(as, end);
    for (size_t i = find(as, start); i < as->nmaps && as->maps[i].start < end; i++)
        as->maps[i].prot = (uint8_t)prot;
    as->changes++;
    merge(as, start, end);
}

int uas_protect(struct uas *as, uint32_t addr, uint64_t len, unsigned prot)
{
    prot &= UAS_READ | UAS_WRITE | UAS_EXEC;
    int err = 0;
    bool code = false;
    pthread_mutex_lock(&as->lock);
    // As in the kernel, what lies in front of a hole is changed before the hole is found.
    const uint64_t end = covered(as, addr, addr + len);
    if (!reserve(as, 2)) {
        err = -ENOMEM;
    } else if (end > addr) {
        if (mprotect(as->window + addr, end - addr, host_prot(prot)) < 0) {
            err = -errno;
        } else {
            list_protect(as, addr, end, prot);
            code = marks_clear(as, addr, end);
        }
    }
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, code, addr, end);
    log_change("protect", addr, end, prot, err);
    return !err && end < addr + len ? -ENOMEM : err;
}

int uas_extend(struct uas *as, uint32_t addr, uint64_t old_len, uint64_t new_len)
{
    const uint64_t old_end = addr + old_len, end = addr + new_len;
    int err = 0;
    bool code = false;
    pthread_mutex_lock(&as->lock);
    const struct uas_map *m = holding(as, addr);
    if (!m || m->end != old_end) {
        err = -EFAULT;
    } else if (!reserve(as, 2)) {
        err = -ENOMEM;
    } else {
        struct uas_map longer = *m;
        longer.end = end;
        code = lift(as, addr, old_end);
        if (mremap(as->window + addr, old_len, new_len, 0) == MAP_FAILED) {
            err = -errno;
        } else {
            list_put(as, longer);
        }
    }
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, code, addr, old_end);
    log_change("extend", addr, end, 0, err);
    return err;
}

int uas_move(struct uas *as, uint32_t from, uint64_t from_len, uint32_t to, uint64_t to_len, bool keep)
{
    const uint64_t from_end = from + from_len, to_end = to + to_len;
    int err = 0;
    bool code = false, code_to = false;
    pthread_mutex_lock(&as->lock);
    const struct uas_map *m = holding(as, from);
    if (!m || covered(as, from, from_end) < from_end) {
        err = -EFAULT;
    } else if (!reserve(as, 4)) {
        err = -ENOMEM;
    } else {
        struct uas_map moved = *holding(as, from);
        moved.start = to;
        moved.end = to_end;
        code = lift(as, from,
                    from_end); // a watched page is a mapping of its own to the host: mremap takes only one
        const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | (keep ? MREMAP_DONTUNMAP : 0);
        if (mremap(as->window + from, from_len, to_len, flags, as->window + to) == MAP_FAILED) {
            err = -errno;
        } else {
            if (!keep) list_remove(as, from, from_end);
            code |= marks_clear(as, from, from_end);
            list_put(as, moved);
            code_to = marks_clear(as, to, to_end);
        }
    }
    pthread_mutex_unlock(&as->lock);
    tell_engine(as, code, from, from_end);
    tell_engine(as, code_to, to, to_end);
    log_change(keep ? "move, keeping" : "move from", from, from_end, 0, err);
    log_change("move to", to, to_end, 0, err);
    return err;
}

// --- looking
// --------------------------------------------------------------------------------------------------------

uint32_t uas_find_free(struct uas *as, uint64_t len, uint32_t above, uint64_t below, uint32_t align)
{
    uint64_t found = 0;
    pthread_mutex_lock(&as->lock);
    size_t i = find(as, below ? below - 1 : 0); // mappings from i on end at or above `below`
    uint64_t top = i < as->nmaps && as->maps[i].start < below ? as->maps[i].start : below;
    for (;;) {
        const uint64_t bottom = i ? as->maps[i - 1].end : 0;
        const uint64_t start = (top >= len ? top - len : 0) & ~(uint64_t)(align - 1);
        if (top >= len && start >= bottom && start >= above) {
            found = start;
            break;
        }
        if (!i || bottom <= above) break;
        top = as->maps[--i].start;
    }
    pthread_mutex_unlock(&as->lock);
    return (uint32_t)found;
}

bool uas_is_free(struct uas *as, uint32_t addr, uint64_t len)
{
    pthread_mutex_lock(&as->lock);
    const size_t i = find(as, addr);
    const bool is_free = addr + len <= WINDOW_SIZE && (i == as->nmaps || as->maps[i].start >= addr + len);
    pthread_mutex_unlock(&as->lock);
    return is_free;
}

bool uas_is_mapped(struct uas *as, uint32_t addr, uint64_t len)
{
    pthread_mutex_lock(&as->lock);
    const bool all = covered(as, addr, addr + len) == addr + len;
    pthread_mutex_unlock(&as->lock);
    return all;
}

bool uas_next(struct uas *as, uint32_t addr, struct uas_map *out)
{
    pthread_mutex_lock(&as->lock);
    const size_t i = find(as, addr);
    const bool found = i < as->nmaps;
    if (found) *out = as->maps[i];
    pthread_mutex_unlock(&as->lock);
    return found;
}

unsigned uas_count(struct uas *as)
{
    pthread_mutex_lock(&as->lock);
    const unsigned n = (unsigned)as->nmaps;
    pthread_mutex_unlock(&as->lock);
    return n;
}

uint64_t uas_changes(struct uas *as)
{
    pthread_mutex_lock(&as->lock);
    const uint64_t n = as->changes;
    pthread_mutex_unlock(&as->lock);
    return n;
}

bool uas_lookup(struct uas *as, uint32_t addr, struct uas_map *out)
{
    return uas_next(as, addr, out) && out->start <= addr;
}
