// The profiler as a debugger: what the personality calls. profile_session.h tells how samples are taken.
#include "debug/profile.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file_name.h"
#include "base/log.h"
#include "base/pages.h"
#include "debug/debug.h"
#include "debug/profile_session.h"

static _Thread_local struct profile_thread *self;

static struct profile *profile_of(struct debugger *d)
{
    return (struct profile *)d;
}

// In the signal's handler.
static void asked(struct debugger *d, struct cpu *c, uintptr_t host_pc, const struct host_registers *h)
{
    struct profile_thread *t = self;
    const struct profile *p = profile_of(d);
    if (!t || t->p != p || t->cpu != c || atomic_load(&t->state) != PROFILE_ASKED || !c->in_engine) return;
    profile_sample(t, c, host_pc, h);
}

// This host thread's record. NULL: out of memory, nobody looks at it.
static struct profile_thread *begin(struct profile *p, struct cpu *c)
{
    if (self && self->p == p) return self;
    struct profile_thread *t = pages_new(sizeof *t);
    if (!t) return NULL;
    t->p = p;
    t->tid = (int)syscall(SYS_gettid);
    t->first = t->cpu = c;
    t->why = CPU_EXIT_INTERRUPT;
    t->seen = profile_cpu_time(t->tid);
    pthread_mutex_lock(&p->lock);
    t->next = p->threads;
    p->threads = t;
    pthread_mutex_unlock(&p->lock);
    return self = t;
}

// What is to be done when the fork is over: it needs locks of those who fork.
static void begin_child(struct profile *p, struct cpu *c)
{
    p->child = false;
    p->target.symbols = debug_symbols(&p->target, c);
    if (!profile_sampler_start(p)) p->ended = true;
}

// What it takes to put a machine's CPU to sleep, and to wake it, is nobody's.
static void skip_sleep(struct profile_thread *t)
{
    pthread_mutex_lock(&t->p->lock);
    t->seen = profile_cpu_time(t->tid);
    atomic_store(&t->state, PROFILE_IDLE);
    pthread_mutex_unlock(&t->p->lock);
}

static enum cpu_exit run(struct debugger *d, struct cpu *c, uint64_t budget)
{
    struct profile_thread *t = begin(profile_of(d), c);
    if (!t) return c->engine->run(c, budget);
    t->cpu = c;
    if (t->p->child) begin_child(t->p, c);
    if (c->sys && (t->why == CPU_EXIT_WFI || t->why == CPU_EXIT_WFE)) skip_sleep(t);
    if (atomic_load(&t->state) == PROFILE_ASKED) profile_account_here(t, t->why == CPU_EXIT_SVC && !c->sys);
    atomic_store(&t->inside, true);
    const enum cpu_exit why = t->why = c->engine->run(c, budget);
    atomic_store(&t->inside, false);
    const int state = atomic_load(&t->state);
    if (state == PROFILE_FOUND)
        profile_account(t, false);
    else if (state == PROFILE_LATE)
        profile_account_here(t, false);
    return why;
}

static void join(struct debugger *d, struct cpu *c)
{
    c->debugger = d;
}

static void leave(struct debugger *d, struct cpu *c)
{
    struct profile *p = profile_of(d);
    struct profile_thread *t = self;
    if (!t || t->first != c) return;
    if (atomic_load(&t->state) == PROFILE_ASKED) profile_account_here(t, t->why == CPU_EXIT_SVC);
    pthread_mutex_lock(&p->lock);
    for (struct profile_thread **pp = &p->threads; *pp; pp = &(*pp)->next)
        if (*pp == t) {
            *pp = t->next;
            break;
        }
    self = NULL;
    pthread_mutex_unlock(&p->lock);
    munmap(t, sizeof *t);
}

static int signal_hook(struct debugger *d, struct cpu *c, int sig)
{
    (void)d, (void)c;
    return sig;
}

static void syscall_hook(struct debugger *d, struct cpu *c, unsigned nr, bool ended)
{
    (void)d, (void)c, (void)nr, (void)ended;
}

