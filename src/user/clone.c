// Threads and processes: a guest thread is a host thread, a guest process a host process.
#include "cpu/debug.h"
#include "user/clone.h"

#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/stats.h"
#include "symbols/coverage.h"
#include "symbols/symbols.h"
#include "user/hostthread.h"
#include "user/policy.h"
#include "user/seccomp.h"
#include "user/signal.h"
#include "user/syscall.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define forget_frames(addr, len) __asan_unpoison_memory_region(addr, len)
#else
#define forget_frames(addr, len) ((void)0)
#endif

#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

#define CLONE_NEW_ANY                                                                                        \
    (ABI_CLONE_NEWNS | 0x02000000u | 0x04000000u | 0x08000000u | ABI_CLONE_NEWUSER | ABI_CLONE_NEWPID |      \
     0x40000000u)

// What the host kernel does for us when it makes a process.
#define CLONE_FOR_HOST                                                                                       \
    (ABI_CSIGNAL | ABI_CLONE_FS | ABI_CLONE_FILES | ABI_CLONE_SIGHAND | ABI_CLONE_PARENT |                   \
     ABI_CLONE_SYSVSEM | 0x80000000u /* CLONE_IO */ | CLONE_NEW_ANY)

// A one-time message between host threads.
struct event {
    atomic_int value; // 0: not yet
};

