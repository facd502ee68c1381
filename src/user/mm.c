// Choosing addresses, and the checks that the kernel's mm/mmap.c and mm/mremap.c make, in their order.
#include "user/mm.h"

#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "user/abi/mman.h"
#include "user/limit.h"
#include "user/syscall.h"

#define STACK_GUARD   (256 * UAS_PAGE) // the kernel's stack_guard_gap
#define UNMAPPED_BASE (ABI_TASK_SIZE / 3 & ~(UAS_PAGE - 1))

static bool in_task(uint32_t addr, uint64_t len)
{
    return len <= ABI_TASK_SIZE && addr <= ABI_TASK_SIZE - len;
}

// What PROT_READ means in a process whose program does not say that its stack must not be executable.
static unsigned effective_prot(const struct process *p, uint32_t prot)
{
    if (prot & ABI_PROT_READ && p->personality & ABI_READ_IMPLIES_EXEC) prot |= ABI_PROT_EXEC;
    return prot & (ABI_PROT_READ | ABI_PROT_WRITE | ABI_PROT_EXEC);
}

// Whether [addr, addr + len) is free and keeps off a mapping above it that grows down.
static bool is_usable(struct process *p, uint32_t addr, uint64_t len)
{
    struct uas_map next;
    if (!in_task(addr, len) || !uas_is_free(&p->as, addr, len)) return false;
    return !uas_next(&p->as, addr, &next) || !next.grows || next.start - (addr + len) >= STACK_GUARD;
}

uint32_t mm_choose(struct process *p, uint32_t hint, uint64_t len, uint32_t align)
{
    hint &= ~(UAS_PAGE - 1);
    if (hint && hint < ABI_MMAP_MIN_ADDR) hint = ABI_MMAP_MIN_ADDR;
    if (hint && hint % align == 0 && is_usable(p, hint, len)) return hint;
    uint32_t at = uas_find_free(&p->as, len, ABI_MMAP_MIN_ADDR, p->mmap_top, align);
    if (!at && p->stack_bottom > STACK_GUARD) // between there and the stack
        at = uas_find_free(&p->as, len, UNMAPPED_BASE, p->stack_bottom - STACK_GUARD, align);
    return at;
}

static int64_t check_flags(uint32_t flags, bool anonymous)
{
    const uint32_t known = ABI_MAP_TYPE | ABI_MAP_FIXED | ABI_MAP_ANONYMOUS | ABI_MAP_GROWSDOWN |
                           ABI_MAP_DENYWRITE | ABI_MAP_EXECUTABLE | ABI_MAP_LOCKED | ABI_MAP_NORESERVE |
                           ABI_MAP_POPULATE | ABI_MAP_NONBLOCK | ABI_MAP_STACK | ABI_MAP_HUGETLB |
                           ABI_MAP_SYNC | ABI_MAP_FIXED_NOREPLACE;
    switch (flags & ABI_MAP_TYPE) {
    case ABI_MAP_PRIVATE: break;
    case ABI_MAP_SHARED:
        if (flags & ABI_MAP_GROWSDOWN) return -EINVAL;
        break;
    case ABI_MAP_SHARED_VALIDATE:
        if (anonymous) return -EINVAL;
        if (flags & ~known) return -EOPNOTSUPP;
        break;
    default: return -EINVAL;
    }
    if (flags & ABI_MAP_GROWSDOWN && !anonymous) return -EINVAL;
    if (flags & ABI_MAP_HUGETLB) return anonymous ? -ENOMEM : -EINVAL; // no huge pages are set aside
    return 0;
}

static unsigned uas_flags_of(uint32_t flags)
{
    return (flags & ABI_MAP_SHARED ? UAS_SHARED : 0) | (flags & ABI_MAP_NORESERVE ? UAS_NORESERVE : 0) |
           ((flags & (ABI_MAP_POPULATE | ABI_MAP_NONBLOCK)) == ABI_MAP_POPULATE ? UAS_POPULATE : 0) |
           (flags & ABI_MAP_STACK ? UAS_STACK : 0) | (flags & ABI_MAP_LOCKED ? UAS_LOCKED : 0) |
           (flags & ABI_MAP_GROWSDOWN ? UAS_GROWS : 0) |
           ((flags & ABI_MAP_TYPE) == ABI_MAP_SHARED_VALIDATE && flags & ABI_MAP_SYNC ? UAS_SYNC : 0);
}

