// System calls of threads: making and ending them, futexes, scheduling.
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "user/clone.h"
#include "user/signal.h"
#include "user/syscall.h"

// ---- life and death ----

// The ARM kernel's order of arguments: flags, stack, parent_tid, tls, child_tid.
static int64_t sys_clone(struct thread *t, const struct sysargs *s)
{
    const struct clone_args a = {
        .flags = (uint32_t)s->a[0],
        .stack = (uint32_t)s->a[1],
        .parent_tid = (uint32_t)s->a[2],
        .tls = (uint32_t)s->a[3],
        .child_tid = (uint32_t)s->a[4],
        .pidfd = (uint32_t)s->a[2],
    };
    // Both would be at one address.
    if (a.flags & ABI_CLONE_PIDFD && a.flags & ABI_CLONE_PARENT_SETTID) return -EINVAL;
    return clone_guest(t, &a);
}

static int64_t sys_fork(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return clone_guest(t, &(struct clone_args){.flags = SIGCHLD});
}

static int64_t sys_vfork(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return clone_guest(t, &(struct clone_args){.flags = ABI_CLONE_VFORK | ABI_CLONE_VM | SIGCHLD});
}

static int64_t sys_exit(struct thread *t, const struct sysargs *s)
{
    return clone_exit(t, (int)s->a[0]);
}

static int64_t sys_exit_group(struct thread *t, const struct sysargs *s)
{
    clone_exit_group(t, (int)s->a[0]);
}

static int64_t sys_gettid(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return t->tid;
}

static int64_t sys_set_tid_address(struct thread *t, const struct sysargs *s)
{
    t->clear_child_tid = (uint32_t)s->a[0];
    return t->tid;
}

#define ROBUST_LIST_HEAD_SIZE 12

static int64_t sys_set_robust_list(struct thread *t, const struct sysargs *s)
{
    if (s->a[1] != ROBUST_LIST_HEAD_SIZE) return -EINVAL;
    t->robust_list = (uint32_t)s->a[0];
    t->robust_len = ROBUST_LIST_HEAD_SIZE;
    return 0;
}

static int64_t sys_get_robust_list(struct thread *t, const struct sysargs *s)
{
    const int tid = (int)s->a[0];
    uint32_t head = t->robust_list;
    if (tid && tid != t->tid) {
        const struct thread *o;
        pthread_mutex_lock(&t->p->lock);
        for (o = t->p->threads; o && o->tid != tid; o = o->next)
            ;
        if (o) head = o->robust_list;
        pthread_mutex_unlock(&t->p->lock);
        if (!o) return host_syscall(SYS_kill, tid, 0, 0, 0, 0, 0) == -ESRCH ? -ESRCH : -EPERM;
    }
    const uint32_t len = ROBUST_LIST_HEAD_SIZE;
    return put_guest(t, len, s->a[2]) && put_guest(t, head, s->a[1]) ? 0 : -EFAULT;
}

// ---- futexes: on the guest's memory itself, so that all processes that share it meet ----

enum futex_op {
    FUTEX_WAIT,
    FUTEX_WAKE,
    FUTEX_FD,
    FUTEX_REQUEUE,
    FUTEX_CMP_REQUEUE,
    FUTEX_WAKE_OP,
    FUTEX_LOCK_PI,
    FUTEX_UNLOCK_PI,
    FUTEX_TRYLOCK_PI,
    FUTEX_WAIT_BITSET,
    FUTEX_WAKE_BITSET,
    FUTEX_WAIT_REQUEUE_PI,
    FUTEX_CMP_REQUEUE_PI,
    FUTEX_LOCK_PI2,
};
#define FUTEX_CMD_MASK 127

// The fourth argument is a timeout, a second number, or nothing.
static bool takes_timeout(int cmd)
{
    return cmd == FUTEX_WAIT || cmd == FUTEX_LOCK_PI || cmd == FUTEX_WAIT_BITSET ||
           cmd == FUTEX_WAIT_REQUEUE_PI || cmd == FUTEX_LOCK_PI2;
}

static bool takes_second(int cmd)
{
    return cmd == FUTEX_REQUEUE || cmd == FUTEX_CMP_REQUEUE || cmd == FUTEX_WAKE_OP ||
           cmd == FUTEX_WAIT_REQUEUE_PI || cmd == FUTEX_CMP_REQUEUE_PI;
}

// Whether the kernel writes to the futex itself.
static bool writes(int cmd)
{
    return cmd == FUTEX_LOCK_PI || cmd == FUTEX_UNLOCK_PI || cmd == FUTEX_TRYLOCK_PI || cmd == FUTEX_LOCK_PI2;
}

static bool read_timeout(struct thread *t, uint64_t at, bool time64, struct timespec *to)
{
    if (time64) {
        int64_t ts[2];
        if (!get_guest(t, ts, at)) return false;
        *to = (struct timespec){.tv_sec = ts[0], .tv_nsec = (int32_t)ts[1]};
    } else {
        int32_t ts[2];
        if (!get_guest(t, ts, at)) return false;
        *to = (struct timespec){.tv_sec = ts[0], .tv_nsec = ts[1]};
    }
    return true;
}