static void event_set(struct event *e, int value)
{
    atomic_store(&e->value, value);
    host_syscall(SYS_futex, (long)&e->value, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

static int event_wait(struct event *e)
{
    int v;
    while ((v = atomic_load(&e->value)) == 0)
        host_syscall(SYS_futex, (long)&e->value, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    return v;
}

static void put_tid(struct thread *t, uint32_t addr, int tid)
{
    put_guest(t, tid, addr); // a bad address is the guest's loss: the kernel does not report it, either
}

static void set_child_state(struct thread *n, const struct clone_args *a)
{
    struct cpu *c = &n->cpu;
    c->r[0] = 0;
    if (a->stack) c->r[13] = a->stack;
    if (a->flags & ABI_CLONE_SETTLS) c->tpidruro = a->tls;
    c->excl_size = CPU_EXCL_OPEN;
    n->clear_child_tid = a->flags & ABI_CLONE_CHILD_CLEARTID ? a->child_tid : 0;
    n->robust_list = n->robust_len = 0;
    n->in_syscall = false;
}

// A thread like t, with an engine state of its own.
static struct thread *new_child(struct thread *t, const struct clone_args *a)
{
    struct thread *n = thread_new(t->p);
    if (!n) return NULL;
    void *const engine_state = n->cpu.engine_state;
    n->cpu = t->cpu;
    n->cpu.engine_state = engine_state;
    n->cpu.engine_pos = NULL;
    n->cpu.host_jump = NULL;
    n->cpu.exit_request = 0;
    n->cpu.owner = n;
    n->actions = t->actions;
    n->actions_known = t->actions_known;
    n->sigmask = t->sigmask;
    // A new stack, and so no alternate one, unless the parent waits (the kernel's copy_process).
    if (!(a->flags & ABI_CLONE_VM) || a->flags & ABI_CLONE_VFORK) n->altstack = t->altstack;
    set_child_state(n, a);
    return n;
}

// ---- threads ----

struct thread_start {
    struct thread *t;
    const struct thread *parent; // waits meanwhile
    const struct clone_args *args;
    struct event started;
};

// What the others see of a thread's end.
static void release_thread(struct thread *t, bool others)
{
    robust_release(t, t, false);
    const uint32_t addr = t->clear_child_tid;
    t->clear_child_tid = 0;
    if (!addr || !others) return;
    const uint32_t zero = 0;
    put_guest(t, zero, addr);
    host_syscall(SYS_futex, (long)guest_ptr(t, addr), 1 /* FUTEX_WAKE */, 1, 0, 0, 0);
}

// Signals for the process that this thread has caught but will not deliver: for another thread.
static void pass_on_signals(struct thread *t)
{
    const struct signal_queue *q = t->queue;
    for (unsigned i = q->tail; i != q->head; i++) {
        siginfo_t si;
        siginfo_to_host(&si, &q->ring[i % SIGNAL_RING]);
        if (host_syscall(SYS_rt_sigqueueinfo, getpid(), si.si_signo, (long)&si, 0, 0, 0) < 0)
            host_syscall(SYS_kill, getpid(), si.si_signo, 0, 0, 0, 0);
    }
}

static void block_for_good(struct thread *t)
{
    t->sigmask = ~0ull;
    signal_unblock(t);
    pass_on_signals(t);
}

static void *thread_main(void *arg)
{
    struct thread_start *s = arg;
    struct thread *t = s->t;
    struct process *const p = t->p;
    const uint32_t flags = s->args->flags;
    t->host = pthread_self();
    t->tid = (int)syscall(SYS_gettid);
    thread_present(t);
    if (flags & ABI_CLONE_PARENT_SETTID) put_tid(t, s->args->parent_tid, t->tid);
    if (flags & ABI_CLONE_CHILD_SETTID) put_tid(t, s->args->child_tid, t->tid);
    if (!(flags & ABI_CLONE_FS)) unshare(CLONE_FS);
    if (!(flags & ABI_CLONE_FILES)) unshare(CLONE_FILES);
    thread_enlist(t);
    pthread_mutex_lock(&p->lock);
    seccomp_inherit(t, s->parent);
    pthread_mutex_unlock(&p->lock);
    event_set(&s->started, t->tid); // from here on s is gone
    signal_unblock(t);
    thread_run(t);

    block_for_good(t);
    thread_delist(t);
    release_thread(t, true);
    thread_present(NULL);
    thread_free(t);
    stats_thread_end();
    host_thread_end(p);
    return NULL;
}

static int64_t clone_thread(struct thread *t, const struct clone_args *a)
{
    process_share_memory(t->p);
    struct thread_start s = {.t = new_child(t, a), .parent = t, .args = a};
    if (!s.t) return -ENOMEM;
    fork_prevent(t->p);
    const bool ok = host_thread_start(thread_main, &s);
    const int tid = ok ? event_wait(&s.started) : -EAGAIN; // the thread may have ended already
    fork_allow(t->p);
    if (!ok) thread_free(s.t);
    return tid;
}

int64_t clone_exit(struct thread *t, int status)
{
    if (t->signal_pending) return -ERESTARTNOINTR;
    if (t->vforked) clone_exit_group(t, status);
    pthread_mutex_lock(&t->p->lock);
    const bool last = t->p->nthreads == 1;
    pthread_mutex_unlock(&t->p->lock);
    if (last) clone_exit_group(t, status);
    t->exit_status = status & 0xff;
    t->exiting = true;
    if (t->tid != getpid()) return 0; // thread_main does the rest
    // The host's main thread: the process lives on without it.
    block_for_good(t);
    thread_delist(t);
    release_thread(t, true);
    stats_thread_end();
    for (;;)
        host_syscall(SYS_exit, t->exit_status, 0, 0, 0, 0, 0);
}

void clone_exit_group(struct thread *t, int status)
{
    struct process *p = t->p;
    if (t->vforked) {
        if (t->cpu.debugger) t->cpu.debugger->end(t->cpu.debugger, &t->cpu, status & 0xff, 0);
        release_thread(t, true);
        _exit(status & 0xff);
    }
    pthread_mutex_lock(&p->lock);
    for (struct thread *o = p->threads; o; o = o->next)
        robust_release(t, o, true);
    pthread_mutex_unlock(&p->lock);
    process_exit(p, status & 0xff);
}

static void clear_handlers(struct thread *t)
{
    const struct abi_sigaction none = {0};
    for (int sig = 1; sig <= ABI_NSIG; sig++) {
        struct abi_sigaction now;
        if (!signal_action(t, sig, NULL, &now) && now.handler > 1) signal_action(t, sig, &none, NULL);
    }
}

// ---- fork ----

// In the child only the calling thread is left.
static void become_process(struct thread *t, const struct clone_args *a)
{
    struct process *p = t->p;
    for (struct thread *o = p->threads, *next; o; o = next) {
        next = o->next;
        if (o != t) thread_discard(o);
    }
    if (t->actions != p->actions) { // of a vfork child
        memcpy(p->actions, t->actions, sizeof p->actions);
        p->actions_known = *t->actions_known;
        t->actions = p->actions;
        t->actions_known = &p->actions_known;
    }
    if (t->sandbox_fds != p->sandbox_fds) { // likewise
        memcpy(p->sandbox_fds, t->sandbox_fds, sizeof p->sandbox_fds);
        t->sandbox_fds = p->sandbox_fds;
    }
    if (a->slot >= 0) policy_enter(t, a);
    t->vforked = false;
    t->next = NULL;
    p->threads = t;
    p->nthreads = 1;
    t->tid = (int)syscall(SYS_gettid);
    thread_present(t);
    t->host = pthread_self();
    t->queue->held = 0;
    set_child_state(t, a);
    if (p->opt.debugger) p->opt.debugger = p->opt.debugger->forked(p->opt.debugger, &t->cpu, 0);
}

static void put_pidfd(struct thread *t, const struct clone_args *a, int pid)
{
    if (!(a->flags & ABI_CLONE_PIDFD)) return;
    const int fd = (int)host_syscall(SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
    put_guest(t, fd, a->pidfd);
}

static int64_t clone_process(struct thread *t, const struct clone_args *a)
{
    struct process *p = t->p;
    const uint32_t host_flags = a->flags & CLONE_FOR_HOST;
    // The locks in the order in which others take them: see uas.c.
    fork_prepare(p);
    if (p->opt.coverage) coverage_fork_before(p->opt.coverage);
    struct debugger *const debugger = p->opt.debugger;
    if (debugger) debugger->fork(debugger);
    pthread_mutex_lock(&p->lock);
    symbols_hold(p->symbols);
    pthread_mutex_lock(&p->as.mm_lock);
    p->engine->fork_before(p->engine);
    pthread_mutex_lock(&p->as.lock);
    // libc's fork keeps libc's own locks usable in the child; what it cannot do is done without it.
    long pid = host_flags == SIGCHLD ? fork() : host_syscall(SYS_clone, host_flags, 0, 0, 0, 0, 0);
    if (pid == -1 && host_flags == SIGCHLD) pid = -errno;
    pthread_mutex_unlock(&p->as.lock);
    p->engine->fork_after(p->engine, pid == 0, &t->cpu);
    pthread_mutex_unlock(&p->as.mm_lock);
    symbols_release(p->symbols);
    if (stats_on && pid >= 0) signal_stats_forked((int)pid);
    if (pid == 0) stats_forked();
    if (p->opt.coverage) coverage_fork_after(p->opt.coverage, pid == 0);
    if (pid == 0) become_process(t, a);
    pthread_mutex_unlock(&p->lock);
    fork_allow(p);
    if (debugger && pid) debugger->forked(debugger, &t->cpu, (int)pid);

    if (pid == 0) {
        if (a->clear_handlers) clear_handlers(t);
        if (a->flags & ABI_CLONE_CHILD_SETTID) put_tid(t, a->child_tid, t->tid);
    } else if (pid > 0) {
        if (a->flags & ABI_CLONE_PARENT_SETTID) put_tid(t, a->parent_tid, (int)pid);
        put_pidfd(t, a, (int)pid);
    }
    return pid;
}

// ---- vfork, and processes that share memory ----
//
// The child runs in the same memory, host memory included, and on the TLS of the host thread that made it,
// which the host kernel stops meanwhile. For a child whose parent does not want to wait there is a host
// thread that does.

struct vm_child {
    struct thread *t, *parent; // NULL: that does not wait
    const struct clone_args *args;
    struct event *started; // NULL: the caller waits for the child's end anyway
    int pid;
    struct abi_sigaction actions[ABI_NSIG + 1]; // its own, unless CLONE_SIGHAND
    uint64_t actions_known;
    uint64_t sandbox_fds[PROCESS_SANDBOX_FDS / 64];
};

static int vm_child_main(void *arg)
{
    struct vm_child *v = arg;
    struct thread *t = v->t;
    t->tid = v->pid = (int)syscall(SYS_getpid);
    thread_present(t);
    if (v->args->slot >= 0) policy_enter(t, v->args);
    if (v->args->flags & ABI_CLONE_PARENT_SETTID) put_tid(t, v->args->parent_tid, v->pid);
    if (v->args->flags & ABI_CLONE_CHILD_SETTID) put_tid(t, v->args->child_tid, v->pid);
    if (v->args->clear_handlers) clear_handlers(t);
    if (v->started) event_set(v->started, v->pid);
    struct debugger *const d = t->p->opt.debugger;
    if (d) d->vforked(d, v->parent ? &v->parent->cpu : NULL, &t->cpu);
    signal_unblock(t);
    thread_run(t);
    _exit(t->exit_status);
}

// Returns when the child has ended or become another program: its process ID or a negative errno.
static int64_t run_vm_child(struct vm_child *v)
{
    struct thread *const self = current_thread;
    uint8_t *stack = pages_new(HOST_STACK);
    if (!stack) return -ENOMEM;
    const uint32_t flags = (v->args->flags & CLONE_FOR_HOST) | CLONE_VM | CLONE_VFORK;
    int64_t pid = clone(vm_child_main, stack + HOST_STACK, (int)flags, v);
    if (pid < 0) pid = -errno;
    if (stats_on && pid > 0) signal_stats_forked((int)pid);
    thread_present(self);
    forget_frames(stack, HOST_STACK); // the child did not return from its functions
    munmap(stack, HOST_STACK);
    return pid;
}

static struct vm_child *new_vm_child(struct thread *t, const struct clone_args *a, struct event *started)
{
    struct vm_child *v = pages_new(sizeof *v);
    if (!v) return NULL;
    v->args = a;
    v->started = started;
    v->t = new_child(t, a);
    if (!v->t) {
        munmap(v, sizeof *v);
        return NULL;
    }
    v->t->vforked = true;
    pthread_mutex_lock(&t->p->lock);
    seccomp_inherit(v->t, t);
    pthread_mutex_unlock(&t->p->lock);
    if (policy_sandboxed(t)) {
        memcpy(v->sandbox_fds, t->sandbox_fds, sizeof v->sandbox_fds);
        v->t->sandbox_fds = v->sandbox_fds;
    }
    if (!(a->flags & ABI_CLONE_SIGHAND)) {
        pthread_mutex_lock(&t->p->lock);
        memcpy(v->actions, t->actions, sizeof v->actions);
        v->actions_known = *t->actions_known;
        pthread_mutex_unlock(&t->p->lock);
        v->t->actions = v->actions;
        v->t->actions_known = &v->actions_known;
    }
    return v;
}

static void free_vm_child(struct vm_child *v)
{
    exec_forget(v->t);
    if (v->t->cpu.debugger) v->t->cpu.debugger->leave(v->t->cpu.debugger, &v->t->cpu);
    thread_free(v->t);
    munmap(v, sizeof *v);
}

static void *vm_child_keeper(void *arg)
{
    struct vm_child *v = arg;
    struct event *started = v->started;
    struct process *const p = v->t->p;
    const int64_t pid = run_vm_child(v);
    if (pid < 0) event_set(started, (int)pid); // else the child has done it, and the event is gone
    free_vm_child(v);
    host_thread_end(p);
    return NULL;
}

static int64_t clone_vm(struct thread *t, const struct clone_args *a)
{
    int64_t pid;
    if (a->flags & ABI_CLONE_VFORK) {
        struct vm_child *v = new_vm_child(t, a, NULL);
        if (!v) return -ENOMEM;
        struct debugger *const d = t->p->opt.debugger;
        v->parent = t;
        if (d) d->vfork(d, &t->cpu);
        pid = run_vm_child(v);
        if (d) d->vfork_done(d, &t->cpu, &v->t->cpu);
        free_vm_child(v);
        t->cpu.memory_shared = t->p->memory_shared; // as the child has left it
    } else {
        // The child may outlive this call, so its arguments are copied by the time it has started.
        struct event started = {0};
        process_share_memory(t->p);
        struct vm_child *v = new_vm_child(t, a, &started);
        if (!v) return -ENOMEM;
        fork_prevent(t->p);
        const bool ok = host_thread_start(vm_child_keeper, v);
        pid = ok ? event_wait(&started) : -EAGAIN;
        fork_allow(t->p);
        if (!ok) free_vm_child(v);
    }
    if (pid > 0) put_pidfd(t, a, (int)pid);
    return pid;
}

// ---- clone ----

static int check_flags(uint32_t flags)
{
    const uint32_t thread = ABI_CLONE_THREAD, vm = ABI_CLONE_VM, sighand = ABI_CLONE_SIGHAND;
    if ((flags & (ABI_CLONE_NEWNS | ABI_CLONE_FS)) == (ABI_CLONE_NEWNS | ABI_CLONE_FS)) return -EINVAL;
    if ((flags & (ABI_CLONE_NEWUSER | ABI_CLONE_FS)) == (ABI_CLONE_NEWUSER | ABI_CLONE_FS)) return -EINVAL;
    if (flags & thread && !(flags & sighand)) return -EINVAL;
    if (flags & sighand && !(flags & vm)) return -EINVAL;
    if (flags & thread && flags & (CLONE_NEW_ANY | ABI_CLONE_PIDFD)) return -EINVAL;
    if (flags & ABI_CLONE_PIDFD && flags & ABI_CLONE_DETACHED) return -EINVAL;
    return 0;
}

int64_t clone_guest(struct thread *t, const struct clone_args *a)
{
    const int err = check_flags(a->flags);
    if (err) return err;
    struct clone_args own = *a;
    own.slot = -1;
    const int64_t refused = policy_sandboxed(t) ? policy_may_clone(t, &own) : 0;
    if (refused) return refused;
    if (!signal_block_all(t)) {
        if (own.slot >= 0) sandbox_enter(t->p->sandbox, own.slot, 0);
        return -ERESTARTNOINTR;
    }
    int64_t r;
    if (a->flags & ABI_CLONE_THREAD)
        r = clone_thread(t, &own);
    else if (a->flags & ABI_CLONE_VM)
        r = clone_vm(t, &own);
    else
        r = clone_process(t, &own);
    if (own.slot >= 0 && r) sandbox_enter(t->p->sandbox, own.slot, r > 0 ? (int)r : 0);
    signal_unblock(t);
    return r;
}
