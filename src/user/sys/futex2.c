// The second generation of futexes: waiting for many, and calls for one operation each. Words are still of 32
// bits; the flags say so.
#include "user/abi/time.h"
#include "user/sys/common.h"

// include/uapi/linux/futex.h: the same everywhere, addresses in 64 bits
struct futex_waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

enum { WAITV_MAX = 128 };

static int64_t get_waiters(struct thread *t, struct futex_waitv *w, uint64_t addr, uint64_t n)
{
    if (!uas_read(&t->p->as, w, (uint32_t)addr, n * sizeof *w)) return -EFAULT;
    for (uint64_t i = 0; i < n; i++) {
        if (w[i].uaddr >> 32) return -EFAULT;
        w[i].uaddr = (uintptr_t)guest_ptr(t, w[i].uaddr);
    }
    return 0;
}

SYSCALL(futex_waitv)
{
    struct futex_waitv w[WAITV_MAX];
    struct timespec ts;
    if (!s->a[0] || !s->a[1] || s->a[1] > WAITV_MAX || s->a[2]) return -EINVAL;
    const int64_t e = get_waiters(t, w, s->a[0], s->a[1]);
    if (e) return e;
    if (s->a[3] && !abi_get_timespec(t, &ts, s->a[3], true)) return -EFAULT;
    return block(t, HOST_FUTEX_WAITV, w, s->a[1], 0, s->a[3] ? &ts : NULL, (int)s->a[4], 0);
}

SYSCALL(futex_wake)
{
    return host4(HOST_FUTEX_WAKE, guest_ptr(t, s->a[0]), s->a[1], (int)s->a[2], (unsigned)s->a[3]);
}

SYSCALL(futex_wait)
{
    struct timespec ts;
    if (s->a[4] && !abi_get_timespec(t, &ts, s->a[4], true)) return -EFAULT;
    return block(t, HOST_FUTEX_WAIT, guest_ptr(t, s->a[0]), s->a[1], s->a[2], (unsigned)s->a[3],
                 s->a[4] ? &ts : NULL, (int)s->a[5]);
}

SYSCALL(futex_requeue)
{
    struct futex_waitv w[2];
    if (!s->a[0]) return -EINVAL;
    const int64_t e = get_waiters(t, w, s->a[0], 2);
    return e ? e : host4(HOST_FUTEX_REQUEUE, w, (unsigned)s->a[1], (int)s->a[2], (int)s->a[3]);
}

const struct syscall_row sys_futex2_rows[] = {
    {449, CALL_PURE, "futex_waitv", sys_futex_waitv, {ARG_PTR, ARG_UINT, ARG_HEX, ARG_TIMESPEC64, ARG_CLOCK}},
    {454, CALL_PURE, "futex_wake", sys_futex_wake, {ARG_PTR, ARG_HEX, ARG_INT, ARG_HEX}},
    {455,
     CALL_PURE,
     "futex_wait",
     sys_futex_wait,
     {ARG_PTR, ARG_HEX, ARG_HEX, ARG_HEX, ARG_TIMESPEC64, ARG_CLOCK}},
    {456, CALL_PURE, "futex_requeue", sys_futex_requeue, {ARG_PTR, ARG_HEX, ARG_INT, ARG_INT}},
    {0},
};
