// Zeroed memory from the kernel, in pages of its own. For what must not start up the heap, and for what is
// made and freed while other threads may fork: see user/hostthread.h. Freed by munmap.
#ifndef STINKARM_BASE_PAGES_H
#define STINKARM_BASE_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { PAGE_SIZE_HOST = 4096, PAGES_LARGE = 2 << 20 };

// Of large variables that begin as zeros and few programs touch: they lie behind all others, which fill fewer
// pages then.
#define PAGES_APART __attribute__((section(".lbss")))

static inline void *pages_new(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// For large things of which few pages are ever touched. One mapping serves what a program needs to start
// with, since each costs 2 µs or more. The first request must come before there are threads.
void *pages_sparse(size_t size);

// For what is used densely: in large pages, each of which comes with the first access to it, if the kernel
// has any to give (transparent_hugepage/enabled: madvise or always). size: a multiple of PAGES_LARGE. One of
// them costs as much as a hundred small ones or fewer, in virtual machines as ten.
void *pages_large(size_t size);

// The same at a given multiple of PAGES_LARGE. NULL: somebody is there.
void *pages_large_at(uintptr_t at, size_t size);

// Memory that is going to be written soon: its pages come now, which costs less than a fault for each, and
// two for what is read first. Kernels before 5.14 do not know this, and nothing happens.
static inline void pages_expect(void *start, size_t size)
{
    const uintptr_t first = (uintptr_t)start & ~(uintptr_t)(PAGE_SIZE_HOST - 1);
    madvise((void *)first, (uintptr_t)start + size - first, MADV_POPULATE_WRITE);
}

#endif
