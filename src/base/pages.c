#include "base/pages.h"

#include <stdatomic.h>

enum { FIRST_MAPPING = 4 << 20 };

static void *map(size_t size)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void *pages_sparse(size_t size)
{
    static uint8_t *first;
    static atomic_size_t used;
    if (!first && !(first = map(FIRST_MAPPING))) return NULL;
    size = (size + PAGE_SIZE_HOST - 1) & ~(size_t)(PAGE_SIZE_HOST - 1);
    const size_t at = atomic_fetch_add(&used, size);
    return at < FIRST_MAPPING && size <= FIRST_MAPPING - at ? first + at : map(size);
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
