// The process's memory as the kernel's mm/ offers it: what the system calls of sys/mem.c do, for others to
// use, too. All return a result or a negative errno, and take p->as.mm_lock themselves.
#ifndef STINKARM_USER_MM_H
#define STINKARM_USER_MM_H

#include "user/process.h"

static inline uint64_t mm_page_align(uint64_t n)
{
    return (n + UAS_PAGE - 1) & ~(uint64_t)(UAS_PAGE - 1);
}

// An address for len bytes as mmap would choose it, near the hint if that is free; 0: none. mm_lock is held.
uint32_t mm_choose(struct process *p, uint32_t hint, uint64_t len, uint32_t align);

int64_t mm_mmap(struct process *p, uint32_t addr, uint32_t len, uint32_t prot, uint32_t flags, int fd,
                uint64_t offset);
int64_t mm_munmap(struct process *p, uint32_t addr, uint32_t len);
int64_t mm_mprotect(struct process *p, uint32_t addr, uint32_t len, uint32_t prot);
int64_t mm_mremap(struct process *p, uint32_t addr, uint32_t old_len, uint32_t new_len, uint32_t flags,
                  uint32_t to);
uint32_t mm_brk(struct process *p, uint32_t addr);

// shmat and shmdt.
int64_t mm_shmat(struct process *p, int id, uint32_t addr, int flags);
int64_t mm_shmdt(struct process *p, uint32_t addr);

// A fault at an unmapped address just below a mapping that grows down: true if it has grown over it.
bool mm_grow(struct process *p, uint32_t addr);

#endif
