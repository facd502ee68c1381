// Clocks, timers, sleeping, file times.
#include <fcntl.h>
#include <signal.h>
#include <sys/times.h>
#include <sys/timex.h>

#include "user/abi/siginfo.h"
#include "user/abi/time.h"
#include "user/policy.h"
#include "user/proc.h"
#include "user/sys/common.h"

// By way of libc, which asks the host's vdso: the host's system call takes many times as long.
static int64_t clock_read(struct thread *t, const struct sysargs *s, bool time64)
{
    struct timespec ts;
    if (clock_gettime((int)s->a[0], &ts)) return -errno;
    return abi_put_timespec(t, s->a[1], &ts, time64) ? 0 : -EFAULT;
}

SYSCALL(clock_gettime)
{
    return clock_read(t, s, false);
}

SYSCALL(clock_gettime64)
{
    return clock_read(t, s, true);
}

static int64_t clock_resolution(struct thread *t, const struct sysargs *s, bool time64)
{
    struct timespec ts;
    const int64_t r = host2(SYS_clock_getres, (int)s->a[0], &ts);
    if (r || !s->a[1]) return r;
    return abi_put_timespec(t, s->a[1], &ts, time64) ? 0 : -EFAULT;
}

SYSCALL(clock_getres)
{
    return clock_resolution(t, s, false);
}

SYSCALL(clock_getres_time64)
{
    return clock_resolution(t, s, true);
}

static int64_t clock_set(struct thread *t, const struct sysargs *s, bool time64)
{
    struct timespec ts;
    if (!abi_get_timespec(t, &ts, s->a[1], time64)) return -EFAULT;
    return host2(SYS_clock_settime, (int)s->a[0], &ts);
}

SYSCALL(clock_settime)
{
    return clock_set(t, s, false);
}

SYSCALL(clock_settime64)
{
    return clock_set(t, s, true);
}

// An interrupted relative sleep: the time that was left goes to the guest, and a repetition sleeps that long.
static int64_t sleep_on(struct thread *t, int clock, int flags, uint64_t req, uint64_t rem, bool time64)
{
    struct timespec ts, left = {0};
    if (!abi_get_timespec(t, &ts, req, time64)) return -EFAULT;
    const int64_t r = block(t, SYS_clock_nanosleep, clock, flags, &ts, &left, 0, 0);
    if (r == -ERESTARTNOHAND && !(flags & TIMER_ABSTIME) && rem && !abi_put_timespec(t, rem, &left, time64))
        return -EFAULT;
    return r;
}

SYSCALL(nanosleep)
{
    return sleep_on(t, CLOCK_MONOTONIC, 0, s->a[0], s->a[1], false);
}

SYSCALL(clock_nanosleep)
{
    return sleep_on(t, (int)s->a[0], (int)s->a[1], s->a[2], s->a[3], false);
}

SYSCALL(clock_nanosleep_time64)
{
    return sleep_on(t, (int)s->a[0], (int)s->a[1], s->a[2], s->a[3], true);
}

SYSCALL(gettimeofday)
{
    struct timeval tv;
    if (s->a[1]) {
        const int64_t r = host2(SYS_gettimeofday, NULL, guest_out_ptr(t, s->a[1], 8));
        if (r) return r;
    }
    if (!s->a[0]) return 0;
    gettimeofday(&tv, NULL); // libc asks the host's vdso
    return abi_put_timeval(t, s->a[0], &tv) ? 0 : -EFAULT;
}

SYSCALL(settimeofday)
{
    struct timeval tv;
    if (s->a[0] && !abi_get_timeval(t, &tv, s->a[0])) return -EFAULT;
    return host2(SYS_settimeofday, s->a[0] ? &tv : NULL, guest_ptr_or_null(t, s->a[1]));
}

SYSCALL(times)
{
    struct tms h;
    const int64_t r = host1(SYS_times, &h);
    const uint32_t g[] = {(uint32_t)h.tms_utime, (uint32_t)h.tms_stime, (uint32_t)h.tms_cutime,
                          (uint32_t)h.tms_cstime};
    if (s->a[0] && !put_guest(t, g, s->a[0])) return -EFAULT;
    return (uint32_t)r;
}

// Interval timers

