// Going on, and stepping, past the points where CPUs stand.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "debug/monitor_session.h"

enum {
    LASTING_MS = 50, // a system call that takes longer may wait for others
    BLOCKED_MS = 20, // a signal that nobody has taken by then is blocked
};

enum outcome { DONE, LASTING, STOPPED };

static bool take_interrupt(struct monitor *m)
{
    struct signalfd_siginfo info;
    return read(m->interrupts, &info, sizeof info) == (ssize_t)sizeof info;
}

// Without the lock: something has happened within the time (-1: for ever), or somebody has pressed Ctrl-C. A
// thread of the program that does not block that signal is to get it, and stops; so it is left alone for a
// moment.
static bool wait_event(struct monitor *m, int ms, bool *interrupted)
{
    struct pollfd fds[2] = {{.fd = m->k->event_fd, .events = POLLIN},
                            {.fd = m->interrupts, .events = POLLIN}};
    *interrupted = false;
    if (poll(fds, 2, ms) <= 0) return false;
    if (fds[0].revents || poll(fds, 1, BLOCKED_MS) > 0) return true;
    return *interrupted = take_interrupt(m);
}

// What stops only so that we may look whether symbols have come.
static bool is_internal(struct monitor *m, const struct debug_stop *stop)
{
    if (stop->kind != STOP_SYSCALL && stop->kind != STOP_RETURN) return false;
    points_resolve(m);
    return true;
}

static void act_all(struct debug_control *k, enum debug_action action)
{
    for (struct debug_cpu *e = k->cpus; e; e = e->next) {
        e->action = action;
        e->range[0] = e->range[1] = 0;
    }
}

// The stop that has happened, in m->stop, with all halted. False: there was none that counts; all go on, the
// one that is alone (0: none is) past the points where it is. The lock is held before and after, but not all
// the time.
static bool take_stop(struct monitor *m, bool interrupted, unsigned alone)
{
    struct debug_control *k = m->k;
    pthread_mutex_unlock(&k->lock);
    debug_halt(k);
    pthread_mutex_lock(&k->lock);
    const bool is = debug_take_stop(k, &m->stop);
    if (is && !is_internal(m, &m->stop)) return true;
    if (interrupted) {
        const struct debug_cpu *e = monitor_cpu(m);
        m->stop = (struct debug_stop){.kind = STOP_ASKED, .thread = e ? e->id : 0};
        return true;
    }
    points_place(m, debug_find(k, alone));
    debug_resume(k);
    return false;
}

static void wait_stop(struct monitor *m)
{
    for (;;) {
        bool interrupted;
        pthread_mutex_unlock(&m->k->lock);
        const bool event = wait_event(m, -1, &interrupted);
        pthread_mutex_lock(&m->k->lock);
        if (event && take_stop(m, interrupted, 0)) return;
    }
}

static void forget_seen(struct debug_cpu *e)
{
    if (e) e->seen = e->seen_watch = false;
}

// Whether it stands in front of a point that has been shown.
static bool stands(const struct monitor *m, const struct debug_cpu *e)
{
    return e->seen && e->seen_pc == e->cpu->r[15] && (e->seen_watch || points_stop_at(m, e->seen_pc));
}

// One CPU executes an instruction, whatever would stop it there, while the others wait. DONE: all are halted;
// STOPPED: likewise, for another reason; LASTING: it is in a system call that takes its time, asleep, or
// gone, and nobody is halted.
static enum outcome execute_one(struct monitor *m, unsigned id)
{
    struct debug_control *k = m->k;
    struct debug_cpu *e = debug_find(k, id);
    if (!e) return LASTING;
    act_all(k, ACTION_WAIT);
    e->action = ACTION_STEP;
    k->alone = true;
    points_place(m, e);
    debug_resume(k);
    for (;;) {
        bool interrupted;
        pthread_mutex_unlock(&k->lock);
        const bool event = wait_event(m, LASTING_MS, &interrupted);
        pthread_mutex_lock(&k->lock);
        const bool stopped = event && take_stop(m, interrupted, id);
        const bool done = stopped && m->stop.kind == STOP_STEP && m->stop.thread == id;
        e = debug_find(k, id);
        if (!stopped && (event || (e && (e->inside || e->waiting)))) continue;
        k->halted = true;                              // nobody is inside
        if (done || (e && e->stepped)) forget_seen(e); // else it still stands there
        return done ? DONE : stopped ? STOPPED : LASTING;
    }
}

