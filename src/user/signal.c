// Signals of guest threads: catching them at the host, delivering them to the guest. See signal.h for the
// plan.
#include "user/signal.h"

#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "user/syscall.h"

#define HELD_SIGNALS  (1ull << (ABI_SIGSEGV - 1) | 1ull << (ABI_SIGBUS - 1) | 1ull << (ABI_SIGFPE - 1))
#define NEVER_BLOCKED (1ull << (ABI_SIGKILL - 1) | 1ull << (ABI_SIGSTOP - 1))

#define IGNORED_BY_DEFAULT                                                                                   \
    (1ull << (ABI_SIGCHLD - 1) | 1ull << (ABI_SIGCONT - 1) | 1ull << (ABI_SIGURG - 1) |                      \
     1ull << (ABI_SIGWINCH - 1))

#define DUMPS_CORE                                                                                           \
    (1ull << (SIGQUIT - 1) | 1ull << (ABI_SIGILL - 1) | 1ull << (ABI_SIGTRAP - 1) | 1ull << (SIGABRT - 1) |  \
     1ull << (ABI_SIGBUS - 1) | 1ull << (ABI_SIGFPE - 1) | 1ull << (ABI_SIGSEGV - 1) |                       \
     1ull << (SIGXCPU - 1) | 1ull << (SIGXFSZ - 1) | 1ull << (ABI_SIGSYS - 1))

enum { HANDLER_DFL, HANDLER_IGN };

bool signal_dumps_core(int sig)
{
    return signal_bit(sig) & DUMPS_CORE;
}

// Those that the host hands to the emulator alone.
static uint64_t kept_signals = HELD_SIGNALS;

void signal_keep(int sig)
{
    const uint64_t bit = signal_bit(sig);
    kept_signals |= bit;
    host_syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&bit, 0, sizeof bit, 0, 0);
}

uint64_t signal_host_mask(uint64_t guest)
{
    return guest & ~kept_signals;
}

static long host_set_mask(uint64_t mask)
{
    return host_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
}

static bool is_held_back(const struct signal_queue *q, unsigned n)
{
    return q->entered & signal_bit(q->ring[n % SIGNAL_RING].signo);
}

void signal_set_mask(struct thread *t, uint64_t mask)
{
    struct signal_queue *q = t->queue;
    t->sigmask = mask & ~NEVER_BLOCKED;
    q->entered &= t->sigmask;
    q->mask_stale = 1;
    if (q->held & ~t->sigmask) t->signal_pending = 1;
    for (unsigned n = q->tail; n != q->head; n++)
        if (!is_held_back(q, n)) t->signal_pending = 1;
}

void signal_thread_init(struct thread *t)
{
    const uint64_t needed = HELD_SIGNALS;
    host_syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&needed, (long)&t->sigmask, sizeof needed, 0, 0);
}

bool signal_block_all(struct thread *t)
{
    const uint64_t all = signal_host_mask(~0ull);
    return host_syscall_blocking(t, SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof all, 0, 0) == 0;
}

void signal_unblock(struct thread *t)
{
    t->queue->mask_stale = 0;
    host_set_mask(signal_host_mask(t->sigmask));
}

// ---- catching ----

static struct abi_siginfo *held_info(struct signal_queue *q, int sig)
{
    return &q->held_info[sig == ABI_SIGBUS ? 0 : sig == ABI_SIGFPE ? 1 : 2];
}

static void keep_held(struct thread *t, int sig, const siginfo_t *si)
{
    struct signal_queue *q = t->queue;
    const uint64_t bit = signal_bit(sig);
    if (!(q->held & bit)) siginfo_from_host(held_info(q, sig), si);
    q->held |= bit;
    if (t->sigmask & bit) return;
    t->signal_pending = 1;
    t->cpu.exit_request = 1;
}

void signal_host_handler(int sig, siginfo_t *si, void *context)
{
    struct thread *t = current_thread;
    ucontext_t *uc = context;
    if (!t) return; // only on its way out, when all is blocked but a SIGSEGV that somebody sent
    if (signal_bit(sig) & HELD_SIGNALS) {
        keep_held(t, sig, si);
    } else {
        struct signal_queue *q = t->queue;
        siginfo_from_host(&q->ring[q->head % SIGNAL_RING], si);
        q->head++;
        // One at a time: the next one stays in the host kernel until this one is delivered.
        const uint64_t all = signal_host_mask(~0ull);
        memcpy(&uc->uc_sigmask, &all, sizeof all);
        q->mask_stale = 1;
        t->signal_pending = 1;
        t->cpu.exit_request = 1;
    }
    greg_t *reg = uc->uc_mcontext.gregs;
    if (t->signal_pending)
        reg[REG_RIP] = (greg_t)signal_leave_syscall((uintptr_t)reg[REG_RIP], (uintptr_t)reg[REG_RCX]);
}

