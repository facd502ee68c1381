// System calls of signals: dispositions, masks, sending, waiting.
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "user/policy.h"
#include "user/signal.h"
#include "user/syscall.h"

// ---- dispositions ----

static int64_t sys_rt_sigaction(struct thread *t, const struct sysargs *s)
{
    const int sig = (int)s->a[0];
    const uint32_t new_at = (uint32_t)s->a[1], old_at = (uint32_t)s->a[2];
    struct abi_sigaction new, old;
    if (s->a[3] != sizeof new.mask) return -EINVAL;
    if (new_at && !get_guest(t, new, new_at)) return -EFAULT;
    const int err = signal_action(t, sig, new_at ? &new : NULL, old_at ? &old : NULL);
    if (err) return err;
    return old_at && !put_guest(t, old, old_at) ? -EFAULT : 0;
}

// The older call has a mask of 32 signals, in another place.
struct abi_old_sigaction {
    uint32_t handler, mask, flags, restorer;
};

static int64_t sys_sigaction(struct thread *t, const struct sysargs *s)
{
    const int sig = (int)s->a[0];
    const uint32_t new_at = (uint32_t)s->a[1], old_at = (uint32_t)s->a[2];
    struct abi_old_sigaction o;
    struct abi_sigaction new = {0}, old;
    if (new_at) {
        if (!get_guest(t, o, new_at)) return -EFAULT;
        new = (struct abi_sigaction){
            .handler = o.handler, .flags = o.flags, .restorer = o.restorer, .mask = o.mask};
    }
    const int err = signal_action(t, sig, new_at ? &new : NULL, old_at ? &old : NULL);
    if (err || !old_at) return err;
    o = (struct abi_old_sigaction){
        .handler = old.handler, .mask = (uint32_t)old.mask, .flags = old.flags, .restorer = old.restorer};
    return put_guest(t, o, old_at) ? 0 : -EFAULT;
}

static int64_t sys_sigaltstack(struct thread *t, const struct sysargs *s)
{
    const uint32_t new_at = (uint32_t)s->a[0], old_at = (uint32_t)s->a[1];
    struct abi_stack new, old;
    if (new_at && !get_guest(t, new, new_at)) return -EFAULT;
    const int err = signal_altstack(t, new_at ? &new : NULL, old_at ? &old : NULL, t->cpu.r[13]);
    if (err) return err;
    return old_at && !put_guest(t, old, old_at) ? -EFAULT : 0;
}

static int64_t leave_handler(struct thread *t, bool rt)
{
    t->in_syscall = false; // r0 is the interrupted code's, whatever it looks like
    if (!signal_frame_pop(t, rt)) signal_force(t, ABI_SIGSEGV);
    if (log_on(LOG_SIGNALS)) signal_log_return(t);
    return -ESIGRETURN;
}

static int64_t sys_sigreturn(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return leave_handler(t, false);
}

static int64_t sys_rt_sigreturn(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return leave_handler(t, true);
}

// ---- masks ----

// Sets host and guest mask at once, unless a signal was caught before: that one comes first.
static int64_t change_mask(struct thread *t, uint64_t mask)
{
    const uint64_t host = signal_host_mask(mask);
    if (mask == t->sigmask) return 0;
    const long r =
        host_syscall_blocking(t, SYS_rt_sigprocmask, SIG_SETMASK, (long)&host, 0, sizeof host, 0, 0);
    if (r == 0) signal_set_mask(t, mask);
    return r;
}

// keep: signals that SIG_SETMASK does not reach (those above 32 in the older call).
static int64_t procmask(struct thread *t, int how, uint64_t set, uint64_t keep)
{
    switch (how) {
    case SIG_BLOCK: return change_mask(t, t->sigmask | set);
    case SIG_UNBLOCK: return change_mask(t, t->sigmask & ~set);
    case SIG_SETMASK: return change_mask(t, (t->sigmask & keep) | set);
    default: return -EINVAL;
    }
}