// CPUs that stand where a stop has been shown go on with what is there. False: m->stop.
static bool pass_points(struct monitor *m)
{
    enum { MOST = 256 };
    unsigned ids[MOST], n = 0;
    for (const struct debug_cpu *e = m->k->cpus; e && n < MOST; e = e->next)
        if (stands(m, e)) ids[n++] = e->id;
    for (unsigned i = 0; i < n; i++) {
        const enum outcome o = execute_one(m, ids[i]);
        if (o == STOPPED) return false;
        struct debug_cpu *e = debug_find(m->k, ids[i]);
        if (o == LASTING && e) e->stepped = false; // it need not say when it is done
    }
    return true;
}

// The one that steps, too, if it is not 0.
static void resume_all(struct monitor *m, unsigned steps)
{
    act_all(m->k, ACTION_CONTINUE);
    for (struct debug_cpu *e = m->k->cpus; e; e = e->next) {
        if (!stands(m, e)) forget_seen(e);
        if (e->id == steps) e->action = ACTION_STEP;
    }
    m->k->alone = false;
    points_place(m, NULL);
    debug_resume(m->k);
    wait_stop(m);
}

// True: it has been made; false: m->stop is something else.
static bool step(struct monitor *m)
{
    const unsigned id = m->current;
    const enum outcome o = execute_one(m, id);
    if (o != LASTING) return o == DONE;
    if (!debug_find(m->k, id) && m->k->cpus) {
        m->stop = (struct debug_stop){.kind = STOP_NONE, .thread = m->k->cpus->id};
        return false;
    }
    // The others may be what it waits for.
    if (!pass_points(m)) return false;
    resume_all(m, id);
    return m->stop.kind == STOP_STEP && m->stop.thread == id;
}

// Whether a stop is to be shown. That CPU has then seen the points where it is, and does not count them again
// if it comes from nowhere else.
static bool counts(struct monitor *m)
{
    struct debug_cpu *e = debug_find(m->k, m->stop.thread);
    const bool point = m->stop.kind == STOP_BREAK || m->stop.kind == STOP_WATCH;
    const bool again =
        e && e->seen && e->seen_pc == e->cpu->r[15] && (m->stop.kind == STOP_BREAK || e->seen_watch);
    m->point = point && !again ? points_hit(m, &m->stop) : NULL;
    if (e && (point || m->stop.kind == STOP_STEP)) {
        e->seen = true;
        e->seen_pc = e->cpu->r[15];
        e->seen_watch = m->stop.kind == STOP_WATCH;
    }
    return !point || m->point;
}

// True: it is to be shown where they have led.
static bool make_steps(struct monitor *m)
{
    if (!step(m)) return counts(m);
    const struct debug_cpu *e = debug_find(m->k, m->current);
    m->steps--;
    if (e && points_stop_at(m, e->cpu->r[15])) {
        m->stop.kind = STOP_BREAK;
        if (counts(m)) return true;
        m->stop.kind = STOP_STEP;
    }
    counts(m);
    return !m->steps;
}

void monitor_run(struct monitor *m)
{
    struct debug_cpu *e = debug_find(m->k, m->stop.thread);
    if (e && m->stop.kind == STOP_SIGNAL) e->signal = m->signal;
    if (m->go == GO_STEP)
        while (!make_steps(m))
            ;
    else
        do
            if (pass_points(m)) resume_all(m, 0);
        while (!counts(m));
    m->go = GO_NOWHERE;
    if (m->stop.thread) m->current = m->stop.thread;
}
