// System calls of processes: identity, groups, waiting, other programs, other processes.
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "user/clone.h"
#include "user/policy.h"
#include "user/signal.h"
#include "user/sys/common.h"

// ---- identity ----

static int64_t sys_setpgid(struct thread *t, const struct sysargs *s)
{
    const int pid = (int)s->a[0], group = (int)s->a[1];
    if (policy_sandboxed(t) &&
        !((!pid || policy_may_signal(t, pid)) && (!group || group == pid || policy_may_signal(t, -group))))
        return policy_refuse(t, EPERM);
    return host_syscall(SYS_setpgid, (int)s->a[0], (int)s->a[1], 0, 0, 0, 0);
}

static int64_t sys_getpgid(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_getpgid, (int)s->a[0], 0, 0, 0, 0, 0);
}

static int64_t sys_getsid(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_getsid, (int)s->a[0], 0, 0, 0, 0, 0);
}

static int64_t sys_unshare(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_unshare, (long)s->a[0], 0, 0, 0, 0, 0);
}

static int64_t sys_setns(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_setns, (int)s->a[0], (int)s->a[1], 0, 0, 0, 0);
}

// ---- waiting ----

struct abi_rusage {
    int32_t time[4]; // ru_utime, ru_stime
    int32_t rest[14];
};
_Static_assert(sizeof(struct abi_rusage) == 72, "struct rusage of the ARM EABI");

static bool put_rusage(struct thread *t, uint64_t at, const struct rusage *ru)
{
    struct abi_rusage out = {.time = {(int32_t)ru->ru_utime.tv_sec, (int32_t)ru->ru_utime.tv_usec,
                                      (int32_t)ru->ru_stime.tv_sec, (int32_t)ru->ru_stime.tv_usec}};
    const long *rest = &ru->ru_maxrss;
    for (int i = 0; i < 14; i++)
        out.rest[i] = (int32_t)rest[i];
    return put_guest(t, out, at);
}

static int64_t sys_wait4(struct thread *t, const struct sysargs *s)
{
    int status = 0;
    struct rusage ru;
    const long pid = host_syscall_blocking(t, SYS_wait4, (int)s->a[0], (long)&status, (int)s->a[2],
                                           s->a[3] ? (long)&ru : 0, 0, 0);
    if (pid <= 0) return pid;
    if (s->a[1] && !put_guest(t, status, s->a[1])) return -EFAULT;
    if (s->a[3] && !put_rusage(t, s->a[3], &ru)) return -EFAULT;
    return pid;
}

enum { ID_PIDFD = 3 };

static int64_t sys_waitid(struct thread *t, const struct sysargs *s)
{
    siginfo_t si;
    struct rusage ru;
    if (s->a[0] == ID_PIDFD && policy_sandboxed(t) && !policy_owns_fd(t, (int)s->a[1]))
        return policy_refuse(t, EBADF);
    memset(&si, 0, sizeof si);
    const long r = host_syscall_blocking(t, SYS_waitid, (int)s->a[0], (int)s->a[1], (long)&si, (int)s->a[3],
                                         s->a[4] ? (long)&ru : 0, 0);
    if (r < 0) return r;
    struct abi_siginfo info;
    siginfo_from_host(&info, &si);
    if (s->a[4] && si.si_signo && !put_rusage(t, s->a[4], &ru)) return -EFAULT;
    // The kernel writes these members and no more.
    if (s->a[2] && !uas_write(&t->p->as, (uint32_t)s->a[2], &info, 24)) return -EFAULT;
    return 0;
}

// ---- other programs ----

#define ABI_AT_FDCWD (-100)

static int64_t sys_execve(struct thread *t, const struct sysargs *s)
{
    return exec_guest(t, ABI_AT_FDCWD, (uint32_t)s->a[0], (uint32_t)s->a[1], (uint32_t)s->a[2], 0);
}

static int64_t sys_execveat(struct thread *t, const struct sysargs *s)
{
    return exec_guest(t, (int)s->a[0], (uint32_t)s->a[1], (uint32_t)s->a[2], (uint32_t)s->a[3], (int)s->a[4]);
}

// ---- other processes ----

#define VECTORS 1024u // UIO_MAXIOV

static int64_t read_vectors(struct thread *t, uint64_t at, uint64_t count, struct iovec *to, bool out)
{
    if (count > VECTORS) return -EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t v[2];
        if (!get_guest(t, v, at + 8 * i)) return -EFAULT;
        to[i] = (struct iovec){out ? guest_out_ptr(t, v[0], v[1]) : guest_ptr(t, v[0]), v[1]};
    }
    return 0;
}

