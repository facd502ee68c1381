// Waiting for files: poll, select, epoll, and the files that events come from.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "user/abi/time.h"
#include "user/policy.h"
#include "user/signal.h"
#include "user/sys/common.h"

enum { SELECT_MAX = 1024, EPOLL_FEW = 4096 };

// The sandbox knows what a program may wait for: a descriptor that is not its own does not exist. The list is
// copied, so that no other thread of the guest can change what was looked at.
static int64_t poll_own(struct thread *t, uint64_t addr, uint64_t n, struct timespec *left,
                        const uint64_t *mask)
{
    struct pollfd p[PROCESS_SANDBOX_FDS];
    int foreign[PROCESS_SANDBOX_FDS];
    if (n > PROCESS_SANDBOX_FDS) return -EINVAL;
    if (!uas_read(&t->p->as, p, (uint32_t)addr, n * sizeof p[0])) return -EFAULT;
    for (uint64_t i = 0; i < n; i++) {
        foreign[i] = policy_owns_fd(t, p[i].fd) ? -1 : p[i].fd;
        if (foreign[i] >= 0) p[i].fd = INT32_MAX; // open nowhere: POLLNVAL
    }
    const int64_t r = block(t, SYS_ppoll, p, n, left, mask, 8, 0);
    for (uint64_t i = 0; i < n; i++)
        if (foreign[i] >= 0) p[i].fd = foreign[i];
    return r < 0 || uas_write(&t->p->as, (uint32_t)addr, p, n * sizeof p[0]) ? r : -EFAULT;
}

// struct pollfd is the same everywhere.
static int64_t poll_for(struct thread *t, const struct sysargs *s, const struct timespec *timeout,
                        const uint64_t *mask)
{
    struct timespec left;
    if (timeout) left = *timeout; // the host writes to it
    if (policy_sandboxed(t)) return poll_own(t, s->a[0], s->a[1], timeout ? &left : NULL, mask);
    return block(t, SYS_ppoll, guest_out_ptr_or_null(t, s->a[0], s->a[1] * 8), s->a[1],
                 timeout ? &left : NULL, mask, 8, 0);
}

SYSCALL(poll)
{
    const int32_t ms = (int32_t)s->a[2];
    const struct timespec ts = {ms / 1000, ms % 1000 * 1000000};
    return poll_for(t, s, ms < 0 ? NULL : &ts, NULL);
}

static int64_t ppoll_for(struct thread *t, const struct sysargs *s, bool time64)
{
    struct timespec ts;
    uint64_t buf;
    const uint64_t *mask;
    if (s->a[2] && !abi_get_timespec(t, &ts, s->a[2], time64)) return -EFAULT;
    const int e = signal_temp_mask(t, (uint32_t)s->a[3], (uint32_t)s->a[4], &buf, &mask);
    return e ? e : poll_for(t, s, s->a[2] ? &ts : NULL, mask);
}

SYSCALL(ppoll)
{
    return ppoll_for(t, s, false);
}

SYSCALL(ppoll_time64)
{
    return ppoll_for(t, s, true);
}

// select: sets of 32-bit words on the guest's side, of 64-bit ones on the host's: the same bits in memory
// (little-endian), but the last word may be half there.
struct set {
    uint64_t bits[SELECT_MAX / 64];
};

static bool get_set(struct thread *t, struct set *set, uint64_t addr, uint64_t n)
{
    memset(set, 0, sizeof *set);
    return !addr || uas_read(&t->p->as, set, (uint32_t)addr, (n + 31) / 32 * 4);
}

static bool put_set(struct thread *t, const struct set *set, uint64_t addr, uint64_t n)
{
    return !addr || uas_write(&t->p->as, (uint32_t)addr, set, (n + 31) / 32 * 4);
}

static int64_t select_for(struct thread *t, const struct sysargs *s, struct timespec *left,
                          const uint64_t *mask)
{
    struct set set[3];
    int32_t nfds = (int32_t)s->a[0];
    if (nfds < 0) return -EINVAL;
    if (nfds > SELECT_MAX) nfds = SELECT_MAX;
    const uint64_t n = (uint64_t)nfds;
    for (int i = 0; i < 3; i++)
        if (!get_set(t, &set[i], s->a[1 + i], n)) return -EFAULT;
    if (policy_sandboxed(t))
        for (int fd = 0; fd < nfds; fd++) {
            const uint64_t bits = set[0].bits[fd / 64] | set[1].bits[fd / 64] | set[2].bits[fd / 64];
            if (bits >> fd % 64 & 1 && !policy_owns_fd(t, fd)) return policy_refuse(t, EBADF);
        }
    const struct {
        const uint64_t *mask;
        uint64_t size;
    } masks = {mask, 8};
    const int64_t r = block(t, SYS_pselect6, nfds, s->a[1] ? &set[0] : NULL, s->a[2] ? &set[1] : NULL,
                            s->a[3] ? &set[2] : NULL, left, &masks);
    if (r < 0) return r;
    for (int i = 0; i < 3; i++)
        if (!put_set(t, &set[i], s->a[1 + i], n)) return -EFAULT;
    return r;
}