static int64_t put_itimerval(struct thread *t, uint64_t addr, const struct itimerval *h)
{
    const struct abi_itimerval g = {{(int32_t)h->it_interval.tv_sec, (int32_t)h->it_interval.tv_usec},
                                    {(int32_t)h->it_value.tv_sec, (int32_t)h->it_value.tv_usec}};
    return put_guest(t, g, addr) ? 0 : -EFAULT;
}

SYSCALL(getitimer)
{
    struct itimerval h;
    const int64_t r = host2(SYS_getitimer, (int)s->a[0], &h);
    return r ? r : put_itimerval(t, s->a[1], &h);
}

SYSCALL(setitimer)
{
    struct abi_itimerval g;
    struct itimerval new = {0}, old;
    if (s->a[1]) {
        if (!get_guest(t, g, s->a[1])) return -EFAULT;
        new = (struct itimerval){{g.interval.sec, g.interval.usec}, {g.value.sec, g.value.usec}};
    }
    const int64_t r = host3(SYS_setitimer, (int)s->a[0], &new, &old);
    return r || !s->a[2] ? r : put_itimerval(t, s->a[2], &old);
}

// struct sigevent of the ARM EABI: value, signo, notify, and the thread's ID
struct abi_sigevent {
    uint32_t value;
    int32_t signo, notify, tid;
    uint32_t pad[12];
};
_Static_assert(sizeof(struct abi_sigevent) == 64, "struct sigevent of the ARM EABI");

SYSCALL(timer_create)
{
    struct abi_sigevent g;
    struct sigevent h = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    int id;
    if (s->a[1]) {
        if (!get_guest(t, g, s->a[1])) return -EFAULT;
        h.sigev_value.sival_ptr = (void *)(uintptr_t)g.value;
        h.sigev_signo = g.signo;
        h.sigev_notify = g.notify;
        memcpy((char *)&h + 16, &g.tid, sizeof g.tid); // _sigev_un._tid
    }
    const int64_t r = host3(SYS_timer_create, (int)s->a[0], s->a[1] ? &h : NULL, &id);
    if (r) return r;
    if (put_guest(t, id, s->a[2])) return 0;
    host1(SYS_timer_delete, id);
    return -EFAULT;
}

static int64_t set_timer(struct thread *t, const struct sysargs *s, long nr, bool time64)
{
    struct itimerspec new, old;
    if (!abi_get_itimerspec(t, &new, s->a[2], time64)) return -EFAULT;
    const int64_t r = host4(nr, (int)s->a[0], (int)s->a[1], &new, &old);
    if (r || !s->a[3]) return r;
    return abi_put_itimerspec(t, s->a[3], &old, time64) ? 0 : -EFAULT;
}

static int64_t get_timer(struct thread *t, const struct sysargs *s, long nr, bool time64)
{
    struct itimerspec h;
    const int64_t r = host2(nr, (int)s->a[0], &h);
    if (r) return r;
    return abi_put_itimerspec(t, s->a[1], &h, time64) ? 0 : -EFAULT;
}

SYSCALL(timer_settime)
{
    return set_timer(t, s, SYS_timer_settime, false);
}

SYSCALL(timer_settime64)
{
    return set_timer(t, s, SYS_timer_settime, true);
}

SYSCALL(timer_gettime)
{
    return get_timer(t, s, SYS_timer_gettime, false);
}

SYSCALL(timer_gettime64)
{
    return get_timer(t, s, SYS_timer_gettime, true);
}

SYSCALL(timer_getoverrun)
{
    (void)t;
    return host1(SYS_timer_getoverrun, (int)s->a[0]);
}

SYSCALL(timer_delete)
{
    (void)t;
    return host1(SYS_timer_delete, (int)s->a[0]);
}

SYSCALL(timerfd_create)
{
    return policy_new_fd(t, host2(SYS_timerfd_create, (int)s->a[0], (int)s->a[1]));
}

SYSCALL(timerfd_settime)
{
    return set_timer(t, s, SYS_timerfd_settime, false);
}

SYSCALL(timerfd_settime64)
{
    return set_timer(t, s, SYS_timerfd_settime, true);
}

SYSCALL(timerfd_gettime)
{
    return get_timer(t, s, SYS_timerfd_gettime, false);
}

SYSCALL(timerfd_gettime64)
{
    return get_timer(t, s, SYS_timerfd_gettime, true);
}

// adjtimex: every long of struct timex is 32 bits here

