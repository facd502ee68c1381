// Memory: mmap and its relatives, brk, and ARM's private calls.
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "user/abi/mman.h"
#include "user/abi/siginfo.h"
#include "user/mm.h"
#include "user/syscall.h"

#define PAGE_CHUNK 4096 // pages that mincore asks about at once

static int64_t sys_brk(struct thread *t, const struct sysargs *s)
{
    return mm_brk(t->p, (uint32_t)s->a[0]);
}

static int64_t sys_mmap2(struct thread *t, const struct sysargs *s)
{
    return mm_mmap(t->p, (uint32_t)s->a[0], (uint32_t)s->a[1], (uint32_t)s->a[2], (uint32_t)s->a[3],
                   (int)s->a[4], (uint64_t)(uint32_t)s->a[5] * UAS_PAGE);
}

static int64_t sys_munmap(struct thread *t, const struct sysargs *s)
{
    return mm_munmap(t->p, (uint32_t)s->a[0], (uint32_t)s->a[1]);
}

static int64_t sys_mprotect(struct thread *t, const struct sysargs *s)
{
    return mm_mprotect(t->p, (uint32_t)s->a[0], (uint32_t)s->a[1], (uint32_t)s->a[2]);
}

static int64_t sys_mremap(struct thread *t, const struct sysargs *s)
{
    return mm_mremap(t->p, (uint32_t)s->a[0], (uint32_t)s->a[1], (uint32_t)s->a[2], (uint32_t)s->a[3],
                     (uint32_t)s->a[4]);
}

// The checks that all calls on a range of pages begin with. 0: *len is rounded up and may be used.
static int64_t page_range(uint32_t addr, uint32_t len32, uint64_t *len)
{
    *len = mm_page_align(len32);
    if (addr % UAS_PAGE) return -EINVAL;
    if (*len > ABI_TASK_SIZE || addr > ABI_TASK_SIZE - *len) return -ENOMEM;
    return 0;
}

static int64_t result(long r)
{
    return r < 0 ? -errno : r;
}

static int64_t sys_msync(struct thread *t, const struct sysargs *s)
{
    const uint32_t addr = (uint32_t)s->a[0];
    uint64_t len;
    const int64_t err = page_range(addr, (uint32_t)s->a[1], &len);
    if (err) return err;
    const int64_t r = result(msync(guest_ptr(t, addr), len, (int)s->a[2]));
    return r == 0 && !uas_is_mapped(&t->p->as, addr, len) ? -ENOMEM : r;
}

static int64_t sys_mincore(struct thread *t, const struct sysargs *s)
{
    uint32_t addr = (uint32_t)s->a[0], vec = (uint32_t)s->a[2];
    uint64_t len;
    const int64_t err = page_range(addr, (uint32_t)s->a[1], &len);
    if (err) return err;
    if (!uas_is_mapped(&t->p->as, addr, len)) return -ENOMEM;
    unsigned char pages[PAGE_CHUNK];
    while (len) {
        const uint64_t n = len / UAS_PAGE < PAGE_CHUNK ? len / UAS_PAGE : PAGE_CHUNK;
        if (mincore(guest_ptr(t, addr), n * UAS_PAGE, pages) < 0) return -errno;
        if (!uas_write(&t->p->as, vec, pages, n)) return -EFAULT;
        addr += (uint32_t)(n * UAS_PAGE);
        vec += (uint32_t)n;
        len -= n * UAS_PAGE;
    }
    return 0;
}

static int64_t sys_madvise(struct thread *t, const struct sysargs *s)
{
    const uint32_t addr = (uint32_t)s->a[0], advice = (uint32_t)s->a[2];
    uint64_t len;
    const int64_t err = page_range(addr, (uint32_t)s->a[1], &len);
    if (err) return err == -ENOMEM ? -EINVAL : err;
    switch (advice) {
    case ABI_MADV_HWPOISON:
    case ABI_MADV_SOFT_OFFLINE: return -EPERM;
    case ABI_MADV_DONTFORK: // the window must be whole in a child, too
    case ABI_MADV_DOFORK: return uas_is_mapped(&t->p->as, addr, len) ? 0 : -ENOMEM;
    case ABI_MADV_POPULATE_WRITE: uas_prepare_write(&t->p->as, addr, len); break;
    default: break; // numbers are the host's
    }
    const int64_t r = result(madvise(guest_ptr(t, addr), len, (int)advice));
    switch (advice) {
    case ABI_MADV_DONTNEED:
    case ABI_MADV_DONTNEED_LOCKED:
    case ABI_MADV_FREE:
    case ABI_MADV_REMOVE: uas_invalidate(&t->p->as, addr, len); break;
    default: break;
    }
    return r == 0 && !uas_is_mapped(&t->p->as, addr, len) ? -ENOMEM : r;
}