// ---- dispositions ----

// struct sigaction of the x86-64 kernel.
struct host_sigaction {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

#define HOST_SA_RESTORER 0x04000000u

extern const char host_sigreturn[];
__asm__(".pushsection .text\n"
        "    nop\n" // unwinders look at the address before
        "host_sigreturn:\n"
        "    mov $15, %eax\n" // rt_sigreturn
        "    syscall\n"
        ".popsection\n");

// Gives the host what a guest disposition needs. SA_RESTART, whatever the guest said: a call that the kernel
// goes back to is one of ERESTARTSYS, and host_syscall_blocking sees the difference.
static int host_disposition(struct thread *t, int sig, const struct abi_sigaction *act)
{
    struct host_sigaction h = {.handler = act->handler};
    const struct process_options *o = &t->p->opt;
    const bool stats = stats_on && o->policy != POLICY_SANDBOX;
    const uint64_t shown =
        (o->debugger || o->coverage || stats ? ~IGNORED_BY_DEFAULT : 0) | (o->core ? DUMPS_CORE : 0);
    // Ctrl-C is for the debugger even where the program does not want to know.
    const bool told = (act->handler == HANDLER_DFL && signal_bit(sig) & shown) || (stats && sig == SIGUSR1) ||
                      (o->debugger && sig == SIGINT);
    if (act->handler > HANDLER_IGN || told) {
        h.handler = (uintptr_t)signal_host_handler;
        h.flags = SA_SIGINFO | SA_RESTART;
        h.mask = signal_host_mask(~0ull);
    }
    h.flags |= HOST_SA_RESTORER | (act->flags & (ABI_SA_NOCLDSTOP | ABI_SA_NOCLDWAIT));
    h.restorer = (uintptr_t)host_sigreturn;
    return (int)host_syscall(SYS_rt_sigaction, sig, (long)&h, 0, sizeof h.mask, 0, 0);
}

// What stinkarm inherited, asked for when somebody first wants to know.
static void learn_disposition(struct thread *t, int sig)
{
    if (*t->actions_known & signal_bit(sig)) return;
    *t->actions_known |= signal_bit(sig);
    struct host_sigaction h;
    if (signal_bit(sig) & HELD_SIGNALS)
        t->actions[sig].handler = fault_was_ignored(sig) ? HANDLER_IGN : HANDLER_DFL;
    else if (host_syscall(SYS_rt_sigaction, sig, 0, (long)&h, sizeof h.mask, 0, 0) == 0)
        t->actions[sig].handler = h.handler == (uintptr_t)SIG_IGN ? HANDLER_IGN : HANDLER_DFL;
}

void signal_catch_defaults(struct thread *t)
{
    for (int sig = 1; sig <= ABI_NSIG; sig++) {
        if (signal_bit(sig) & (NEVER_BLOCKED | HELD_SIGNALS)) continue;
        learn_disposition(t, sig);
        host_disposition(t, sig, &t->actions[sig]);
    }
}

int signal_action(struct thread *t, int sig, const struct abi_sigaction *new, struct abi_sigaction *old)
{
    if (sig < 1 || sig > ABI_NSIG || (new &&signal_bit(sig) & NEVER_BLOCKED)) return -EINVAL;
    if (t->signal_pending) return -ERESTARTNOINTR; // it came before this call
    int err = 0;
    pthread_mutex_lock(&t->p->lock);
    learn_disposition(t, sig);
    if (old) *old = t->actions[sig];
    if (new) {
        if (!(signal_bit(sig) & kept_signals)) err = host_disposition(t, sig, new);
        if (!err) {
            t->actions[sig] = *new;
            t->actions[sig].mask &= ~NEVER_BLOCKED;
        }
    }
    if (new &&log_on(LOG_SIGNALS)) signal_log_action(sig, new, err);
    pthread_mutex_unlock(&t->p->lock);
    return err;
}

bool signal_is_ignored(struct thread *t, int sig)
{
    pthread_mutex_lock(&t->p->lock);
    learn_disposition(t, sig);
    const bool ignored = t->actions[sig].handler == HANDLER_IGN;
    pthread_mutex_unlock(&t->p->lock);
    return ignored;
}

// The action for a signal that is being delivered; SA_RESETHAND takes effect.
static struct abi_sigaction take_action(struct thread *t, int sig)
{
    pthread_mutex_lock(&t->p->lock);
    learn_disposition(t, sig);
    const struct abi_sigaction act = t->actions[sig];
    if (act.handler > HANDLER_IGN && act.flags & ABI_SA_RESETHAND) {
        t->actions[sig].handler = HANDLER_DFL;
        if (!(signal_bit(sig) & kept_signals)) host_disposition(t, sig, &t->actions[sig]);
    }
    pthread_mutex_unlock(&t->p->lock);
    return act;
}

// ---- delivering ----

// A signal whose handler went away between its being caught and now.
static void default_action(struct thread *t, const struct abi_siginfo *info)
{
    if (signal_bit(info->signo) & IGNORED_BY_DEFAULT) return;
    switch (info->signo) {
    case ABI_SIGTSTP:
    case ABI_SIGTTIN:
    case ABI_SIGTTOU: host_syscall(SYS_kill, getpid(), SIGSTOP, 0, 0, 0, 0); return;
    default: process_die(t, info->signo, info->code, 0);
    }
}

// Goes back before the system call instruction, its first argument as it was.
static void rewind_syscall(struct thread *t)
{
    struct cpu *c = &t->cpu;
    c->r[0] = t->syscall_r0;
    c->r[15] -= c->thumb ? 2 : 4;
}

// A handler is about to run: it returns to the end of the interrupted call, or to its repetition.
static void resolve_restart(struct thread *t, const struct abi_sigaction *act)
{
    const int code = t->restart;
    t->restart = 0;
    if (code == ERESTARTNOINTR || (code == ERESTARTSYS && act->flags & ABI_SA_RESTART))
        rewind_syscall(t);
    else if (code)
        t->cpu.r[0] = (uint32_t)-EINTR;
}

static void enter_handler(struct thread *t, const struct abi_sigaction *act, const struct abi_siginfo *info)
{
    resolve_restart(t, act);
    const uint64_t mask = t->restore_sigmask ? t->saved_sigmask : t->sigmask;
    if (!signal_frame_push(t, act, info, mask)) {
        if (info->signo == ABI_SIGSEGV) process_die(t, ABI_SIGSEGV, ABI_SI_KERNEL, 0);
        signal_force(t, ABI_SIGSEGV);
        return;
    }
    t->restore_sigmask = false;
    const uint64_t own = act->flags & ABI_SA_NODEFER ? 0 : signal_bit(info->signo);
    signal_set_mask(t, t->sigmask | act->mask | own);
    t->queue->entered |= own;
}

// A debugger is told first, and may want another one instead, or none: false.
static bool debugger_lets(struct thread *t, struct abi_siginfo *info)
{
    struct debugger *d = t->cpu.debugger;
    if (!d) return true;
    const int sig = d->signal(d, &t->cpu, info->signo);
    if (sig && sig != info->signo) *info = (struct abi_siginfo){.signo = sig, .code = ABI_SI_USER};
    return sig;
}

static void deliver(struct thread *t, const struct abi_siginfo *info)
{
    if (stats_on) signal_count(info->signo);
    if (log_on(LOG_SYSCALLS)) signal_log_strace(t, info);
    const struct abi_sigaction act = take_action(t, info->signo);
    if (log_on(LOG_SIGNALS)) signal_log_delivery(t, info, &act);
    if (act.handler == HANDLER_DFL)
        default_action(t, info);
    else if (act.handler != HANDLER_IGN)
        enter_handler(t, &act, info);
}

// A signal that the thread itself causes cannot wait and cannot be ignored.
static void deliver_forced(struct thread *t, const struct abi_siginfo *raised, uint32_t addr)
{
    struct abi_siginfo its = *raised, *info = &its;
    if (!debugger_lets(t, info)) return;
    const int sig = info->signo;
    pthread_mutex_lock(&t->p->lock);
    const bool fatal = t->sigmask & signal_bit(sig) || t->actions[sig].handler <= HANDLER_IGN;
    pthread_mutex_unlock(&t->p->lock);
    if (fatal) {
        if (stats_on) signal_count(sig);
        if (log_on(LOG_SIGNALS)) signal_log_delivery(t, info, &(struct abi_sigaction){0});
        process_die(t, sig, info->code, addr);
    }
    deliver(t, info);
}

void signal_force_info(struct thread *t, const struct abi_siginfo *info)
{
    deliver_forced(t, info, 0);
}

void signal_force(struct thread *t, int sig)
{
    signal_force_info(t, &(struct abi_siginfo){.signo = sig, .code = ABI_SI_KERNEL});
}

// Exception numbers and fault status of the ARM kernel's fault handlers (trap_no, error_code).
enum { TRAP_UNDEF = 6, TRAP_ABORT = 14 };
enum {
    FSR_ALIGNMENT = 0x01,
    FSR_EXTERNAL = 0x08,
    FSR_TRANSLATION = 0x17,
    FSR_PERMISSION = 0x1f,
    FSR_WRITE = 0x800
};

static uint32_t fault_status(const struct cpu_fault *f)
{
    const uint32_t write = f->write ? FSR_WRITE : 0;
    switch ((enum cpu_fault_kind)f->kind) {
    case CPU_FAULT_TRANSLATION: return FSR_TRANSLATION | write;
    case CPU_FAULT_PERMISSION: return FSR_PERMISSION | write;
    case CPU_FAULT_ALIGNMENT: return FSR_ALIGNMENT | write;
    default: return FSR_EXTERNAL | write;
    }
}

void signal_raise_fault(struct thread *t, int sig, int code, uint32_t addr)
{
    struct signal_queue *q = t->queue;
    const struct abi_siginfo info = {.signo = sig, .code = code, .fault.addr = addr};
    if (sig == ABI_SIGSEGV || sig == ABI_SIGBUS) {
        q->trap_no = TRAP_ABORT;
        q->error_code = fault_status(&t->cpu.fault);
        q->fault_address = addr;
    } else if (sig == ABI_SIGILL) {
        q->trap_no = TRAP_UNDEF;
        q->error_code = 0;
    }
    deliver_forced(t, &info, addr);
}

bool signal_take_held(struct thread *t, uint64_t set, struct abi_siginfo *info)
{
    struct signal_queue *q = t->queue;
    const uint64_t ready = q->held & set;
    if (!ready) return false;
    const int sig = __builtin_ctzll(ready) + 1;
    *info = *held_info(q, sig);
    __atomic_fetch_and(&q->held, ~signal_bit(sig), __ATOMIC_SEQ_CST);
    return true;
}

// Of several that have been caught those wait whose handler has been entered for another of their number: they
// would come before it.
static bool take_signal(struct thread *t, struct abi_siginfo *info)
{
    struct signal_queue *q = t->queue;
    if (signal_take_held(t, ~t->sigmask, info)) return true;
    unsigned n = q->tail;
    while (n != q->head && is_held_back(q, n))
        n++;
    if (n == q->head) return false;
    *info = q->ring[n % SIGNAL_RING];
    for (; n != q->tail; n--)
        q->ring[n % SIGNAL_RING] = q->ring[(n - 1) % SIGNAL_RING];
    q->tail++;
    return true;
}

// Whether r0 says that the system call wants to be repeated.
static int restart_code(struct thread *t)
{
    if (!t->in_syscall) return 0;
    t->in_syscall = false;
    const uint32_t code = 0u - t->cpu.r[0];
    return code >= ERESTARTSYS && code <= ERESTART_RESTARTBLOCK && code != ERESTART_RESTARTBLOCK - 1
               ? (int)code
               : 0;
}

void signal_deliver_pending(struct thread *t)
{
    t->restart = restart_code(t);
    while (t->signal_pending || t->restore_sigmask || t->queue->mask_stale) {
        t->cpu.exit_request = 0;
        t->signal_pending = 0;
        struct abi_siginfo info;
        while (take_signal(t, &info)) {
            if (stats_on && signal_asks_for_stats(t, &info))
                stats_report();
            else if (debugger_lets(t, &info))
                deliver(t, &info);
        }
        if (t->restore_sigmask) { // no handler has run under the temporary mask
            t->restore_sigmask = false;
            signal_set_mask(t, t->saved_sigmask);
        }
        if (t->queue->mask_stale) signal_unblock(t);
    }
    if (t->restart) rewind_syscall(t);
    t->restart = 0;
}

int signal_temp_mask(struct thread *t, uint32_t addr, uint32_t size, uint64_t *buf, const uint64_t **host)
{
    *host = NULL;
    if (!addr) return 0;
    uint64_t mask;
    if (size != sizeof mask) return -EINVAL;
    if (!get_guest(t, mask, addr)) return -EFAULT;
    if (t->signal_pending) return -ERESTARTNOINTR; // was deliverable under the old mask
    t->saved_sigmask = t->sigmask;
    t->restore_sigmask = true;
    signal_set_mask(t, mask);
    if (t->signal_pending) return -ERESTARTNOHAND; // one that was held back
    *buf = signal_host_mask(t->sigmask);
    *host = buf;
    return 0;
}
