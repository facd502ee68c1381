#include "debug/control.h"

#include <errno.h>
#include <signal.h>
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

struct debug_cpu *debug_entry(struct debug_control *k, const struct cpu *c)
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

void debug_tell(struct debug_control *k)
{
    const uint64_t one = 1;
    while (write(k->event_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void debug_stop(struct debug_control *k, struct debug_cpu *me, struct debug_stop why)
{
    if (!k->attached) {
        debug_drop(&why);
        return;
    }
    why.thread = me->id;
    why.pid = me->pid;
    if (k->halted || me->action == ACTION_WAIT) {
        debug_drop(&me->pending);
        me->pending = why;
        return;
    }
    k->halted = true;
    k->stop = why;
    ask_all(k);
    debug_tell(k);
}

void debug_drop(struct debug_stop *s)
{
    if (s->kind == STOP_FORK) own_fd_close(s->link); // by that the child learns that nobody debugs it
    s->kind = STOP_NONE;
}

static bool nobody_inside(const struct debug_control *k)
{
    for (const struct debug_cpu *e = k->cpus; e; e = e->next)
        if (e->inside) return false;
    return true;
}

bool debug_is_held(const struct debug_control *k, const struct debug_cpu *me)
{
    const struct debug_cpu *e = k->let_go;
    while (e && e != me)
        e = e->next;
    return !e;
}

static void pause_time(struct debug_control *k, bool yes)
{
    if (k->target->pause) k->target->pause(k->target->ctx, yes);
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
    pause_time(k, true);
    pthread_mutex_unlock(&k->lock);
}

void debug_heard(struct debug_control *k)
{
    uint64_t n;
    if (read(k->event_fd, &n, sizeof n) < 0) n = 0;
}

bool debug_take_stop(struct debug_control *k, struct debug_stop *s)
{
    debug_heard(k);
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
        k->halted = true;
        debug_tell(k);
        return;
    }
    apply(k);
    pause_time(k, false);
    k->halted = false;
    pthread_cond_broadcast(&k->resumed);
}

void debug_release(struct debug_control *k)
{
    k->stops.n = k->watches.n = 0;
    memset(k->syscalls, 0, sizeof k->syscalls);
    k->passed = 0;
    k->attached = k->alone = false;
    for (struct debug_cpu *e = k->cpus; e; e = e->next) {
        e->action = ACTION_CONTINUE;
        debug_drop(&e->pending);
        e->signal = -1;
    }
    debug_drop(&k->stop);
    debug_resume(k);
}

bool debug_let_go(struct debug_control *k, unsigned pid)
{
    bool any = false;
    for (struct debug_cpu **pp = &k->cpus, *e; (e = *pp);) {
        if (e->pid != pid) {
            pp = &e->next;
            continue;
        }
        *pp = e->next;
        e->next = k->let_go;
        k->let_go = e;
        e->action = ACTION_CONTINUE;
        watch_end(&k->watches, e->cpu);
        any = true;
    }
    pthread_cond_broadcast(&k->resumed);
    return any;
}

// ---- the CPUs' side ----

static bool may_run(const struct debug_control *k, const struct debug_cpu *me)
{
    return (!k->halted && me->action != ACTION_WAIT) || !debug_is_held(k, me);
}

void debug_wait(struct debug_control *k, const struct debug_cpu *me)
{
    while (k->attached && !may_run(k, me))
        pthread_cond_wait(&k->resumed, &k->lock);
}

// False: it may not, and others have the host thread meanwhile.
static bool wait_for_turn(struct debug_control *k, struct debug_cpu *me)
{
    while (!may_run(k, me)) {
        if (k->target->in_turn && !k->halted) return false;
        me->waiting = true;
        pthread_cond_wait(&k->resumed, &k->lock);
        me->waiting = false;
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
    if (!in_range(me)) debug_stop(k, me, (struct debug_stop){.kind = STOP_STEP});
}

static void debug_event(struct debug_control *k, struct debug_cpu *me)
{
    const struct cpu *c = me->cpu;
    if (c->fault.kind == CPU_FAULT_WATCH && c->watched && !has_stop(&k->base.stops, c->r[15]))
        debug_stop(k, me, (struct debug_stop){.kind = STOP_WATCH, .watch = watch_hit(&k->watches, c)});
    else
        debug_stop(k, me, (struct debug_stop){.kind = STOP_BREAK});
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

// One that is not debugged, among others that are: over their breakpoints.
static enum cpu_exit run_free(struct cpu *c, uint64_t budget)
{
    c->stepping = false;
    const enum cpu_exit why = c->engine->run(c, budget);
    return why == CPU_EXIT_DEBUG ? c->engine->run(c, 1) : why;
}

static enum cpu_exit run(struct debugger *d, struct cpu *c, uint64_t budget)
{
    struct debug_control *k = control_of(d);
    enum cpu_exit why = CPU_EXIT_DEBUG;
    struct debug_cpu *me;
    pthread_mutex_lock(&k->lock);
    while (why == CPU_EXIT_DEBUG && (me = debug_entry(k, c))) {
        if (me->stepped) step_done(k, me); // the personality has done what the instruction asked for
        const bool turn = wait_for_turn(k, me);
        if (turn && !debug_is_held(k, me)) break;
        why = turn ? run_once(k, me, budget) : CPU_EXIT_INTERRUPT;
    }
    pthread_mutex_unlock(&k->lock);
    return why == CPU_EXIT_DEBUG ? run_free(c, budget) : why;
}

// Stops for something outside of the engine; returns when the CPU may go on.
void debug_stop_here(struct debug_control *k, struct debug_cpu *me, struct debug_stop why)
{
    me->signal = -1;
    me->stepped = false;
    debug_stop(k, me, why);
    me->waiting = true;
    debug_wait(k, me);
    me->waiting = false;
}

static int signal_hook(struct debugger *d, struct cpu *c, int sig)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = debug_entry(k, c);
    if (me && k->attached && !(k->passed >> (sig - 1) & 1)) {
        debug_stop_here(k, me, (struct debug_stop){.kind = STOP_SIGNAL, .signal = sig});
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
    struct debug_cpu *me = debug_entry(k, c);
    if (me && k->attached) {
        const bool stepped = me->stepped;
        debug_stop_here(k, me, (struct debug_stop){.kind = ended ? STOP_RETURN : STOP_SYSCALL, .nr = nr});
        me->stepped = stepped && me->action == ACTION_STEP;
    }
    pthread_mutex_unlock(&k->lock);
}

struct debug_cpu *debug_enter(struct debug_control *k, struct cpu *c, unsigned pid)
{
    struct debug_cpu *e = pages_new(sizeof *e), **pp = &k->cpus;
    c->debugger = &k->base;
    if (!e) return NULL; // nobody will debug that one
    *e = (struct debug_cpu){.cpu = c,
                            .thread = pthread_self(),
                            .id = k->target->id(c),
                            .pid = pid,
                            .action = k->alone ? ACTION_WAIT : ACTION_CONTINUE,
                            .signal = -1,
                            .pair = {-1, -1}};
    if (k->watches.n) watch_begin(&k->watches, c);
    while (*pp)
        pp = &(*pp)->next;
    *pp = e;
    pthread_cond_signal(&k->left);
    return e;
}

static void join(struct debugger *d, struct cpu *c)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    debug_enter(k, c, k->pid);
    pthread_mutex_unlock(&k->lock);
}

static bool take_out(struct debug_cpu **pp, const struct cpu *c)
{
    while (*pp && (*pp)->cpu != c)
        pp = &(*pp)->next;
    struct debug_cpu *gone = *pp;
    if (!gone) return false;
    *pp = gone->next;
    munmap(gone, sizeof *gone);
    return true;
}

static void leave(struct debugger *d, struct cpu *c)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    if (!take_out(&k->cpus, c)) take_out(&k->let_go, c);
    pthread_cond_signal(&k->left);
    pthread_mutex_unlock(&k->lock);
}

static bool is_let_go(const struct debug_control *k, const struct cpu *c)
{
    const struct debug_cpu *e = k->let_go;
    while (e && e->cpu != c)
        e = e->next;
    return e;
}

// The front end says goodbye, and lets us go on.
static void end(struct debugger *d, struct cpu *c, int status, int sig)
{
    struct debug_control *k = control_of(d);
    const struct debug_stop why = {.kind = STOP_END, .pid = k->pid, .status = status, .signal = sig};
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = c ? debug_entry(k, c) : NULL;
    if (me && me->pid != k->pid) {
        debug_stop_here(k, me, why); // GDB lets go what has ended
    } else if (k->attached && (me || !c || !is_let_go(k, c))) {
        k->ended = k->halted = true;
        k->stop = why;
        ask_all(k);
        debug_tell(k);
        while (k->attached)
            pthread_cond_wait(&k->resumed, &k->lock);
    }
    pthread_mutex_unlock(&k->lock);
}

bool debug_init(struct debug_control *k, const struct debug_target *target, bool halted)
{
    k->base.run = run;
    k->base.join = join;
    k->base.leave = leave;
    k->base.signal = signal_hook;
    k->base.syscall = syscall_hook;
    k->base.end = end;
    debug_process_init(&k->base);
    k->pid = target->pid;
    k->pair[0] = k->pair[1] = -1;
    k->target = target;
    k->halted = k->attached = halted;
    if (halted) pause_time(k, true);
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->resumed, NULL);
    pthread_cond_init(&k->left, NULL);
    k->event_fd = own_fd_move(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return k->event_fd >= 0;
}

bool debug_thread(void *(*serve)(void *arg), void *arg)
{
    pthread_t thread;
    sigset_t blocked, before;
    sigfillset(&blocked);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const bool ok = !pthread_create(&thread, NULL, serve, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok && !pthread_detach(thread);
}
