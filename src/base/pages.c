#include "base/pages.h"

#include <stdatomic.h>
#include <stdbool.h>

// The first mapping has room for small things, and for large ones. The small ones begin with those that every
// program touches before its first instruction: the engine, the first thread, its CPU and its part of the
// engine.
enum { ROOM_SMALL = 256 << 10, ROOM_LARGE = 4 << 20, SMALL_MOST = 64 << 10, SMALL_SOON = 6 * PAGE_SIZE_HOST };

static void *map(size_t size)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void *pages_sparse(size_t size)
{
    static uint8_t *first;
    static atomic_size_t used_small, used_large;
    size = (size + PAGE_SIZE_HOST - 1) & ~(size_t)(PAGE_SIZE_HOST - 1);
    const bool small = size <= SMALL_MOST;
    const size_t room = small ? ROOM_SMALL : ROOM_LARGE;
    // Written before anything is read there, this page comes once, not twice.
    const size_t at = atomic_fetch_add(small ? &used_small : &used_large, size);
    if (!first) {
        if (!(first = map(ROOM_SMALL + ROOM_LARGE))) return NULL;
        pages_expect(first, SMALL_SOON);
    }
    if (at >= room || size > room - at) return map(size);
    return first + (small ? 0 : ROOM_SMALL) + at;
}

// Where mappings begin that may have large pages; kernels before 6.7 do not do it by themselves.
static uint8_t *aligned(size_t size)
{
    uint8_t *p = map(size), *at;
    if (!p || !((uintptr_t)p & (PAGES_LARGE - 1))) return p;
    munmap(p, size);
    if (!(p = map(size + PAGES_LARGE))) return NULL;
    at = (uint8_t *)(((uintptr_t)p + PAGES_LARGE - 1) & ~(uintptr_t)(PAGES_LARGE - 1));
    if (at > p) munmap(p, (size_t)(at - p));
    munmap(at + size, (size_t)(p + PAGES_LARGE - at));
    return at;
}

void *pages_large(size_t size)
{
    uint8_t *p = aligned(size);
    if (p) madvise(p, size, MADV_HUGEPAGE);
    return p;
}

void *pages_large_at(uintptr_t at, size_t size)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (p == MAP_FAILED) return NULL;
    if ((uintptr_t)p == at) {
        madvise(p, size, MADV_HUGEPAGE);
        return p;
    }
    munmap(p, size); // kernels before 4.17 take it for a hint
    return NULL;
}
