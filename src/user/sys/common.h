// What the families of system calls share.
#ifndef STINKARM_USER_SYS_COMMON_H
#define STINKARM_USER_SYS_COMMON_H

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "user/syscall.h"

// A call's implementation: SYSCALL(name) { … }
#define SYSCALL(name) static int64_t sys_##name(struct thread *t, const struct sysargs *s)

enum { GUEST_PATH_MAX = 4096, GUEST_IOV_MAX = 1024 };

// The path that is the n-th argument: 0 or a negative errno.
static inline int get_path(struct thread *t, char *buf, const struct sysargs *s, unsigned n)
{
    if (s->host[n]) {
        strcpy(buf, s->host[n]); // no longer than that
        return 0;
    }
    const int length = uas_read_string(&t->p->as, buf, (uint32_t)s->a[n], GUEST_PATH_MAX);
    return length < 0 ? length : 0;
}

// The guest's iovec array as the host's. writes: the host kernel will write to the buffers. 0 or a negative
// errno.
int get_iovec(struct thread *t, struct iovec *to, uint64_t addr, uint64_t count, bool writes);

// dirpos.c: whether the positions that getdents64 gave for a directory, up to the largest, are such as the
// guest gets in another form, and seek_fd takes from it.
bool dir_offsets_are_hashes(struct thread *t, int fd, int64_t largest);
int64_t dir_offset_to_guest(int64_t host);
int64_t dir_offset_to_host(int64_t guest);
// lseek
int64_t seek_fd(struct thread *t, int fd, int64_t offset, unsigned whence);

// The host's calls that C libraries' headers may be too old for. From 424 on numbers are the same on all
// machines.
enum {
    HOST_OPEN_TREE = 428,
    HOST_MOVE_MOUNT = 429,
    HOST_FSOPEN = 430,
    HOST_FSCONFIG = 431,
    HOST_FSMOUNT = 432,
    HOST_FSPICK = 433,
    HOST_PROCESS_MADVISE = 440,
    HOST_MOUNT_SETATTR = 442,
    HOST_QUOTACTL_FD = 443,
    HOST_LANDLOCK_CREATE_RULESET = 444,
    HOST_LANDLOCK_ADD_RULE = 445,
    HOST_LANDLOCK_RESTRICT_SELF = 446,
    HOST_PROCESS_MRELEASE = 448,
    HOST_FUTEX_WAITV = 449,
    HOST_CACHESTAT = 451,
    HOST_FCHMODAT2 = 452,
    HOST_FUTEX_WAKE = 454,
    HOST_FUTEX_WAIT = 455,
    HOST_FUTEX_REQUEUE = 456,
    HOST_STATMOUNT = 457,
    HOST_LISTMOUNT = 458,
    HOST_LSM_GET_SELF_ATTR = 459,
    HOST_LSM_SET_SELF_ATTR = 460,
    HOST_LSM_LIST_MODULES = 461,
    HOST_SETXATTRAT = 463,
    HOST_GETXATTRAT = 464,
    HOST_LISTXATTRAT = 465,
    HOST_REMOVEXATTRAT = 466,
    HOST_OPEN_TREE_ATTR = 467,
    HOST_FILE_GETATTR = 468,
    HOST_FILE_SETATTR = 469,
};

#define host0(nr)                host_syscall(nr, 0, 0, 0, 0, 0, 0)
#define host1(nr, a)             host_syscall(nr, (long)(a), 0, 0, 0, 0, 0)
#define host2(nr, a, b)          host_syscall(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define host3(nr, a, b, c)       host_syscall(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define host4(nr, a, b, c, d)    host_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define host5(nr, a, b, c, d, e) host_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define host6(nr, a, b, c, d, e, f)                                                                          \
    host_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define block(t, nr, a, b, c, d, e, f)                                                                       \
    host_syscall_blocking(t, nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// A guest pointer that may be NULL, for the host kernel to read or write.
static inline void *guest_ptr_or_null(struct thread *t, uint64_t addr)
{
    return addr ? guest_ptr(t, addr) : NULL;
}

static inline void *guest_out_ptr_or_null(struct thread *t, uint64_t addr, uint64_t len)
{
    return addr ? guest_out_ptr(t, addr, len) : NULL;
}

#endif
