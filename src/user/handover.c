#include "user/handover.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/seccomp.h"
#include "user/syscall.h"

// Stacks that a limit gives to a new program.
enum { LEAST_STACK = 128 << 10, MOST_STACK = 1 << 30 };

bool handover_needed(const struct thread *t)
{
    bool any = t->seccomp != SECCOMP_OFF;
    for (int i = 0; i < PROCESS_LIMITS; i++)
        any |= t->p->limit[i].set;
    return any;
}

int handover_write(const struct thread *t)
{
    const int fd = (int)host_syscall(SYS_memfd_create, (long)"stinkarm", 0, 0, 0, 0, 0);
    if (fd < 0) return fd;
    const long n = host_syscall(SYS_write, fd, (long)t->p->limit, sizeof t->p->limit, 0, 0, 0);
    int err = n < 0 ? (int)n : seccomp_write(t, fd);
    if (!err) err = (int)host_syscall(SYS_lseek, fd, 0, SEEK_SET, 0, 0, 0);
    if (!err) return fd;
    host_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
    return err;
}

bool handover_read(struct thread *t, int fd)
{
    struct process *p = t->p;
    const ssize_t n = read(fd, p->limit, sizeof p->limit);
    const int err = n < 0 ? -errno : n != sizeof p->limit ? -EIO : seccomp_read(t, fd);
    close(fd);
    const uint64_t stack = p->limit[RLIMIT_STACK].cur;
    if (p->limit[RLIMIT_STACK].set && stack != UINT64_MAX) // without a limit it is as large as always
        p->opt.stack_size = stack < LEAST_STACK  ? LEAST_STACK
                            : stack > MOST_STACK ? MOST_STACK
                                                 : (uint32_t)stack;
    errno = -err;
    return !err;
}
