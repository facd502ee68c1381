#include "user/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NR_EXIT = 1, NR_EXIT_GROUP = 248 };

bool policy_owns_fd(const struct thread *t, int fd)
{
    if (fd < 0) return true; // no file: EBADF, or "none", as the host says
    if (fd < 3) return true;
    return fd < PROCESS_SANDBOX_FDS && t->sandbox_fds[fd / 64] >> fd % 64 & 1;
}

bool policy_may_replace_fd(const struct thread *t, int fd)
{
    if (!policy_sandboxed(t) || policy_owns_fd(t, fd)) return true;
    return fd < SANDBOX_HIGH_FD && host_syscall(SYS_fcntl, fd, F_GETFD, 0, 0, 0, 0) == -EBADF;
}

int64_t policy_new_fd(struct thread *t, int64_t fd)
{
    if (fd < 0 || !policy_sandboxed(t)) return fd;
    if (fd >= SANDBOX_HIGH_FD) { // those are the emulator's
        host_syscall(SYS_close, (long)fd, 0, 0, 0, 0, 0);
        return -EMFILE;
    }
    __atomic_fetch_or(&t->sandbox_fds[fd / 64], 1ull << fd % 64, __ATOMIC_SEQ_CST);
    return fd;
}

int64_t policy_new_pair(struct thread *t, const int fd[2], uint64_t addr)
{
    int64_t r = 0;
    int n = 0;
    for (; n < 2 && r >= 0; n++)
        r = policy_new_fd(t, fd[n]);
    if (r >= 0 && uas_write(&t->p->as, (uint32_t)addr, fd, 2 * sizeof *fd)) return 0;
    if (r >= 0) r = -EFAULT;
    for (int i = 0; i < 2; i++) {
        if (r == -EMFILE && i == n - 1) continue; // closed already
        policy_close_fd(t, fd[i]);
        host_syscall(SYS_close, fd[i], 0, 0, 0, 0, 0);
    }
    return r;
}

void policy_close_fd(struct thread *t, int fd)
{
    if (fd >= 0 && fd < PROCESS_SANDBOX_FDS)
        __atomic_fetch_and(&t->sandbox_fds[fd / 64], ~(1ull << fd % 64), __ATOMIC_SEQ_CST);
}

int policy_refuse(struct thread *t, int error)
{
    t->refused = true;
    return -error;
}

// A clock that belongs to a device file: the complement of its descriptor, and 3
// (include/linux/posix-timers.h).
static bool is_foreign_clock(const struct thread *t, uint64_t arg)
{
    const int32_t clock = (int32_t)arg;
    return clock < 0 && (clock & 7) == 3 && !policy_owns_fd(t, ~(clock >> 3));
}

// What a class needs at all; the rest is said by the call's arguments.
static bool is_granted(const struct sandbox *s, uint8_t call_class)
{
    switch ((enum call_class)call_class) {
    case CALL_PURE:
    case CALL_FD:
    case CALL_CHECKED: return true;
    case CALL_LOOKS:
    case CALL_READS:
    case CALL_CHANGES:
    case CALL_OPENS: return sandbox_has_files(s);
    case CALL_EXECS: return s->exec;
    case CALL_NET: return s->net;
    case CALL_FORKS: return s->max_processes > 1;
    case CALL_UNSAFE: return false;
    }
    return false;
}

// A descriptor whose file's status is changed: what it is opened for says nothing about that.
static bool is_changeable(const struct thread *t, int fd)
{
    char link[40], path[SANDBOX_PATH];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return false;
    path[n] = 0;
    return sandbox_may_change(t->p->sandbox, path);
}

int policy_check_fd(struct thread *t, int fd, bool change)
{
    if (!policy_owns_fd(t, fd)) return policy_refuse(t, EBADF);
    return change && !is_changeable(t, fd) ? policy_refuse(t, EPERM) : 0;
}

static int check_arg(struct thread *t, uint8_t call_class, uint8_t kind, uint64_t arg)
{
    if (kind == ARG_FD) return policy_check_fd(t, (int)arg, call_class == CALL_CHANGES);
    if (kind == ARG_CLOCK && is_foreign_clock(t, arg)) return policy_refuse(t, EINVAL);
    return 0;
}

int policy_check(struct thread *t, const struct syscall_row *row, const struct sysargs *s)
{
    switch (t->p->opt.policy) {
    case POLICY_FORWARD: return 0;
    case POLICY_DENY: return row->nr == NR_EXIT || row->nr == NR_EXIT_GROUP ? 0 : policy_refuse(t, ENOSYS);
    case POLICY_SANDBOX: break;
    }
    if (!is_granted(t->p->sandbox, row->call_class)) return policy_refuse(t, EPERM);
    int r = 0;
    for (int i = 0; i < 6 && row->args[i] != ARG_NONE && !r; i++)
        r = check_arg(t, row->call_class, row->args[i], s->a[i]);
    return r;
}

// All threads share their descriptors and the working directory, or what is noted about those would be true
// for some of them only.
int64_t policy_may_clone(struct thread *t, struct clone_args *a)
{
    struct sandbox *s = t->p->sandbox;
    const uint32_t shared = ABI_CLONE_FILES | ABI_CLONE_FS;
    const uint32_t new_any = ABI_CLONE_NEWNS | 0x02000000u | 0x04000000u | 0x08000000u | ABI_CLONE_NEWUSER |
                             ABI_CLONE_NEWPID | 0x40000000u;
    if (a->flags & ABI_CLONE_THREAD) {
        if ((a->flags & shared) != shared || t->vforked) return policy_refuse(t, EPERM);
        return t->p->nthreads < SANDBOX_THREADS ? 0 : policy_refuse(t, EAGAIN);
    }
    if (s->max_processes == 1 || a->flags & (new_any | shared | ABI_CLONE_PARENT | ABI_CLONE_PIDFD))
        return policy_refuse(t, EPERM);
    if (s->time && !(a->time = sandbox_time_left(s))) return policy_refuse(t, EAGAIN);
    a->slot = sandbox_reserve(s);
    return a->slot < 0 ? policy_refuse(t, EAGAIN) : 0;
}

void policy_enter(struct thread *t, const struct clone_args *a)
{
    const int pid = (int)host_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
    sandbox_enter(t->p->sandbox, a->slot, pid);
    if (a->time && !sandbox_time(a->time)) _exit(125);
}

bool policy_may_signal(struct thread *t, int pid)
{
    const int self = (int)host_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
    if (!policy_sandboxed(t) || pid == self) return true;
    const struct sandbox *s = t->p->sandbox;
    if (pid > 0) return sandbox_has_process(s, pid);
    if (pid == -1) return false;
    return sandbox_has_group(s, pid ? -pid : (int)host_syscall(SYS_getpgrp, 0, 0, 0, 0, 0, 0));
}