static int64_t futex(struct thread *t, const struct sysargs *s, bool time64)
{
    const int op = (int)s->a[1], cmd = op & FUTEX_CMD_MASK;
    const uint32_t value = (uint32_t)s->a[2];
    void *const word = writes(cmd) ? guest_out_ptr(t, s->a[0], 4) : guest_ptr(t, s->a[0]);
    void *second = NULL;
    if (takes_second(cmd))
        second = cmd == FUTEX_REQUEUE || cmd == FUTEX_CMP_REQUEUE ? guest_ptr(t, s->a[4])
                                                                  : guest_out_ptr(t, s->a[4], 4);
    if (!takes_timeout(cmd))
        return host_syscall(SYS_futex, (long)word, op, value, (long)(uint32_t)s->a[3], (long)second,
                            (uint32_t)s->a[5]);
    struct timespec ts;
    const bool timed = s->a[3] != 0;
    if (timed && !read_timeout(t, s->a[3], time64, &ts)) return -EFAULT;
    return host_syscall_blocking(t, SYS_futex, (long)word, op, value, timed ? (long)&ts : 0, (long)second,
                                 (uint32_t)s->a[5]);
}

static int64_t sys_futex(struct thread *t, const struct sysargs *s)
{
    return futex(t, s, false);
}

static int64_t sys_futex_time64(struct thread *t, const struct sysargs *s)
{
    return futex(t, s, true);
}

// ---- scheduling ----

static int64_t sys_sched_setparam(struct thread *t, const struct sysargs *s)
{
    int32_t param;
    if (!get_guest(t, param, s->a[1])) return -EFAULT;
    return host_syscall(SYS_sched_setparam, (int)s->a[0], (long)&param, 0, 0, 0, 0);
}

static int64_t sys_sched_getparam(struct thread *t, const struct sysargs *s)
{
    int32_t param;
    const long r = host_syscall(SYS_sched_getparam, (int)s->a[0], (long)&param, 0, 0, 0, 0);
    if (r) return r;
    return put_guest(t, param, s->a[1]) ? 0 : -EFAULT;
}

static int64_t sys_sched_setscheduler(struct thread *t, const struct sysargs *s)
{
    int32_t param;
    if (!get_guest(t, param, s->a[2])) return -EFAULT;
    return host_syscall(SYS_sched_setscheduler, (int)s->a[0], (int)s->a[1], (long)&param, 0, 0, 0);
}

static int64_t sys_sched_getscheduler(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_sched_getscheduler, (int)s->a[0], 0, 0, 0, 0, 0);
}

static int64_t sys_sched_get_priority_max(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_sched_get_priority_max, (int)s->a[0], 0, 0, 0, 0, 0);
}

static int64_t sys_sched_get_priority_min(struct thread *t, const struct sysargs *s)
{
    (void)t;
    return host_syscall(SYS_sched_get_priority_min, (int)s->a[0], 0, 0, 0, 0, 0);
}

static int64_t sys_sched_rr_get_interval(struct thread *t, const struct sysargs *s)
{
    struct timespec ts;
    const long r = host_syscall(SYS_sched_rr_get_interval, (int)s->a[0], (long)&ts, 0, 0, 0, 0);
    if (r) return r;
    const int32_t out[2] = {(int32_t)ts.tv_sec, (int32_t)ts.tv_nsec};
    return put_guest(t, out, s->a[1]) ? 0 : -EFAULT;
}

static int64_t sys_sched_rr_get_interval_time64(struct thread *t, const struct sysargs *s)
{
    struct timespec ts;
    const long r = host_syscall(SYS_sched_rr_get_interval, (int)s->a[0], (long)&ts, 0, 0, 0, 0);
    if (r) return r;
    const int64_t out[2] = {ts.tv_sec, ts.tv_nsec};
    return put_guest(t, out, s->a[1]) ? 0 : -EFAULT;
}

// Masks of CPUs are made of 32-bit words here, of 64-bit ones at the host.
#define MASK_BYTES 1024u

static int64_t sys_sched_setaffinity(struct thread *t, const struct sysargs *s)
{
    uint8_t mask[MASK_BYTES] = {0};
    const uint32_t len = s->a[1] < MASK_BYTES ? (uint32_t)s->a[1] : MASK_BYTES;
    if (!uas_read(&t->p->as, mask, (uint32_t)s->a[2], len)) return -EFAULT;
    return host_syscall(SYS_sched_setaffinity, (int)s->a[0], MASK_BYTES, (long)mask, 0, 0, 0);
}

static int64_t sys_sched_getaffinity(struct thread *t, const struct sysargs *s)
{
    uint8_t mask[MASK_BYTES] = {0};
    if (s->a[1] & 3) return -EINVAL;
    const long r = host_syscall(SYS_sched_getaffinity, (int)s->a[0], MASK_BYTES, (long)mask, 0, 0, 0);
    if (r < 0) return r;
    long used = r;
    while (used > 4 && !mask[used - 1])
        used--;
    if (s->a[1] < (uint64_t)used) return -EINVAL;
    const uint32_t len = s->a[1] < (uint64_t)r ? (uint32_t)s->a[1] : (uint32_t)r;
    return uas_write(&t->p->as, (uint32_t)s->a[2], mask, len) ? (int64_t)len : -EFAULT;
}