// What only dynamic linkers map so: they relocate most of it, and its program touches the rest. Its pages
// come at once, as the program's own (loader.c).
static bool is_library_data(uint32_t flags, uint64_t len)
{
    enum { SMALL = 256 << 10 };
    const uint32_t linkers = ABI_MAP_FIXED | ABI_MAP_DENYWRITE;
    return (flags & (linkers | ABI_MAP_ANONYMOUS)) == linkers && len <= SMALL;
}

static int64_t mmap_locked(struct process *p, uint32_t addr, uint64_t len, uint32_t prot, uint32_t flags,
                           int fd, uint64_t offset)
{
    if (flags & (ABI_MAP_FIXED | ABI_MAP_FIXED_NOREPLACE)) {
        if (!in_task(addr, len)) return -ENOMEM;
        if (addr % UAS_PAGE) return -EINVAL;
        if (addr < ABI_MMAP_MIN_ADDR) return -EPERM;
        if (flags & ABI_MAP_FIXED_NOREPLACE && !uas_is_free(&p->as, addr, len)) return -EEXIST;
    } else {
        addr = mm_choose(p, addr, len, UAS_PAGE);
        if (!addr) return -ENOMEM;
    }
    const bool data = prot & ABI_PROT_WRITE && !(flags & (ABI_MAP_SHARED | ABI_MAP_GROWSDOWN));
    if (!limit_allows(p, addr, len, data, true)) return -ENOMEM;
    unsigned how = uas_flags_of(flags);
    if (data && is_library_data(flags, len)) how |= UAS_POPULATE;
    const int err = uas_map(&p->as, addr, len, effective_prot(p, prot), how, fd, offset, NULL);
    return err ? err : (int64_t)addr;
}

int64_t mm_mmap(struct process *p, uint32_t addr, uint32_t len32, uint32_t prot, uint32_t flags, int fd,
                uint64_t offset)
{
    const bool anonymous = flags & ABI_MAP_ANONYMOUS;
    const uint64_t len = mm_page_align(len32);
    if (!anonymous && fd < 0) return -EBADF;
    if (!len) return -EINVAL;
    if (len > ABI_TASK_SIZE) return -ENOMEM;
    if (((offset + len) / UAS_PAGE) >> 32) return -EOVERFLOW;
    const int64_t err = check_flags(flags, anonymous);
    if (err) return err;
    if (p->mlock_future) flags |= ABI_MAP_LOCKED;
    // Who only reads has nothing that needs to be atomic.
    if (flags & ABI_MAP_SHARED && prot & ABI_PROT_WRITE) process_share_memory(p);
    pthread_mutex_lock(&p->as.mm_lock);
    const int64_t r = mmap_locked(p, addr, len, prot, flags, anonymous ? -1 : fd, anonymous ? 0 : offset);
    pthread_mutex_unlock(&p->as.mm_lock);
    return r;
}

int64_t mm_munmap(struct process *p, uint32_t addr, uint32_t len32)
{
    const uint64_t len = mm_page_align(len32);
    if (addr % UAS_PAGE || !in_task(addr, len) || !len) return -EINVAL;
    pthread_mutex_lock(&p->as.mm_lock);
    const int err = uas_unmap(&p->as, addr, len);
    pthread_mutex_unlock(&p->as.mm_lock);
    return err;
}

static bool has_shared(struct process *p, uint32_t addr, uint64_t len)
{
    struct uas_map m;
    for (uint64_t at = addr; at < addr + len && uas_next(&p->as, (uint32_t)at, &m); at = m.end)
        if (m.shared && m.start < addr + len) return true;
    return false;
}