static int64_t sys_rt_sigprocmask(struct thread *t, const struct sysargs *s)
{
    const uint64_t old = t->sigmask;
    uint64_t set;
    if (s->a[3] != sizeof set) return -EINVAL;
    if (s->a[1]) {
        if (!get_guest(t, set, s->a[1])) return -EFAULT;
        const int64_t err = procmask(t, (int)s->a[0], set, 0);
        if (err) return err;
    }
    return s->a[2] && !put_guest(t, old, s->a[2]) ? -EFAULT : 0;
}

static int64_t sys_sigprocmask(struct thread *t, const struct sysargs *s)
{
    const uint32_t old = (uint32_t)t->sigmask;
    uint32_t set;
    if (s->a[1]) {
        if (!get_guest(t, set, s->a[1])) return -EFAULT;
        const int64_t err = procmask(t, (int)s->a[0], set, ~0ull << 32);
        if (err) return err;
    }
    return s->a[2] && !put_guest(t, old, s->a[2]) ? -EFAULT : 0;
}

static uint64_t pending(struct thread *t)
{
    uint64_t set = 0;
    host_syscall(SYS_rt_sigpending, (long)&set, sizeof set, 0, 0, 0, 0);
    return (set & t->sigmask) | t->queue->held;
}

static int64_t sys_rt_sigpending(struct thread *t, const struct sysargs *s)
{
    if (s->a[1] > sizeof(uint64_t)) return -EINVAL;
    const uint64_t set = pending(t);
    return uas_write(&t->p->as, (uint32_t)s->a[0], &set, (size_t)s->a[1]) ? 0 : -EFAULT;
}

static int64_t sys_sigpending(struct thread *t, const struct sysargs *s)
{
    const uint32_t set = (uint32_t)pending(t);
    return put_guest(t, set, s->a[0]) ? 0 : -EFAULT;
}

// ---- waiting ----

static int64_t suspend(struct thread *t, uint64_t mask)
{
    if (t->signal_pending) return -ERESTARTNOINTR;
    t->saved_sigmask = t->sigmask;
    t->restore_sigmask = true;
    signal_set_mask(t, mask);
    if (t->signal_pending) return -ERESTARTNOHAND; // one that was held back
    const uint64_t host = signal_host_mask(t->sigmask);
    const long r = host_syscall_blocking(t, SYS_rt_sigsuspend, (long)&host, sizeof host, 0, 0, 0, 0);
    if (r != -ERESTARTNOINTR) return -ERESTARTNOHAND;
    // Caught before it began, and so under the old mask.
    t->restore_sigmask = false;
    signal_set_mask(t, t->saved_sigmask);
    return r;
}

static int64_t sys_rt_sigsuspend(struct thread *t, const struct sysargs *s)
{
    uint64_t mask;
    if (s->a[1] != sizeof mask) return -EINVAL;
    return get_guest(t, mask, s->a[0]) ? suspend(t, mask) : -EFAULT;
}

static int64_t sys_sigsuspend(struct thread *t, const struct sysargs *s)
{
    return suspend(t, (uint32_t)s->a[2]);
}

static int64_t sys_pause(struct thread *t, const struct sysargs *s)
{
    (void)s;
    return host_syscall_blocking(t, SYS_pause, 0, 0, 0, 0, 0, 0);
}

static int64_t timedwait(struct thread *t, const struct sysargs *s, const struct timespec *timeout)
{
    uint64_t set;
    struct abi_siginfo info;
    if (s->a[3] != sizeof set) return -EINVAL;
    if (!get_guest(t, set, s->a[0])) return -EFAULT;
    if (!signal_take_held(t, set, &info)) {
        siginfo_t si;
        const uint64_t host = signal_host_mask(set);
        const long r = host_syscall_blocking(t, SYS_rt_sigtimedwait, (long)&host, (long)&si, (long)timeout,
                                             sizeof host, 0, 0);
        if (r < 0) return r;
        siginfo_from_host(&info, &si);
    }
    if (s->a[1] && !put_guest(t, info, s->a[1])) return -EFAULT;
    return info.signo;
}

