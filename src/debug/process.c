// Processes that a debugged program makes and becomes: forks, vforks, programs that it executes.
//
// The child of a fork is a process of the host's with a copy of the control, and gets a conversation of its
// own; a link made before the fork connects it with the conversation that GDB is in, which passes on what is
// for the child (gdb_process.c). The child of a vfork shares the control with its parent, as it does all
// memory, and is one CPU more, of another process; it needs the link when it executes another program.
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/own_fd.h"
#include "debug/control.h"

static struct debug_control *control_of(struct debugger *d)
{
    return (struct debug_control *)d;
}

// ---- links ----

// Of -1, if there cannot be one.
static void pair_make(int pair[2])
{
    int fds[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)) fds[0] = fds[1] = -1;
    for (int i = 0; i < 2; i++)
        pair[i] = own_fd_move(fds[i]);
}

static void end_close(int *end)
{
    if (*end >= 0) own_fd_close(*end);
    *end = -1;
}

// ---- fork ----

static void fork_hook(struct debugger *d)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock); // the child gets it in order
    if (k->attached && k->follows_forks) pair_make(k->pair);
}

static void forget_others(struct debug_cpu **list, const struct debug_cpu *me)
{
    for (struct debug_cpu *e = *list, *next; e; e = next) {
        next = e->next;
        if (e != me) munmap(e, sizeof *e);
    }
    *list = NULL;
}

// In a child that nobody debugs.
static void be_free(struct debug_control *k, struct cpu *c)
{
    watch_end(&k->watches, c);
    c->debugger = NULL;
    c->stepping = false;
    for (unsigned i = 0; i < k->base.stops.n; i++)
        k->target->invalidate(k->target->ctx, k->base.stops.addr[i]);
}

static struct debugger *in_child(struct debug_control *k, struct cpu *c)
{
    struct debug_cpu *me = debug_entry(k, c);
    own_fd_close(k->event_fd); // the parent's
    end_close(&k->pair[0]);
    if (!me) end_close(&k->pair[1]);
    k->event_fd = k->pair[1] < 0 ? -1 : own_fd_move(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (k->event_fd < 0) end_close(&k->pair[1]);
    forget_others(&k->cpus, me);
    forget_others(&k->let_go, NULL);
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->resumed, NULL);
    pthread_cond_init(&k->left, NULL);
    k->pid = (unsigned)getpid();
    const int link = k->pair[1];
    k->pair[1] = -1;
    if (link < 0) {
        be_free(k, c);
    } else {
        me->next = NULL;
        me->id = k->target->id(c);
        me->pid = k->pid;
        me->thread = pthread_self();
        me->action = ACTION_WAIT;
        me->stepped = false;
        debug_drop(&me->pending);
        k->cpus = me;
        k->halted = k->attached = true;
        k->stop.kind = STOP_NONE;
        k->park = PARK_NOT;
    }
    if (k->front) k->front->forked(k->front, link);
    return link < 0 ? NULL : &k->base;
}

static struct debugger *forked_hook(struct debugger *d, struct cpu *c, int pid)
{
    struct debug_control *k = control_of(d);
    if (!pid) return in_child(k, c);
    struct debug_cpu *me = debug_entry(k, c);
    const int link = k->pair[0];
    k->pair[0] = -1;
    end_close(&k->pair[1]);
    if (link >= 0 && pid > 0 && me)
        debug_stop_here(k, me, (struct debug_stop){.kind = STOP_FORK, .child = (unsigned)pid, .link = link});
    else if (link >= 0)
        own_fd_close(link);
    pthread_mutex_unlock(&k->lock);
    return d;
}

// ---- vfork ----

static void vfork_hook(struct debugger *d, struct cpu *parent)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = debug_entry(k, parent);
    if (me && k->attached && k->follows_vforks) pair_make(me->pair);
    pthread_mutex_unlock(&k->lock);
}

static void vforked_hook(struct debugger *d, struct cpu *parent, struct cpu *child)
{
    struct debug_control *k = control_of(d);
    child->debugger = d;
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = parent ? debug_entry(k, parent) : NULL, *e = NULL;
    if (me && me->pair[0] >= 0) e = debug_enter(k, child, k->target->id(child));
    if (e) {
        e->action = ACTION_WAIT;
        me->child = e->pid;
        me->signal = -1;
        debug_stop(k, me, (struct debug_stop){.kind = STOP_VFORK, .child = e->pid});
        debug_wait(k, e);
    } else {
        watch_end(&k->watches, child);
    }
    pthread_mutex_unlock(&k->lock);
}

static void vfork_done_hook(struct debugger *d, struct cpu *parent, struct cpu *child)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = debug_entry(k, parent), *e = debug_entry(k, child);
    if (me) {
        const bool followed = me->pair[0] >= 0;
        end_close(&me->pair[1]);
        if (e && e->execs && k->attached) {
            k->front->adopt(k->front, e->pid, me->pair[0]);
            me->pair[0] = -1;
            debug_let_go(k, e->pid);
        } else if (e) { // without a word: by SIGKILL
            debug_stop_here(k, e, (struct debug_stop){.kind = STOP_END, .signal = 9});
        }
        end_close(&me->pair[0]);
        if (followed) debug_stop_here(k, me, (struct debug_stop){.kind = STOP_VFORK_DONE});
    }
    pthread_mutex_unlock(&k->lock);
}

// ---- exec ----

static void exec_hook(struct debugger *d, struct cpu *c, char *inherit, size_t size)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = debug_entry(k, c);
    if (me) debug_wait(k, me);
    me = debug_entry(k, c);
    *inherit = 0;
    if (!k->front || !k->front->write) me = NULL; // it is not followed
    if (me && me->pid == k->pid) {
        // The conversation is not to read what is for the next one.
        k->park = PARK_WANTED;
        while (k->attached && k->park != PARKED) {
            debug_tell(k);
            pthread_cond_wait(&k->left, &k->lock);
        }
        k->front->write(k->front, inherit, size);
        k->front->inherited(k->front, true);
    } else if (me) {
        for (struct debug_cpu *o = k->cpus; o; o = o->next)
            if (o->pair[1] >= 0 && o->child == me->pid) {
                k->front->write_link(k->front, inherit, size, o->pair[1]);
                fcntl(o->pair[1], F_SETFD, 0); // of the child's own table
                me->execs = true;
            }
    }
    pthread_mutex_unlock(&k->lock);
}

static void exec_failed_hook(struct debugger *d, struct cpu *c)
{
    struct debug_control *k = control_of(d);
    pthread_mutex_lock(&k->lock);
    struct debug_cpu *me = debug_entry(k, c);
    if (me) me->execs = false;
    if (me && k->front && k->front->write && me->pid == k->pid) {
        k->front->inherited(k->front, false);
        k->park = PARK_NOT;
        pthread_cond_broadcast(&k->resumed);
    }
    pthread_mutex_unlock(&k->lock);
}

void debug_process_init(struct debugger *d)
{
    d->fork = fork_hook;
    d->forked = forked_hook;
    d->vfork = vfork_hook;
    d->vforked = vforked_hook;
    d->vfork_done = vfork_done_hook;
    d->exec = exec_hook;
    d->exec_failed = exec_failed_hook;
}