// c: NULL, or of a process that shares memory, which nobody looks at.
static void end(struct debugger *d, struct cpu *c, int status, int sig)
{
    struct profile *p = profile_of(d);
    (void)c, (void)status, (void)sig;
    if (self && self->p == p && atomic_load(&self->state) == PROFILE_ASKED)
        profile_account_here(self, self->why == CPU_EXIT_SVC && !self->cpu->sys);
    pthread_mutex_lock(&p->lock);
    if (!p->ended) profile_file_write(p);
    p->ended = true;
    pthread_mutex_unlock(&p->lock);
}

// The next stinkarm has its own options for it (profile_option). If it fails there is more to come.
static void exec_hook(struct debugger *d, struct cpu *c, char *inherit, size_t size)
{
    struct profile *p = profile_of(d);
    (void)c, (void)inherit, (void)size;
    pthread_mutex_lock(&p->lock);
    if (!p->ended) profile_file_write(p);
    pthread_mutex_unlock(&p->lock);
}

static void exec_failed(struct debugger *d, struct cpu *c)
{
    (void)d, (void)c;
}

static void fork_hook(struct debugger *d)
{
    pthread_mutex_lock(&profile_of(d)->lock);
}

// In the child of a fork. Its own file it begins; to one of all processes it adds. callgrind's format has no
// place for several.
static struct debugger *forked_child(struct profile *p, struct cpu *c)
{
    struct profile_thread *t = self && self->p == p ? self : NULL;
    profile_tree_clear(&p->data.tree);
    p->ended = false;
    p->threads = t;
    if (t) {
        t->next = NULL;
        t->first = t->cpu = c;
        t->tid = (int)syscall(SYS_gettid);
        t->seen = profile_cpu_time(t->tid);
        atomic_store(&t->state, PROFILE_IDLE);
        atomic_store(&t->inside, false);
    }
    const bool own = file_name_has_pid(p->pattern);
    if (own) p->append = false;
    p->child = own ? profile_file_begin(p) : !p->callgrind;
    c->debugger = p->child ? &p->base : NULL;
    return c->debugger;
}

static struct debugger *forked(struct debugger *d, struct cpu *c, int pid)
{
    struct profile *p = profile_of(d);
    if (pid == 0)
        pthread_mutex_init(&p->lock, NULL);
    else
        pthread_mutex_unlock(&p->lock);
    return pid == 0 ? forked_child(p, c) : d;
}

static void vfork_hook(struct debugger *d, struct cpu *parent)
{
    (void)d, (void)parent;
}

// Until it executes another program, which is another matter.
static void vforked(struct debugger *d, struct cpu *parent, struct cpu *child)
{
    (void)d, (void)parent;
    child->debugger = NULL;
}

static void vfork_done(struct debugger *d, struct cpu *parent, struct cpu *child)
{
    (void)d, (void)parent, (void)child;
}

char *profile_option(struct debugger *d)
{
    return profile_of(d)->option;
}

struct debugger *profile_start(const char *file, const struct debug_target *t)
{
    struct profile *p = pages_new(sizeof *p + PROFILE_PATH);
    if (!p || !profile_tree_init(&p->data.tree)) {
        warn("--profile: out of memory");
        return NULL;
    }
    p->base.run = run;
    p->base.join = join;
    p->base.leave = leave;
    p->base.signal = signal_hook;
    p->base.syscall = syscall_hook;
    p->base.end = end;
    p->base.fork = fork_hook;
    p->base.forked = forked;
    p->base.vfork = vfork_hook;
    p->base.vforked = vforked;
    p->base.vfork_done = vfork_done;
    p->base.exec = exec_hook;
    p->base.exec_failed = exec_failed;
    p->base.asked = asked;
    p->target = *t;
    p->option = (char *)(p + 1);
    pthread_mutex_init(&p->lock, NULL);
    if (!profile_file_set(p, file)) return NULL;
    if (profile_sampler_start(p)) return &p->base;
    warn("--profile: cannot start a thread");
    return NULL;
}