static int64_t sys_rt_sigtimedwait(struct thread *t, const struct sysargs *s)
{
    int32_t ts[2];
    if (!s->a[2]) return timedwait(t, s, NULL);
    if (!get_guest(t, ts, s->a[2])) return -EFAULT;
    return timedwait(t, s, &(struct timespec){.tv_sec = ts[0], .tv_nsec = ts[1]});
}

static int64_t sys_rt_sigtimedwait_time64(struct thread *t, const struct sysargs *s)
{
    int64_t ts[2];
    if (!s->a[2]) return timedwait(t, s, NULL);
    if (!get_guest(t, ts, s->a[2])) return -EFAULT;
    return timedwait(t, s, &(struct timespec){.tv_sec = ts[0], .tv_nsec = (int32_t)ts[1]});
}

static int64_t signalfd(struct thread *t, const struct sysargs *s, int flags)
{
    uint64_t set;
    if (s->a[2] != sizeof set) return -EINVAL;
    if (!get_guest(t, set, s->a[1])) return -EFAULT;
    return policy_new_fd(t, host_syscall(SYS_signalfd4, (int)s->a[0], (long)&set, sizeof set, flags, 0, 0));
}

static int64_t sys_signalfd(struct thread *t, const struct sysargs *s)
{
    return signalfd(t, s, 0);
}

static int64_t sys_signalfd4(struct thread *t, const struct sysargs *s)
{
    return signalfd(t, s, (int)s->a[3]);
}

// ---- sending ----

// In the sandbox a thread may send signals to those of its process.
static bool may_signal_thread(struct thread *t, int tid)
{
    if (t->p->opt.policy != POLICY_SANDBOX) return true;
    bool found = false;
    pthread_mutex_lock(&t->p->lock);
    for (const struct thread *o = t->p->threads; o && !found; o = o->next)
        found = o->tid == tid;
    pthread_mutex_unlock(&t->p->lock);
    return found;
}

static int64_t sys_kill(struct thread *t, const struct sysargs *s)
{
    if (!policy_may_signal(t, (int)s->a[0])) return policy_refuse(t, EPERM);
    return host_syscall(SYS_kill, (int)s->a[0], (int)s->a[1], 0, 0, 0, 0);
}

static int64_t sys_tkill(struct thread *t, const struct sysargs *s)
{
    if (!may_signal_thread(t, (int)s->a[0])) return policy_refuse(t, EPERM);
    if (policy_sandboxed(t)) return host_syscall(SYS_tgkill, getpid(), (int)s->a[0], (int)s->a[1], 0, 0, 0);
    return host_syscall(SYS_tkill, (int)s->a[0], (int)s->a[1], 0, 0, 0, 0);
}

static int64_t sys_tgkill(struct thread *t, const struct sysargs *s)
{
    if (!policy_may_signal(t, (int)s->a[0])) return policy_refuse(t, EPERM);
    return host_syscall(SYS_tgkill, (int)s->a[0], (int)s->a[1], (int)s->a[2], 0, 0, 0);
}

// The kernel sets si_signo from the call's argument.
static bool read_info(struct thread *t, uint64_t at, int sig, siginfo_t *to)
{
    struct abi_siginfo info;
    if (!get_guest(t, info, at)) return false;
    info.signo = sig;
    siginfo_to_host(to, &info);
    return true;
}

static int64_t sys_rt_sigqueueinfo(struct thread *t, const struct sysargs *s)
{
    siginfo_t si;
    if (!policy_may_signal(t, (int)s->a[0])) return policy_refuse(t, EPERM);
    if (!read_info(t, s->a[2], (int)s->a[1], &si)) return -EFAULT;
    return host_syscall(SYS_rt_sigqueueinfo, (int)s->a[0], (int)s->a[1], (long)&si, 0, 0, 0);
}

static int64_t sys_rt_tgsigqueueinfo(struct thread *t, const struct sysargs *s)
{
    siginfo_t si;
    if (!policy_may_signal(t, (int)s->a[0])) return policy_refuse(t, EPERM);
    if (!read_info(t, s->a[3], (int)s->a[2], &si)) return -EFAULT;
    return host_syscall(SYS_rt_tgsigqueueinfo, (int)s->a[0], (int)s->a[1], (int)s->a[2], (long)&si, 0, 0);
}