struct abi_timex {
    uint32_t modes;
    int32_t offset, freq, maxerror, esterror, status, constant, precision, tolerance;
    struct abi_timeval time;
    int32_t tick, ppsfreq, jitter, shift, stabil, jitcnt, calcnt, errcnt, stbcnt, tai;
    int32_t pad[11];
};
_Static_assert(sizeof(struct abi_timex) == 128, "struct timex of the ARM EABI");

static int64_t adjust_clock(struct thread *t, int clock, uint64_t addr)
{
    struct abi_timex g;
    if (!get_guest(t, g, addr)) return -EFAULT;
    struct timex h = {.modes = g.modes,
                      .offset = g.offset,
                      .freq = g.freq,
                      .maxerror = g.maxerror,
                      .esterror = g.esterror,
                      .status = g.status,
                      .constant = g.constant,
                      .tick = g.tick,
                      .time = {g.time.sec, g.time.usec}};
    const int64_t r = host2(SYS_clock_adjtime, clock, &h);
    if (r < 0) return r;
    g.offset = (int32_t)h.offset, g.freq = (int32_t)h.freq, g.maxerror = (int32_t)h.maxerror;
    g.esterror = (int32_t)h.esterror, g.status = h.status, g.constant = (int32_t)h.constant;
    g.precision = (int32_t)h.precision, g.tolerance = (int32_t)h.tolerance;
    g.time = (struct abi_timeval){(int32_t)h.time.tv_sec, (int32_t)h.time.tv_usec};
    g.tick = (int32_t)h.tick, g.ppsfreq = (int32_t)h.ppsfreq, g.jitter = (int32_t)h.jitter, g.shift = h.shift;
    g.stabil = (int32_t)h.stabil, g.jitcnt = (int32_t)h.jitcnt, g.calcnt = (int32_t)h.calcnt;
    g.errcnt = (int32_t)h.errcnt, g.stbcnt = (int32_t)h.stbcnt, g.tai = h.tai;
    return put_guest(t, g, addr) ? r : -EFAULT;
}

SYSCALL(adjtimex)
{
    return adjust_clock(t, CLOCK_REALTIME, s->a[0]);
}

SYSCALL(clock_adjtime)
{
    return adjust_clock(t, (int)s->a[0], s->a[1]);
}

SYSCALL(clock_adjtime64)
{
    // struct __kernel_timex is the host's.
    return host2(SYS_clock_adjtime, (int)s->a[0], guest_out_ptr(t, s->a[1], sizeof(struct timex)));
}

// File times

static int64_t utimens(struct thread *t, const struct sysargs *s, bool time64)
{
    const int dirfd = (int)s->a[0], flags = (int)s->a[3];
    const uint64_t times = s->a[2];
    struct timespec ts[2];
    char guest[GUEST_PATH_MAX], buf[GUEST_PATH_MAX];
    const uint64_t size = time64 ? sizeof(struct abi_timespec64) : sizeof(struct abi_timespec);
    if (times &&
        (!abi_get_timespec(t, &ts[0], times, time64) || !abi_get_timespec(t, &ts[1], times + size, time64)))
        return -EFAULT;
    if (!s->a[1]) return host4(SYS_utimensat, dirfd, NULL, times ? ts : NULL, flags); // futimens
    const int e = get_path(t, guest, s, 1);
    if (e) return e;
    return host4(SYS_utimensat, dirfd, proc_translate(t, dirfd, guest, buf, sizeof buf), times ? ts : NULL,
                 flags);
}

SYSCALL(utimensat)
{
    return utimens(t, s, false);
}

SYSCALL(utimensat_time64)
{
    return utimens(t, s, true);
}

static int64_t utimes_at(struct thread *t, int dirfd, const char *path, uint64_t times)
{
    struct timeval tv[2];
    if (times && (!abi_get_timeval(t, &tv[0], times) || !abi_get_timeval(t, &tv[1], times + 8)))
        return -EFAULT;
    return host3(SYS_futimesat, dirfd, path, times ? tv : NULL);
}

SYSCALL(utimes)
{
    return utimes_at(t, AT_FDCWD, path_ptr(t, s, 0), s->a[1]);
}

SYSCALL(futimesat)
{
    return utimes_at(t, (int)s->a[0], path_ptr(t, s, 1), s->a[2]);
}