// The host's calls themselves: sanitizers make libc's do nothing.
typedef int64_t lock_fn(const void *addr, size_t len);

static int64_t lock_now(const void *addr, size_t len)
{
    return host_syscall(SYS_mlock, (long)addr, (long)len, 0, 0, 0, 0);
}

static int64_t lock_on_fault(const void *addr, size_t len)
{
    return host_syscall(SYS_mlock2, (long)addr, (long)len, 1 /* MLOCK_ONFAULT */, 0, 0, 0);
}

static int64_t unlock(const void *addr, size_t len)
{
    return host_syscall(SYS_munlock, (long)addr, (long)len, 0, 0, 0, 0);
}

static int64_t lock_range(struct thread *t, const struct sysargs *s, lock_fn *fn)
{
    const uint32_t addr = (uint32_t)s->a[0] & ~(UAS_PAGE - 1);
    uint64_t len;
    const int64_t err = page_range(addr, (uint32_t)(s->a[1] + s->a[0] % UAS_PAGE), &len);
    if (err) return err;
    if (!uas_is_mapped(&t->p->as, addr, len)) return -ENOMEM;
    return len ? fn(guest_ptr(t, addr), len) : 0;
}

static int64_t sys_mlock(struct thread *t, const struct sysargs *s)
{
    return lock_range(t, s, lock_now);
}

static int64_t sys_munlock(struct thread *t, const struct sysargs *s)
{
    return lock_range(t, s, unlock);
}

static int64_t sys_mlock2(struct thread *t, const struct sysargs *s)
{
    const uint32_t flags = (uint32_t)s->a[2];
    if (flags & ~1u) return -EINVAL;
    return lock_range(t, s, flags ? lock_on_fault : lock_now);
}

// For each mapping of the guest: the host's mlockall would lock all of stinkarm and count the whole window.
static int64_t for_all(struct thread *t, lock_fn *fn)
{
    struct uas_map m;
    int64_t r = 0;
    for (uint64_t at = 0; at < ABI_TASK_SIZE && uas_next(&t->p->as, (uint32_t)at, &m) && r == 0; at = m.end)
        if (m.prot) r = fn(guest_ptr(t, m.start), m.end - m.start);
    return r;
}

static int64_t sys_mlockall(struct thread *t, const struct sysargs *s)
{
    const uint32_t flags = (uint32_t)s->a[0];
    const uint32_t known = ABI_MCL_CURRENT | ABI_MCL_FUTURE | ABI_MCL_ONFAULT;
    if (!flags || flags & ~known || flags == ABI_MCL_ONFAULT) return -EINVAL;
    const int64_t r =
        flags & ABI_MCL_CURRENT ? for_all(t, flags & ABI_MCL_ONFAULT ? lock_on_fault : lock_now) : 0;
    if (r == 0) t->p->mlock_future = flags & ABI_MCL_FUTURE;
    return r;
}

static int64_t sys_munlockall(struct thread *t, const struct sysargs *s)
{
    (void)s;
    t->p->mlock_future = false;
    return for_all(t, unlock);
}

static int64_t sys_remap_file_pages(struct thread *t, const struct sysargs *s)
{
    const uint32_t addr = (uint32_t)s->a[0] & ~(UAS_PAGE - 1);
    uint64_t len;
    if (page_range(addr, (uint32_t)s->a[1], &len) || !uas_is_mapped(&t->p->as, addr, len)) return -EINVAL;
    const int64_t r = result(remap_file_pages(guest_ptr(t, addr), len, (int)s->a[2], s->a[3], (int)s->a[4]));
    uas_invalidate(&t->p->as, addr, len);
    return r;
}