// struct sched_attr has the same layout everywhere; its first word is its size.
static int64_t sys_sched_setattr(struct thread *t, const struct sysargs *s)
{
    if (!s->a[1]) return -EINVAL;
    return host_syscall(SYS_sched_setattr, (int)s->a[0], (long)guest_out_ptr(t, s->a[1], 4), (long)s->a[2], 0,
                        0, 0);
}

static int64_t sys_sched_getattr(struct thread *t, const struct sysargs *s)
{
    if (!s->a[1]) return -EINVAL;
    return host_syscall(SYS_sched_getattr, (int)s->a[0], (long)guest_out_ptr(t, s->a[1], s->a[2]),
                        (long)s->a[2], (long)s->a[3], 0, 0);
}

static int64_t sys_getcpu(struct thread *t, const struct sysargs *s)
{
    uint32_t cpu = 0, node = 0;
    const long r = host_syscall(SYS_getcpu, (long)&cpu, (long)&node, 0, 0, 0, 0);
    if (r) return r;
    if ((s->a[0] && !put_guest(t, cpu, s->a[0])) || (s->a[1] && !put_guest(t, node, s->a[1]))) return -EFAULT;
    return 0;
}

const struct syscall_row sys_thread_rows[] = {
    {1, CALL_PURE, "exit", sys_exit, {ARG_INT}},
    {2, CALL_FORKS, "fork", sys_fork, {0}},
    {120, CALL_CHECKED, "clone", sys_clone, {ARG_CLONE_FLAGS, ARG_PTR, ARG_PTR, ARG_PTR, ARG_PTR}},
    {154, CALL_UNSAFE, "sched_setparam", sys_sched_setparam, {ARG_INT, ARG_PTR}},
    {155, CALL_PURE, "sched_getparam", sys_sched_getparam, {ARG_INT, ARG_PTR}},
    {156, CALL_UNSAFE, "sched_setscheduler", sys_sched_setscheduler, {ARG_INT, ARG_INT, ARG_PTR}},
    {157, CALL_PURE, "sched_getscheduler", sys_sched_getscheduler, {ARG_INT}},
    {158, CALL_PURE, "sched_yield", NULL, {0}, SYS_sched_yield},
    {159, CALL_PURE, "sched_get_priority_max", sys_sched_get_priority_max, {ARG_INT}},
    {160, CALL_PURE, "sched_get_priority_min", sys_sched_get_priority_min, {ARG_INT}},
    {161, CALL_PURE, "sched_rr_get_interval", sys_sched_rr_get_interval, {ARG_INT, ARG_PTR}},
    {190, CALL_FORKS, "vfork", sys_vfork, {0}},
    {224, CALL_PURE, "gettid", sys_gettid, {0}},
    {240, CALL_PURE, "futex", sys_futex, {ARG_PTR, ARG_FUTEX_OP, ARG_UINT, ARG_TIMESPEC, ARG_PTR, ARG_HEX}},
    {241, CALL_UNSAFE, "sched_setaffinity", sys_sched_setaffinity, {ARG_INT, ARG_UINT, ARG_PTR}},
    {242, CALL_PURE, "sched_getaffinity", sys_sched_getaffinity, {ARG_INT, ARG_UINT, ARG_PTR}},
    {248, CALL_PURE, "exit_group", sys_exit_group, {ARG_INT}},
    {256, CALL_PURE, "set_tid_address", sys_set_tid_address, {ARG_PTR}},
    {338, CALL_PURE, "set_robust_list", sys_set_robust_list, {ARG_PTR, ARG_UINT}},
    {339, CALL_PURE, "get_robust_list", sys_get_robust_list, {ARG_INT, ARG_PTR, ARG_PTR}},
    {345, CALL_PURE, "getcpu", sys_getcpu, {ARG_PTR, ARG_PTR, ARG_PTR}},
    {380, CALL_UNSAFE, "sched_setattr", sys_sched_setattr, {ARG_INT, ARG_PTR, ARG_UINT}},
    {381, CALL_PURE, "sched_getattr", sys_sched_getattr, {ARG_INT, ARG_PTR, ARG_UINT, ARG_UINT}},
    {398, CALL_PURE, "rseq", NULL, {ARG_PTR, ARG_UINT, ARG_HEX, ARG_HEX}},
    {422,
     CALL_PURE,
     "futex_time64",
     sys_futex_time64,
     {ARG_PTR, ARG_FUTEX_OP, ARG_UINT, ARG_TIMESPEC64, ARG_PTR, ARG_HEX}},
    {423, CALL_PURE, "sched_rr_get_interval_time64", sys_sched_rr_get_interval_time64, {ARG_INT, ARG_PTR}},
    {0},
};