static int64_t sys_pidfd_send_signal(struct thread *t, const struct sysargs *s)
{
    siginfo_t si;
    if (s->a[2] && !read_info(t, s->a[2], (int)s->a[1], &si)) return -EFAULT;
    return host_syscall(SYS_pidfd_send_signal, (int)s->a[0], (int)s->a[1], s->a[2] ? (long)&si : 0,
                        (long)s->a[3], 0, 0);
}

// Nothing that this kernel interrupts is finished by this call: see ERESTART_RESTARTBLOCK.
static int64_t sys_restart_syscall(struct thread *t, const struct sysargs *s)
{
    (void)t;
    (void)s;
    return -EINTR;
}

const struct syscall_row sys_signal_rows[] = {
    {0, CALL_PURE, "restart_syscall", sys_restart_syscall, {0}},
    {29, CALL_PURE, "pause", sys_pause, {0}},
    {37, CALL_CHECKED, "kill", sys_kill, {ARG_INT, ARG_SIG}},
    {67, CALL_PURE, "sigaction", sys_sigaction, {ARG_SIG, ARG_PTR, ARG_PTR}},
    {72, CALL_PURE, "sigsuspend", sys_sigsuspend, {ARG_INT, ARG_INT, ARG_HEX}},
    {73, CALL_PURE, "sigpending", sys_sigpending, {ARG_PTR}},
    {119, CALL_PURE, "sigreturn", sys_sigreturn, {0}},
    {126, CALL_PURE, "sigprocmask", sys_sigprocmask, {ARG_SIG_HOW, ARG_PTR, ARG_PTR}},
    {173, CALL_PURE, "rt_sigreturn", sys_rt_sigreturn, {0}},
    {174, CALL_PURE, "rt_sigaction", sys_rt_sigaction, {ARG_SIG, ARG_PTR, ARG_PTR, ARG_UINT}},
    {175, CALL_PURE, "rt_sigprocmask", sys_rt_sigprocmask, {ARG_SIG_HOW, ARG_SIGSET, ARG_PTR, ARG_UINT}},
    {176, CALL_PURE, "rt_sigpending", sys_rt_sigpending, {ARG_PTR, ARG_UINT}},
    {177, CALL_PURE, "rt_sigtimedwait", sys_rt_sigtimedwait, {ARG_SIGSET, ARG_PTR, ARG_TIMESPEC, ARG_UINT}},
    {178, CALL_CHECKED, "rt_sigqueueinfo", sys_rt_sigqueueinfo, {ARG_INT, ARG_SIG, ARG_PTR}},
    {179, CALL_PURE, "rt_sigsuspend", sys_rt_sigsuspend, {ARG_SIGSET, ARG_UINT}},
    {186, CALL_PURE, "sigaltstack", sys_sigaltstack, {ARG_PTR, ARG_PTR}},
    {238, CALL_CHECKED, "tkill", sys_tkill, {ARG_INT, ARG_SIG}},
    {268, CALL_CHECKED, "tgkill", sys_tgkill, {ARG_INT, ARG_INT, ARG_SIG}},
    {349, CALL_CHECKED, "signalfd", sys_signalfd, {ARG_FD, ARG_SIGSET, ARG_UINT}},
    {355, CALL_CHECKED, "signalfd4", sys_signalfd4, {ARG_FD, ARG_SIGSET, ARG_UINT, ARG_HEX}},
    {363, CALL_CHECKED, "rt_tgsigqueueinfo", sys_rt_tgsigqueueinfo, {ARG_INT, ARG_INT, ARG_SIG, ARG_PTR}},
    {421,
     CALL_PURE,
     "rt_sigtimedwait_time64",
     sys_rt_sigtimedwait_time64,
     {ARG_SIGSET, ARG_PTR, ARG_TIMESPEC64, ARG_UINT}},
    {424, CALL_UNSAFE, "pidfd_send_signal", sys_pidfd_send_signal, {ARG_FD, ARG_SIG, ARG_PTR, ARG_UINT}},
    {0},
};
