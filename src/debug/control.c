#include "debug/control.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/own_fd.h"
#include "base/pages.h"

static struct debug_control *control_of(struct debugger *d)
{
    return (struct debug_control *)d;
}

static struct debug_cpu *entry_of(struct debug_control *k, const struct cpu *c)
{
    struct debug_cpu *e = k->cpus;
    while (e && e->cpu != c)
        e = e->next;
    return e;
}

struct debug_cpu *debug_find(struct debug_control *k, unsigned id)
{
    struct debug_cpu *e = k->cpus;
    while (e && e->id != id)
        e = e->next;
    return e;
}

// ---- stopping ----

static void ask_all(struct debug_control *k)
{
    for (struct debug_cpu *e = k->cpus; e; e = e->next)
        if (e->inside) e->cpu->exit_request = 1;
}

static void tell(struct debug_control *k)
{
    const uint64_t one = 1;
    while (write(k->event_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

// A CPU, which is not inside, has a reason to stop. The first one stops all; others tell theirs when they are
// to go on.
static void stop(struct debug_control *k, struct debug_cpu *me, struct debug_stop why)
{
    if (!k->attached) return;
    why.thread = me->id;
    if (k->halted) {
        me->pending = why;
        return;
    }
    k->halted = true;
    k->stop = why;
    ask_all(k);
    tell(k);
}

static bool nobody_inside(const struct debug_control *k)
{
    for (const struct debug_cpu *e = k->cpus; e; e = e->next)
        if (e->inside) return false;
    return true;
}

void debug_halt(struct debug_control *k)
{
    pthread_mutex_lock(&k->lock);
    k->halted = true;
    while (!nobody_inside(k)) {
        ask_all(k);
        // Asked again now and then: a personality may take a request for one of its own.
        struct timespec ts;
        clock_gettime(CLOCK_REALTIME, &ts);
        ts.tv_nsec += 10000000;
        if (ts.tv_nsec >= 1000000000) ts.tv_sec++, ts.tv_nsec -= 1000000000;
        pthread_cond_timedwait(&k->left, &k->lock, &ts);
    }
    pthread_mutex_unlock(&k->lock);
}

bool debug_take_stop(struct debug_control *k, struct debug_stop *s)
{
    uint64_t n;
    if (read(k->event_fd, &n, sizeof n) < 0) n = 0;
    *s = k->stop;
    k->stop.kind = STOP_NONE;
    return s->kind != STOP_NONE;
}

// ---- going on ----

static bool has_stop(const struct cpu_stops *s, uint32_t addr)
{
    return cpu_stop_from(s, addr, (uint64_t)addr + 1) == addr;
}

// What was translated at addresses where there is a stop in only one of the two.
static void invalidate_difference(struct debug_control *k, const struct cpu_stops *a,
                                  const struct cpu_stops *b)
{
    for (unsigned i = 0; i < a->n; i++)
        if (!has_stop(b, a->addr[i])) k->target->invalidate(k->target->ctx, a->addr[i]);
}

static void apply(struct debug_control *k)
{
    invalidate_difference(k, &k->stops, &k->base.stops);
    invalidate_difference(k, &k->base.stops, &k->stops);
    k->base.stops = k->stops;
    for (struct debug_cpu *e = k->cpus; e; e = e->next)
        if (k->watches.n)
            watch_begin(&k->watches, e->cpu);
        else
            watch_end(&k->watches, e->cpu);
}

bool debug_break(struct debug_control *k, uint32_t addr, bool set)
{
    struct cpu_stops *s = &k->stops;
    unsigned i = 0;
    while (i < s->n && s->addr[i] < addr)
        i++;
    const bool there = i < s->n && s->addr[i] == addr;
    if (there == set) return true;
    if (!set) {
        memmove(&s->addr[i], &s->addr[i + 1], (--s->n - i) * sizeof *s->addr);
        return true;
    }
    if (s->n == CPU_STOPS) return false;
    memmove(&s->addr[i + 1], &s->addr[i], (s->n++ - i) * sizeof *s->addr);
    s->addr[i] = addr;
    return true;
}

void debug_resume(struct debug_control *k)
{
    // What has happened to others meanwhile comes first.
    for (struct debug_cpu *e = k->cpus; e; e = e->next) {
        if (e->pending.kind == STOP_NONE || e->action == ACTION_WAIT) continue;
        k->stop = e->pending;
        e->pending.kind = STOP_NONE;
        tell(k);
        return;
    }
    apply(k);
    k->halted = false;
    pthread_cond_broadcast(&k->resumed);
}

void debug_release(struct debug_control *k)
{
    k->stops.n = k->watches.n = 0;
    memset(k->syscalls, 0, sizeof k->syscalls);
    k->passed = 0;
    k->attached = false;
    for (struct debug_cpu *e = k->cpus; e; e = e->next) {
        e->action = ACTION_CONTINUE;
        e->pending.kind = STOP_NONE;
        e->signal = -1;
    }
    k->stop.kind = STOP_NONE;
    debug_resume(k);
}

// ---- the CPUs' side ----

static bool may_run(const struct debug_control *k, const struct debug_cpu *me)
{
    return !k->halted && me->action != ACTION_WAIT;
}

// False: it may not, and others have the host thread meanwhile.
static bool wait_for_turn(struct debug_control *k, struct debug_cpu *me)
{
    while (!may_run(k, me)) {
        if (k->target->in_turn && !k->halted) return false;
        pthread_cond_wait(&k->resumed, &k->lock);
    }
    return true;
}

static bool in_range(const struct debug_cpu *me)
{
    return me->cpu->r[15] - me->range[0] < me->range[1] - me->range[0];
}

// Behind an instruction of a step. A range ends where it was left.
static void step_done(struct debug_control *k, struct debug_cpu *me)
{
    me->stepped = false;
    if (!in_range(me)) stop(k, me, (struct debug_stop){.kind = STOP_STEP});
}

static void debug_event(struct debug_control *k, struct debug_cpu *me)
{
    const struct cpu *c = me->cpu;
    if (c->fault.kind == CPU_FAULT_WATCH && c->watched && !has_stop(&k->base.stops, c->r[15]))
        stop(k, me, (struct debug_stop){.kind = STOP_WATCH, .watch = k->watches.hit});
    else
        stop(k, me, (struct debug_stop){.kind = STOP_BREAK});
}

static bool is_idle(enum cpu_exit why)
{
    return why == CPU_EXIT_WFI || why == CPU_EXIT_WFE;
}

// With the lock. What is left for the personality to do; CPU_EXIT_DEBUG: nothing.
static enum cpu_exit run_once(struct debug_control *k, struct debug_cpu *me, uint64_t budget)
{
    struct cpu *c = me->cpu;
    const bool step = me->action == ACTION_STEP;
    me->inside = true;
    c->stepping = step;
    pthread_mutex_unlock(&k->lock);
    const enum cpu_exit why = c->engine->run(c, step ? 1 : budget);
    pthread_mutex_lock(&k->lock);
    me->inside = false;
    pthread_cond_signal(&k->left);
    if (why == CPU_EXIT_DEBUG) {
        debug_event(k, me);
        return why;
    }
    me->stepped = step && why != CPU_EXIT_INTERRUPT;
    if (!me->stepped || (why != CPU_EXIT_BUDGET && !is_idle(why))) return why;
    step_done(k, me);
    return CPU_EXIT_DEBUG;
}

static enum cpu_exit run(struct debugger *d, struct cpu *c, uint64_t budget)
{
    struct debug_control *k = control_of(d);
    enum cpu_exit why = CPU_EXIT_DEBUG;
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = entry_of(k, c);
    if (me->stepped) step_done(k, me); // the personality has done what the instruction asked for
    while (why == CPU_EXIT_DEBUG)
        why = wait_for_turn(k, me) ? run_once(k, me, budget) : CPU_EXIT_INTERRUPT;
    pthread_mutex_unlock(&k->lock);
    return why;
}

// Stops for something outside of the engine; returns when the CPU may go on.
static void stop_here(struct debug_control *k, struct debug_cpu *me, struct debug_stop why)
{
    me->signal = -1;
    me->stepped = false;
    stop(k, me, why);
    while (k->attached && !may_run(k, me))
        pthread_cond_wait(&k->resumed, &k->lock);
}

static int signal_hook(struct debugger *d, struct cpu *c, int sig)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = entry_of(k, c);
    if (k->attached && !(k->passed >> (sig - 1) & 1)) {
        stop_here(k, me, (struct debug_stop){.kind = STOP_SIGNAL, .signal = sig});
        if (me->signal >= 0) sig = me->signal;
        me->signal = -1;
    }
    pthread_mutex_unlock(&k->lock);
    return sig;
}

static void syscall_hook(struct debugger *d, struct cpu *c, unsigned nr, bool ended)
{
    struct debug_control *k = control_of(d);
    if (nr >= 512 || !(k->syscalls[nr / 64] >> nr % 64 & 1)) return;
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = entry_of(k, c);
    const bool stepped = me->stepped;
    if (k->attached)
        stop_here(k, me, (struct debug_stop){.kind = ended ? STOP_RETURN : STOP_SYSCALL, .nr = nr});
    me->stepped = stepped && me->action == ACTION_STEP;
    pthread_mutex_unlock(&k->lock);
}

static void join(struct debugger *d, struct cpu *c)
{
    struct debug_control *k = control_of(d);
    struct debug_cpu *e = pages_new(sizeof *e);
    c->debugger = NULL;
    if (!e) return; // nobody will debug that one
    *e = (struct debug_cpu){
        .cpu = c, .thread = pthread_self(), .id = k->target->id(c), .action = ACTION_CONTINUE, .signal = -1};
    pthread_mutex_lock(&k->lock);
    c->debugger = d;
    if (k->watches.n) watch_begin(&k->watches, c);
    struct debug_cpu **pp = &k->cpus;
    while (*pp)
        pp = &(*pp)->next;
    *pp = e;
    pthread_cond_signal(&k->left);
    pthread_mutex_unlock(&k->lock);
}

static void leave(struct debugger *d, struct cpu *c)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    for (struct debug_cpu **pp = &k->cpus; *pp; pp = &(*pp)->next)
        if ((*pp)->cpu == c) {
            struct debug_cpu *gone = *pp;
            *pp = gone->next;
            munmap(gone, sizeof *gone);
            break;
        }
    pthread_cond_signal(&k->left);
    pthread_mutex_unlock(&k->lock);
}

// The front end says goodbye, and lets us go on.
static void end(struct debugger *d, int status, int sig)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    if (k->attached) {
        k->ended = k->halted = true;
        k->stop = (struct debug_stop){.kind = STOP_END, .status = status, .signal = sig};
        ask_all(k);
        tell(k);
        while (k->attached)
            pthread_cond_wait(&k->resumed, &k->lock);
    }
    pthread_mutex_unlock(&k->lock);
}

// In the child of a fork, which nobody debugs. Other CPUs' threads, and whoever had the lock, are not here.
static void forked(struct debugger *d)
{
    struct debug_control *k = control_of(d);
    for (struct debug_cpu *e = k->cpus; e; e = e->next) {
        if (e->thread != pthread_self()) continue;
        watch_end(&k->watches, e->cpu);
        e->cpu->debugger = NULL;
        e->cpu->stepping = false;
    }
    for (unsigned i = 0; i < k->base.stops.n; i++)
        k->target->invalidate(k->target->ctx, k->base.stops.addr[i]);
    own_fd_close(k->event_fd);
    if (k->front_forked) k->front_forked(k->front);
}

bool debug_init(struct debug_control *k, const struct debug_target *target, bool halted)
{
    k->base.run = run;
    k->base.join = join;
    k->base.leave = leave;
    k->base.signal = signal_hook;
    k->base.syscall = syscall_hook;
    k->base.end = end;
    k->base.forked = forked;
    k->target = target;
    k->halted = k->attached = halted;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->resumed, NULL);
    pthread_cond_init(&k->left, NULL);
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return false;
    k->event_fd = own_fd_keep(fd);
    if (k->event_fd != fd) close(fd);
    return true;
}