const struct syscall_row sys_time_rows[] = {
    {43, CALL_PURE, "times", sys_times, {ARG_PTR}},
    {78, CALL_PURE, "gettimeofday", sys_gettimeofday, {ARG_PTR, ARG_PTR}, .quick = true},
    {79, CALL_UNSAFE, "settimeofday", sys_settimeofday, {ARG_PTR, ARG_PTR}},
    {104, CALL_PURE, "setitimer", sys_setitimer, {ARG_INT, ARG_PTR, ARG_PTR}},
    {105, CALL_PURE, "getitimer", sys_getitimer, {ARG_INT, ARG_PTR}},
    {124, CALL_UNSAFE, "adjtimex", sys_adjtimex, {ARG_PTR}},
    {162, CALL_PURE, "nanosleep", sys_nanosleep, {ARG_TIMESPEC, ARG_PTR}},
    {257, CALL_PURE, "timer_create", sys_timer_create, {ARG_CLOCK, ARG_PTR, ARG_PTR}},
    {258, CALL_PURE, "timer_settime", sys_timer_settime, {ARG_INT, ARG_HEX, ARG_PTR, ARG_PTR}},
    {259, CALL_PURE, "timer_gettime", sys_timer_gettime, {ARG_INT, ARG_PTR}},
    {260, CALL_PURE, "timer_getoverrun", sys_timer_getoverrun, {ARG_INT}},
    {261, CALL_PURE, "timer_delete", sys_timer_delete, {ARG_INT}},
    {262, CALL_UNSAFE, "clock_settime", sys_clock_settime, {ARG_CLOCK, ARG_TIMESPEC}},
    {263, CALL_PURE, "clock_gettime", sys_clock_gettime, {ARG_CLOCK, ARG_PTR}, .quick = true},
    {264, CALL_PURE, "clock_getres", sys_clock_getres, {ARG_CLOCK, ARG_PTR}},
    {265, CALL_PURE, "clock_nanosleep", sys_clock_nanosleep, {ARG_CLOCK, ARG_HEX, ARG_TIMESPEC, ARG_PTR}},
    {269, CALL_CHANGES, "utimes", sys_utimes, {ARG_PATH, ARG_PTR}},
    {326, CALL_CHANGES, "futimesat", sys_futimesat, {ARG_DIRFD, ARG_PATH, ARG_PTR}},
    {348, CALL_CHANGES, "utimensat", sys_utimensat, {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_AT_FLAGS}},
    {350, CALL_PURE, "timerfd_create", sys_timerfd_create, {ARG_CLOCK, ARG_HEX}},
    {353, CALL_FD, "timerfd_settime", sys_timerfd_settime, {ARG_FD, ARG_HEX, ARG_PTR, ARG_PTR}},
    {354, CALL_FD, "timerfd_gettime", sys_timerfd_gettime, {ARG_FD, ARG_PTR}},
    {372, CALL_UNSAFE, "clock_adjtime", sys_clock_adjtime, {ARG_CLOCK, ARG_PTR}},
    {403, CALL_PURE, "clock_gettime64", sys_clock_gettime64, {ARG_CLOCK, ARG_PTR}, .quick = true},
    {404, CALL_UNSAFE, "clock_settime64", sys_clock_settime64, {ARG_CLOCK, ARG_TIMESPEC64}},
    {405, CALL_UNSAFE, "clock_adjtime64", sys_clock_adjtime64, {ARG_CLOCK, ARG_PTR}},
    {406, CALL_PURE, "clock_getres_time64", sys_clock_getres_time64, {ARG_CLOCK, ARG_PTR}},
    {407,
     CALL_PURE,
     "clock_nanosleep_time64",
     sys_clock_nanosleep_time64,
     {ARG_CLOCK, ARG_HEX, ARG_TIMESPEC64, ARG_PTR}},
    {408, CALL_PURE, "timer_gettime64", sys_timer_gettime64, {ARG_INT, ARG_PTR}},
    {409, CALL_PURE, "timer_settime64", sys_timer_settime64, {ARG_INT, ARG_HEX, ARG_PTR, ARG_PTR}},
    {410, CALL_FD, "timerfd_gettime64", sys_timerfd_gettime64, {ARG_FD, ARG_PTR}},
    {411, CALL_FD, "timerfd_settime64", sys_timerfd_settime64, {ARG_FD, ARG_HEX, ARG_PTR, ARG_PTR}},
    {412,
     CALL_CHANGES,
     "utimensat_time64",
     sys_utimensat_time64,
     {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_AT_FLAGS}},
    {0},
};