// Private pages that could not be written to are data from now on.
static bool may_become_data(struct process *p, uint32_t addr, uint64_t len)
{
    struct uas_map m;
    uint64_t more = 0;
    for (uint64_t at = addr; at < addr + len && uas_next(&p->as, (uint32_t)at, &m) && m.start < addr + len;
         at = m.end) {
        const uint64_t start = m.start > addr ? m.start : addr, end = m.end < addr + len ? m.end : addr + len;
        if (!(m.prot & UAS_WRITE) && !m.shared && !m.grows) more += end - start;
    }
    return !more || limit_allows_data(p, more);
}

int64_t mm_mprotect(struct process *p, uint32_t addr, uint32_t len32, uint32_t prot)
{
    const uint32_t grows = prot & (ABI_PROT_GROWSDOWN | ABI_PROT_GROWSUP);
    uint64_t len = mm_page_align(len32);
    prot &= ~grows;
    if (grows == (ABI_PROT_GROWSDOWN | ABI_PROT_GROWSUP) || addr % UAS_PAGE) return -EINVAL;
    if (!len) return 0;
    if (!in_task(addr, len)) return -ENOMEM;
    if (prot & ~(uint32_t)(ABI_PROT_READ | ABI_PROT_WRITE | ABI_PROT_EXEC | ABI_PROT_SEM)) return -EINVAL;
    if (grows & ABI_PROT_GROWSUP) return -EINVAL; // no such mappings on ARM
    if (prot & ABI_PROT_WRITE && !p->memory_shared && has_shared(p, addr, len)) process_share_memory(p);
    int64_t err = 0;
    pthread_mutex_lock(&p->as.mm_lock);
    if (grows) {
        struct uas_map m;
        if (!uas_lookup(&p->as, addr, &m)) {
            err = -ENOMEM;
        } else if (!m.grows) {
            err = -EINVAL;
        } else {
            len += addr - m.start;
            addr = m.start;
        }
    }
    if (!err && prot & ABI_PROT_WRITE && !may_become_data(p, addr, len)) err = -ENOMEM;
    if (!err) err = uas_protect(&p->as, addr, len, effective_prot(p, prot));
    pthread_mutex_unlock(&p->as.mm_lock);
    return err;
}

// --- mremap
// ---------------------------------------------------------------------------------------------------------

static int64_t mremap_to(struct process *p, uint32_t addr, uint64_t old_len, uint64_t new_len, uint32_t flags,
                         uint32_t to)
{
    if (to % UAS_PAGE || !in_task(to, new_len)) return -EINVAL;
    if (addr + old_len > to && to + new_len > addr) return -EINVAL; // they overlap
    if (to < ABI_MMAP_MIN_ADDR) return -EPERM;
    if (old_len > new_len) {
        const int err = uas_unmap(&p->as, (uint32_t)(addr + new_len), old_len - new_len);
        if (err) return err;
        old_len = new_len;
    }
    const int err = uas_move(&p->as, addr, old_len, to, new_len, flags & ABI_MREMAP_DONTUNMAP);
    return err ? err : (int64_t)to;
}

// What a change of size, or the old mapping that stays, adds to the process.
static bool may_resize(struct process *p, const struct uas_map *m, uint64_t old_len, uint64_t new_len,
                       uint32_t flags)
{
    const uint64_t more = flags & ABI_MREMAP_DONTUNMAP ? old_len : new_len > old_len ? new_len - old_len : 0;
    return !more || limit_allows(p, 0, more, m->prot & UAS_WRITE && !m->shared && !m->grows, false);
}

static int64_t mremap_grow(struct process *p, uint32_t addr, uint64_t old_len, uint64_t new_len,
                           uint32_t flags)
{
    struct uas_map m;
    if (!uas_lookup(&p->as, addr, &m) || m.end < addr + old_len) return -EFAULT;
    if (old_len && m.end == addr + old_len && !(flags & ABI_MREMAP_DONTUNMAP) &&
        is_usable(p, (uint32_t)m.end, new_len - old_len) && uas_extend(&p->as, addr, old_len, new_len) == 0)
        return addr;
    if (!(flags & ABI_MREMAP_MAYMOVE)) return -ENOMEM;
    const uint32_t to = mm_choose(p, 0, new_len, UAS_PAGE);
    if (!to) return -ENOMEM;
    const int err = uas_move(&p->as, addr, old_len, to, new_len, flags & ABI_MREMAP_DONTUNMAP);
    return err ? err : (int64_t)to;
}