SYSCALL(_newselect)
{
    struct timeval tv;
    struct timespec left;
    if (s->a[4]) {
        if (!abi_get_timeval(t, &tv, s->a[4])) return -EFAULT;
        if (tv.tv_sec < 0 || tv.tv_usec < 0) return -EINVAL;
        left = (struct timespec){tv.tv_sec + tv.tv_usec / 1000000, tv.tv_usec % 1000000 * 1000};
    }
    const int64_t r = select_for(t, s, s->a[4] ? &left : NULL, NULL);
    if (s->a[4] && (r >= 0 || r == -ERESTARTNOHAND)) { // what is left, as Linux does
        tv = (struct timeval){left.tv_sec, left.tv_nsec / 1000};
        if (!abi_put_timeval(t, s->a[4], &tv)) return r; // read-only: no error
    }
    return r;
}

static int64_t pselect_for(struct thread *t, const struct sysargs *s, bool time64)
{
    struct timespec ts;
    uint64_t buf;
    const uint64_t *mask = NULL;
    struct {
        uint32_t mask, size;
    } g;
    if (s->a[4] && !abi_get_timespec(t, &ts, s->a[4], time64)) return -EFAULT;
    if (s->a[5]) {
        if (!get_guest(t, g, s->a[5])) return -EFAULT;
        const int e = signal_temp_mask(t, g.mask, g.size, &buf, &mask);
        if (e) return e;
    }
    const int64_t r = select_for(t, s, s->a[4] ? &ts : NULL, mask);
    if (s->a[4] && r >= 0 && !abi_put_timespec(t, s->a[4], &ts, time64)) return r;
    return r;
}

SYSCALL(pselect6)
{
    return pselect_for(t, s, false);
}

SYSCALL(pselect6_time64)
{
    return pselect_for(t, s, true);
}

// epoll: the event is not packed here as it is on x86-64

struct abi_epoll_event {
    uint32_t events, pad;
    uint64_t data;
};
_Static_assert(sizeof(struct abi_epoll_event) == 16, "struct epoll_event of the ARM EABI");

SYSCALL(epoll_create)
{
    return policy_new_fd(t, host1(SYS_epoll_create, (int)s->a[0]));
}

SYSCALL(epoll_create1)
{
    return policy_new_fd(t, host1(SYS_epoll_create1, (int)s->a[0]));
}

SYSCALL(epoll_ctl)
{
    struct abi_epoll_event g = {0};
    struct epoll_event h;
    if ((int)s->a[1] != EPOLL_CTL_DEL && !get_guest(t, g, s->a[3])) return -EFAULT;
    h.events = g.events;
    h.data.u64 = g.data;
    return host4(SYS_epoll_ctl, (int)s->a[0], (int)s->a[1], (int)s->a[2], &h);
}

static int64_t put_events(struct thread *t, const struct epoll_event *h, int64_t n, uint32_t at)
{
    for (int64_t i = 0; i < n; i++) {
        const struct abi_epoll_event g = {.events = h[i].events, .data = h[i].data.u64};
        if (!put_guest(t, g, at + (uint64_t)i * sizeof g)) return -EFAULT;
    }
    return n;
}

static int64_t epoll_for(struct thread *t, const struct sysargs *s, const struct timespec *timeout,
                         const uint64_t *mask)
{
    struct epoll_event few[EPOLL_FEW], *h = few;
    const int32_t max = (int32_t)s->a[2];
    if (max <= 0 || max > INT32_MAX / (int)sizeof(struct abi_epoll_event)) return -EINVAL;
    int ms = -1;
    if (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec > 999999999))
        return -EINVAL;
    if (timeout) // rounded up, so that it is never too early
        ms = timeout->tv_sec > INT32_MAX / 1000 - 1
                 ? INT32_MAX
                 : (int)(timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000);
    const size_t size = (size_t)max * sizeof *h;
    if (max > EPOLL_FEW) { // only what is written becomes memory
        h = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (h == MAP_FAILED) return -ENOMEM;
    }
    int64_t r = block(t, SYS_epoll_pwait, (int)s->a[0], h, max, ms, mask, 8);
    if (r > 0) r = put_events(t, h, r, (uint32_t)s->a[1]);
    if (h != few) munmap(h, size);
    return r;
}