// Every stinkarm keeps its guest's memory at the same place. In other processes the host kernel finds
// nothing there. Pages with translated code cannot be written to from outside: EFAULT.
static int64_t process_vm(struct thread *t, const struct sysargs *s, bool write)
{
    struct iovec local[VECTORS], remote[VECTORS];
    int64_t err = read_vectors(t, s->a[1], s->a[2], local, !write);
    if (!err) err = read_vectors(t, s->a[3], s->a[4], remote, write);
    if (err) return err;
    return host_syscall(write ? SYS_process_vm_writev : SYS_process_vm_readv, (int)s->a[0], (long)local,
                        (long)s->a[2], (long)remote, (long)s->a[4], (long)s->a[5]);
}

static int64_t sys_process_vm_readv(struct thread *t, const struct sysargs *s)
{
    return process_vm(t, s, false);
}

static int64_t sys_process_vm_writev(struct thread *t, const struct sysargs *s)
{
    return process_vm(t, s, true);
}

// What is advised here does not change what is mapped.
static int64_t sys_process_madvise(struct thread *t, const struct sysargs *s)
{
    struct iovec v[VECTORS];
    const int64_t err = read_vectors(t, s->a[1], s->a[2], v, false);
    if (err) return err;
    return host_syscall(HOST_PROCESS_MADVISE, (int)s->a[0], (long)v, (long)s->a[2], (int)s->a[3],
                        (long)s->a[4], 0);
}

static int64_t sys_process_mrelease(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(HOST_PROCESS_MRELEASE, (int)s->a[0], (long)s->a[1], 0, 0, 0, 0);
}

enum { KCMP_TFD = 7 }; // its second thing is described in memory

static int64_t sys_kcmp(struct thread *t, const struct sysargs *s)
{
    const int what = (int)s->a[2];
    const long second = what == KCMP_TFD ? (long)guest_ptr(t, s->a[4]) : (long)s->a[4];
    return host_syscall(SYS_kcmp, (int)s->a[0], (int)s->a[1], what, (long)s->a[3], second, 0);
}

static int64_t sys_pidfd_open(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_pidfd_open, (int)s->a[0], (long)s->a[1], 0, 0, 0, 0);
}

static int64_t sys_pidfd_getfd(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_pidfd_getfd, (int)s->a[0], (int)s->a[1], (long)s->a[2], 0, 0, 0);
}

const struct syscall_row sys_process_rows[] = {
    {11, CALL_EXECS, "execve", sys_execve, {ARG_STR, ARG_STRV, ARG_STRV}},
    {20, CALL_PURE, "getpid", NULL, {0}, SYS_getpid},
    {57, CALL_FORKS, "setpgid", sys_setpgid, {ARG_INT, ARG_INT}},
    {64, CALL_PURE, "getppid", NULL, {0}, SYS_getppid},
    {65, CALL_PURE, "getpgrp", NULL, {0}, SYS_getpgrp},
    {66, CALL_FORKS, "setsid", NULL, {0}, SYS_setsid},
    {114, CALL_PURE, "wait4", sys_wait4, {ARG_INT, ARG_PTR, ARG_HEX, ARG_PTR}},
    {132, CALL_PURE, "getpgid", sys_getpgid, {ARG_INT}},
    {147, CALL_PURE, "getsid", sys_getsid, {ARG_INT}},
    {280, CALL_PURE, "waitid", sys_waitid, {ARG_INT, ARG_INT, ARG_PTR, ARG_HEX, ARG_PTR}},
    {337, CALL_UNSAFE, "unshare", sys_unshare, {ARG_CLONE_FLAGS}},
    {375, CALL_UNSAFE, "setns", sys_setns, {ARG_FD, ARG_CLONE_FLAGS}},
    {376,
     CALL_UNSAFE,
     "process_vm_readv",
     sys_process_vm_readv,
     {ARG_INT, ARG_PTR, ARG_UINT, ARG_PTR, ARG_UINT, ARG_HEX}},
    {377,
     CALL_UNSAFE,
     "process_vm_writev",
     sys_process_vm_writev,
     {ARG_INT, ARG_PTR, ARG_UINT, ARG_PTR, ARG_UINT, ARG_HEX}},
    {378, CALL_UNSAFE, "kcmp", sys_kcmp, {ARG_INT, ARG_INT, ARG_INT, ARG_HEX, ARG_HEX}},
    {387, CALL_EXECS, "execveat", sys_execveat, {ARG_DIRFD, ARG_STR, ARG_STRV, ARG_STRV, ARG_AT_FLAGS}},
    {434, CALL_UNSAFE, "pidfd_open", sys_pidfd_open, {ARG_INT, ARG_HEX}},
    {438, CALL_UNSAFE, "pidfd_getfd", sys_pidfd_getfd, {ARG_FD, ARG_INT, ARG_HEX}},
    {440, CALL_UNSAFE, "process_madvise", sys_process_madvise, {ARG_FD, ARG_PTR, ARG_UINT, ARG_INT, ARG_HEX}},
    {448, CALL_UNSAFE, "process_mrelease", sys_process_mrelease, {ARG_FD, ARG_HEX}},
    {0},
};