static int64_t mremap_locked(struct process *p, uint32_t addr, uint64_t old_len, uint64_t new_len,
                             uint32_t flags, uint32_t to)
{
    struct uas_map m;
    if (!uas_lookup(&p->as, addr, &m) || !in_task(addr, old_len)) return -EFAULT;
    if (!old_len && !m.shared) return -EINVAL; // only what is shared can be mapped a second time
    if (!may_resize(p, &m, old_len, new_len, flags)) return -ENOMEM;
    if (flags & ABI_MREMAP_FIXED) return mremap_to(p, addr, old_len, new_len, flags, to);
    if (flags & ABI_MREMAP_DONTUNMAP || old_len < new_len)
        return mremap_grow(p, addr, old_len, new_len, flags);
    if (old_len > new_len) {
        const int err = uas_unmap(&p->as, (uint32_t)(addr + new_len), old_len - new_len);
        if (err) return err;
    }
    return addr;
}

int64_t mm_mremap(struct process *p, uint32_t addr, uint32_t old32, uint32_t new32, uint32_t flags,
                  uint32_t to)
{
    const uint64_t old_len = mm_page_align(old32), new_len = mm_page_align(new32);
    if (flags & ~(uint32_t)(ABI_MREMAP_FIXED | ABI_MREMAP_MAYMOVE | ABI_MREMAP_DONTUNMAP)) return -EINVAL;
    if (flags & (ABI_MREMAP_FIXED | ABI_MREMAP_DONTUNMAP) && !(flags & ABI_MREMAP_MAYMOVE)) return -EINVAL;
    if (flags & ABI_MREMAP_DONTUNMAP && old_len != new_len) return -EINVAL;
    if (addr % UAS_PAGE || !new_len || new_len > ABI_TASK_SIZE) return -EINVAL;
    pthread_mutex_lock(&p->as.mm_lock);
    const int64_t r = mremap_locked(p, addr, old_len, new_len, flags, to);
    pthread_mutex_unlock(&p->as.mm_lock);
    return r;
}

// --- brk
// ------------------------------------------------------------------------------------------------------------

// A C library asks for so little when it is going to write there at once: to its threads' data.
enum { BRK_SOON = 2 * UAS_PAGE };

static bool brk_grow(struct process *p, uint64_t from, uint64_t to)
{
    if (!limit_allows_brk(p, to) || !limit_allows(p, (uint32_t)from, to - from, true, false)) return false;
    // One page must stay free between the heap and what comes next.
    if (!in_task((uint32_t)from, to - from) || !is_usable(p, (uint32_t)from, to - from + UAS_PAGE))
        return false;
    const unsigned exec = p->personality & ABI_READ_IMPLIES_EXEC ? UAS_EXEC : 0;
    const unsigned flags = (p->mlock_future ? UAS_LOCKED : 0) | (to - from <= BRK_SOON ? UAS_POPULATE : 0);
    return uas_map(&p->as, (uint32_t)from, to - from, UAS_READ | UAS_WRITE | exec, flags, -1, 0, "[heap]") ==
           0;
}

uint32_t mm_brk(struct process *p, uint32_t addr)
{
    pthread_mutex_lock(&p->as.mm_lock);
    const uint64_t old_end = mm_page_align(p->brk), new_end = mm_page_align(addr);
    if (addr >= p->brk_start) {
        bool ok = true;
        if (new_end > old_end) ok = brk_grow(p, old_end, new_end);
        if (new_end < old_end) ok = uas_unmap(&p->as, (uint32_t)new_end, old_end - new_end) == 0;
        if (ok) p->brk = addr;
    }
    const uint32_t brk = p->brk;
    pthread_mutex_unlock(&p->as.mm_lock);
    return brk;
}

