#include "user/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

enum { NR_EXIT = 1, NR_EXIT_GROUP = 248 };

bool policy_owns_fd(const struct thread *t, int fd)
{
    if (fd < 0) return true; // no file: EBADF, or "none", as the host says
    if (fd < 3) return true;
    return fd < PROCESS_SANDBOX_FDS && t->p->sandbox_fds[fd / 64] >> fd % 64 & 1;
}

bool policy_may_replace_fd(const struct thread *t, int fd)
{
    if (!policy_sandboxed(t) || policy_owns_fd(t, fd)) return true;
    return fd < PROCESS_SANDBOX_FDS && host_syscall(SYS_fcntl, fd, F_GETFD, 0, 0, 0, 0) == -EBADF;
}

int64_t policy_new_fd(struct thread *t, int64_t fd)
{
    if (fd < 0 || !policy_sandboxed(t)) return fd;
    if (fd >= PROCESS_SANDBOX_FDS) { // cannot be noted
        host_syscall(SYS_close, (long)fd, 0, 0, 0, 0, 0);
        return -EMFILE;
    }
    __atomic_fetch_or(&t->p->sandbox_fds[fd / 64], 1ull << fd % 64, __ATOMIC_SEQ_CST);
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
        __atomic_fetch_and(&t->p->sandbox_fds[fd / 64], ~(1ull << fd % 64), __ATOMIC_SEQ_CST);
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

static int check_arg(struct thread *t, uint8_t kind, uint64_t arg)
{
    if (kind == ARG_FD && !policy_owns_fd(t, (int)arg)) return policy_refuse(t, EBADF);
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
    if (row->call_class == CALL_UNSAFE) return policy_refuse(t, EPERM);
    int r = 0;
    for (int i = 0; i < 6 && row->args[i] != ARG_NONE && !r; i++)
        r = check_arg(t, row->args[i], s->a[i]);
    return r;
}
