// Zeroed memory from the kernel, in pages of its own. For what must not start up the heap, and for what is
// made and freed while other threads may fork: see user/hostthread.h. Freed by munmap.
#ifndef STINKARM_BASE_PAGES_H
#define STINKARM_BASE_PAGES_H

#include <stddef.h>
#include <sys/mman.h>

static inline void *pages_new(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

#endif