bool mm_grow(struct process *p, uint32_t addr)
{
    struct uas_map m;
    struct limits stack;
    const uint32_t page = addr & ~(UAS_PAGE - 1);
    bool grown = false;
    if (limit_get(p, RLIMIT_STACK, &stack)) return false;
    pthread_mutex_lock(&p->as.mm_lock);
    if (uas_lookup(&p->as, addr, &m)) {
        grown = m.grows; // another thread was faster
    } else if (uas_next(&p->as, addr, &m) && m.grows && m.end - page <= stack.cur &&
               page >= ABI_MMAP_MIN_ADDR && limit_allows(p, page, m.start - page, false, false) &&
               (page < STACK_GUARD || uas_is_free(&p->as, page - STACK_GUARD, STACK_GUARD))) {
        grown = uas_map(&p->as, page, m.start - page, m.prot, UAS_GROWS, -1, 0, m.name) == 0;
    }
    pthread_mutex_unlock(&p->as.mm_lock);
    return grown;
}

// System V shared memory (ipc/shm.c): attached at an address of the caller's or of our choice.

enum { ABI_SHM_RDONLY = 010000, ABI_SHM_RND = 020000, ABI_SHM_REMAP = 040000, ABI_SHM_EXEC = 0100000 };
enum { SHM_ALIGN = 4 * UAS_PAGE }; // ARM's SHMLBA

static const char shm_name[] = "/SYSV"; // names such mappings in the list

static int64_t shmat_locked(struct process *p, int id, uint32_t addr, uint32_t len, int flags)
{
    if (addr) {
        if (addr % SHM_ALIGN) {
            if (!(flags & ABI_SHM_RND)) return -EINVAL;
            addr &= ~(uint32_t)(SHM_ALIGN - 1);
        }
        if (!in_task(addr, len)) return -EINVAL;
        if (!(flags & ABI_SHM_REMAP) && !uas_is_free(&p->as, addr, len)) return -EINVAL;
    } else if (!(addr = mm_choose(p, 0, len, SHM_ALIGN))) {
        return -ENOMEM;
    }
    if (!limit_allows(p, addr, len, false, true)) return -ENOMEM;
    const int64_t r = host_syscall(SYS_shmat, id, (long)(p->as.window + addr),
                                   (flags & ABI_SHM_RDONLY) | SHM_REMAP, 0, 0, 0);
    if (r < 0 && r > -4096) return r;
    const unsigned prot = ABI_PROT_READ | (flags & ABI_SHM_RDONLY ? 0 : ABI_PROT_WRITE) |
                          (flags & ABI_SHM_EXEC ? ABI_PROT_EXEC : 0);
    const struct uas_map m = {.start = addr,
                              .end = (uint64_t)addr + len,
                              .prot = (uint8_t)effective_prot(p, prot),
                              .shared = true,
                              .name = shm_name,
                              .own = ++p->attached};
    const int e = uas_note(&p->as, &m);
    return e ? e : (int64_t)addr;
}

int64_t mm_shmat(struct process *p, int id, uint32_t addr, int flags)
{
    process_share_memory(p);
    struct shmid_ds ds;
    const int64_t e = host_syscall(SYS_shmctl, id, IPC_STAT, (long)&ds, 0, 0, 0);
    if (e < 0) return e;
    if (ds.shm_segsz > ABI_TASK_SIZE) return -ENOMEM;
    pthread_mutex_lock(&p->as.mm_lock);
    const int64_t r = shmat_locked(p, id, addr, (uint32_t)mm_page_align(ds.shm_segsz), flags);
    pthread_mutex_unlock(&p->as.mm_lock);
    return r;
}

int64_t mm_shmdt(struct process *p, uint32_t addr)
{
    struct uas_map m;
    pthread_mutex_lock(&p->as.mm_lock);
    int64_t r = -EINVAL;
    if (uas_lookup(&p->as, addr, &m) && m.start == addr && m.own) {
        const uint32_t own = m.own; // of all pieces, the last of which detaches it
        do
            r = uas_unmap(&p->as, m.start, m.end - m.start);
        while (!r && uas_next(&p->as, (uint32_t)m.end, &m) && m.own == own);
    }
    pthread_mutex_unlock(&p->as.mm_lock);
    return r;
}