SYSCALL(epoll_wait)
{
    const int32_t ms = (int32_t)s->a[3];
    const struct timespec ts = {ms / 1000, ms % 1000 * 1000000};
    return epoll_for(t, s, ms < 0 ? NULL : &ts, NULL);
}

SYSCALL(epoll_pwait)
{
    const int32_t ms = (int32_t)s->a[3];
    const struct timespec ts = {ms / 1000, ms % 1000 * 1000000};
    uint64_t buf;
    const uint64_t *mask;
    const int e = signal_temp_mask(t, (uint32_t)s->a[4], (uint32_t)s->a[5], &buf, &mask);
    return e ? e : epoll_for(t, s, ms < 0 ? NULL : &ts, mask);
}

SYSCALL(epoll_pwait2)
{
    struct timespec ts;
    uint64_t buf;
    const uint64_t *mask;
    if (s->a[3] && !abi_get_timespec(t, &ts, s->a[3], true)) return -EFAULT;
    const int e = signal_temp_mask(t, (uint32_t)s->a[4], (uint32_t)s->a[5], &buf, &mask);
    return e ? e : epoll_for(t, s, s->a[3] ? &ts : NULL, mask);
}

SYSCALL(eventfd)
{
    return policy_new_fd(t, host2(SYS_eventfd2, (unsigned)s->a[0], 0));
}

SYSCALL(eventfd2)
{
    return policy_new_fd(t, host2(SYS_eventfd2, (unsigned)s->a[0], (int)s->a[1]));
}

const struct syscall_row sys_poll_rows[] = {
    {142, CALL_CHECKED, "_newselect", sys__newselect, {ARG_INT, ARG_PTR, ARG_PTR, ARG_PTR, ARG_PTR}},
    {168, CALL_CHECKED, "poll", sys_poll, {ARG_PTR, ARG_UINT, ARG_INT}},
    {250, CALL_PURE, "epoll_create", sys_epoll_create, {ARG_INT}},
    {251, CALL_FD, "epoll_ctl", sys_epoll_ctl, {ARG_FD, ARG_INT, ARG_FD, ARG_PTR}},
    {252, CALL_FD, "epoll_wait", sys_epoll_wait, {ARG_FD, ARG_PTR, ARG_INT, ARG_INT}},
    {335,
     CALL_CHECKED,
     "pselect6",
     sys_pselect6,
     {ARG_INT, ARG_PTR, ARG_PTR, ARG_PTR, ARG_TIMESPEC, ARG_PTR}},
    {336, CALL_CHECKED, "ppoll", sys_ppoll, {ARG_PTR, ARG_UINT, ARG_TIMESPEC, ARG_SIGSET, ARG_UINT}},
    {346, CALL_FD, "epoll_pwait", sys_epoll_pwait, {ARG_FD, ARG_PTR, ARG_INT, ARG_INT, ARG_SIGSET, ARG_UINT}},
    {351, CALL_PURE, "eventfd", sys_eventfd, {ARG_UINT}},
    {356, CALL_PURE, "eventfd2", sys_eventfd2, {ARG_UINT, ARG_HEX}},
    {357, CALL_PURE, "epoll_create1", sys_epoll_create1, {ARG_HEX}},
    {413,
     CALL_CHECKED,
     "pselect6_time64",
     sys_pselect6_time64,
     {ARG_INT, ARG_PTR, ARG_PTR, ARG_PTR, ARG_TIMESPEC64, ARG_PTR}},
    {414,
     CALL_CHECKED,
     "ppoll_time64",
     sys_ppoll_time64,
     {ARG_PTR, ARG_UINT, ARG_TIMESPEC64, ARG_SIGSET, ARG_UINT}},
    {441,
     CALL_FD,
     "epoll_pwait2",
     sys_epoll_pwait2,
     {ARG_FD, ARG_PTR, ARG_INT, ARG_TIMESPEC64, ARG_SIGSET, ARG_UINT}},
    {0},
};