// --- arch/arm/kernel/traps.c: arm_syscall()
// -------------------------------------------------------------------------

static int64_t arm_breakpoint(struct thread *t, const struct sysargs *s)
{
    (void)s;
    struct cpu *c = &t->cpu;
    c->r[15] -= c->thumb ? 2 : 4;
    signal_raise_fault(t, ABI_SIGTRAP, ABI_TRAP_BRKPT, c->r[15]);
    return -ESIGRETURN;
}

static int64_t arm_cacheflush(struct thread *t, const struct sysargs *s)
{
    const uint32_t start = (uint32_t)s->a[0], end = (uint32_t)s->a[1];
    if (end < start || (uint32_t)s->a[2]) return -EINVAL;
    uas_invalidate(&t->p->as, start, end - start);
    return 0;
}

static int64_t arm_usr26(struct thread *t, const struct sysargs *s)
{
    (void)s;
    struct cpu *c = &t->cpu;
    c->r[15] -= c->thumb ? 2 : 4;
    signal_raise_fault(t, ABI_SIGILL, ABI_ILL_ILLTRP, c->r[15]);
    return -ESIGRETURN;
}

static int64_t arm_usr32(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return t->cpu.r[0];
}

static int64_t arm_set_tls(struct thread *t, const struct sysargs *s)
{
    t->cpu.tpidruro = (uint32_t)s->a[0];
    return 0;
}

static int64_t arm_get_tls(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return t->cpu.tpidruro;
}

const struct syscall_row sys_mem_rows[] = {
    {45, CALL_PURE, "brk", sys_brk, {ARG_PTR}},
    {91, CALL_PURE, "munmap", sys_munmap, {ARG_PTR, ARG_UINT}},
    {125, CALL_PURE, "mprotect", sys_mprotect, {ARG_PTR, ARG_UINT, ARG_PROT}},
    {144, CALL_PURE, "msync", sys_msync, {ARG_PTR, ARG_UINT, ARG_HEX}},
    {150, CALL_PURE, "mlock", sys_mlock, {ARG_PTR, ARG_UINT}},
    {151, CALL_PURE, "munlock", sys_munlock, {ARG_PTR, ARG_UINT}},
    {152, CALL_PURE, "mlockall", sys_mlockall, {ARG_HEX}},
    {153, CALL_PURE, "munlockall", sys_munlockall, {ARG_NONE}},
    {163, CALL_PURE, "mremap", sys_mremap, {ARG_PTR, ARG_UINT, ARG_UINT, ARG_HEX, ARG_PTR}},
    {192, CALL_CHECKED, "mmap2", sys_mmap2, {ARG_PTR, ARG_UINT, ARG_PROT, ARG_MAP_FLAGS, ARG_FD, ARG_HEX}},
    {219, CALL_PURE, "mincore", sys_mincore, {ARG_PTR, ARG_UINT, ARG_PTR}},
    {220, CALL_PURE, "madvise", sys_madvise, {ARG_PTR, ARG_UINT, ARG_INT}},
    {253,
     CALL_PURE,
     "remap_file_pages",
     sys_remap_file_pages,
     {ARG_PTR, ARG_UINT, ARG_PROT, ARG_UINT, ARG_HEX}},
    {390, CALL_PURE, "mlock2", sys_mlock2, {ARG_PTR, ARG_UINT, ARG_HEX}},
    {0xf0001, CALL_PURE, "breakpoint", arm_breakpoint, {ARG_NONE}},
    {0xf0002, CALL_PURE, "cacheflush", arm_cacheflush, {ARG_PTR, ARG_PTR, ARG_HEX}},
    {0xf0003, CALL_PURE, "usr26", arm_usr26, {ARG_NONE}},
    {0xf0004, CALL_PURE, "usr32", arm_usr32, {ARG_NONE}},
    {0xf0005, CALL_PURE, "set_tls", arm_set_tls, {ARG_PTR}},
    {0xf0006, CALL_PURE, "get_tls", arm_get_tls, {ARG_NONE}},
    {0},
};
