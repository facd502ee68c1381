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
