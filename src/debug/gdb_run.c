// Going on, stepping, breakpoints, and what is said about a stop.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "debug/gdb_session.h"
#include "debug/signals.h"

static void put_watch(struct gdb_reply *r, const struct debug_watch *w)
{
    static const char *const names[] = {
        [WATCH_WRITE] = "watch", [WATCH_READ] = "rwatch", [WATCH_ACCESS] = "awatch"};
    reply_format(r, "%s:%x;", names[w->kind & 3], (unsigned)w->addr);
}

static void put_exec(struct gdb_session *s)
{
    const struct debug_target *t = s->k->target;
    if (!(s->flags & GDB_EXECS)) return;
    reply_text(&s->reply, "exec:");
    reply_hex(&s->reply, t->exe(t->ctx), strlen(t->exe(t->ctx)));
    reply_text(&s->reply, ";");
}

void gdb_put_stop(struct gdb_session *s, const struct debug_stop *stop)
{
    struct gdb_reply *r = &s->reply;
    unsigned sig = GDB_SIGTRAP;
    s->last = *stop;
    s->general = stop->thread;
    s->general_pid = stop->pid;
    if (stop->kind == STOP_END) {
        if (stop->signal)
            reply_format(r, "X%02x", gdb_signal_of(stop->signal));
        else
            reply_format(r, "W%02x", (unsigned)stop->status & 0xff);
        if (s->flags & GDB_MULTIPROCESS) reply_format(r, ";process:%x", stop->pid);
        return;
    }
    if (stop->kind == STOP_ASKED) sig = GDB_SIGINT;
    if (stop->kind == STOP_SIGNAL) sig = gdb_signal_of(stop->signal);
    reply_format(r, "T%02xthread:", sig);
    gdb_put_thread(s, r, stop->pid, stop->thread);
    reply_text(r, ";");
    switch (stop->kind) {
    case STOP_WATCH: put_watch(r, &stop->watch); break;
    case STOP_BREAK: reply_text(r, "swbreak:;"); break;
    case STOP_SYSCALL: reply_format(r, "syscall_entry:%x;", stop->nr); break;
    case STOP_RETURN: reply_format(r, "syscall_return:%x;", stop->nr); break;
    case STOP_FORK: reply_format(r, "fork:p%x.%x;", stop->child, stop->child); break;
    case STOP_VFORK: reply_format(r, "vfork:p%x.%x;", stop->child, stop->child); break;
    case STOP_VFORK_DONE: reply_text(r, "vforkdone:;"); break;
    case STOP_EXEC: put_exec(s); break;
    case STOP_NONE:
    case STOP_ASKED:
    case STOP_STEP:
    case STOP_SIGNAL:
    case STOP_END: break;
    }
}

static void act(struct debug_cpu *e, char action, unsigned sig, const uint32_t range[2])
{
    e->action = action == 'c' || action == 'C' ? ACTION_CONTINUE : action == 't' ? ACTION_WAIT : ACTION_STEP;
    e->range[0] = range[0];
    e->range[1] = range[1];
    e->signal = sig ? linux_signal_of(sig) : 0;
}

static void resume(struct gdb_session *s)
{
    s->running = s->resumed = true;
    // What has happened meanwhile comes first.
    if (s->k->stop.kind == STOP_NONE) debug_resume(s->k);
    if (s->k->stop.kind != STOP_NONE || s->k->park == PARK_WANTED) debug_tell(s->k);
}

// vCont;action[:thread]...: the first that names a CPU, or none, is its action.
static void vcont(struct gdb_session *s, const char *p)
{
    const char *const actions = p;
    bool given = false;
    for (struct debug_cpu *e = s->k->cpus; e; e = e->next)
        e->action = ACTION_WAIT;
    uint64_t decided = 0; // CPUs, by place
    while (*p == ';') {
        const char action = *++p;
        uint64_t sig = 0, v;
        struct gdb_thread thread = {0, 0};
        uint32_t range[2] = {0, 0};
        if (!action || !strchr("cCsSrt", action)) return reply_error(s, EINVAL);
        p++;
        if (action == 'C' || action == 'S') p = gdb_number(p, &sig);
        if (action == 'r') {
            p = gdb_number(p, &v);
            range[0] = (uint32_t)v;
            if (*p++ != ',') return reply_error(s, EINVAL);
            p = gdb_number(p, &v);
            range[1] = (uint32_t)v;
        }
        if (*p == ':') p = gdb_thread(p + 1, &thread);
        unsigned i = 0;
        for (struct debug_cpu *e = s->k->cpus; e; e = e->next, i++) {
            if (!gdb_is_thread(e, thread) || (i < 64 && decided >> i & 1)) continue;
            act(e, action, (unsigned)sig, range);
            if (i < 64) decided |= 1ull << i;
            given = true;
        }
    }
    if (*p || (!gdb_children_go(s, actions) && !given)) return reply_error(s, EINVAL);
    s->running = true;
    if (given) resume(s);
}

// c, s, C sig, S sig [addr]: the old way, for one that does not know vCont.
static void go(struct gdb_session *s, const char *p)
{
    const char action = *p++;
    const uint32_t none[2] = {0, 0};
    uint64_t sig = 0, addr;
    if (action == 'C' || action == 'S') p = gdb_number(p, &sig);
    if (*p == ';') p++;
    struct cpu *c = session_cpu(s);
    if (*p && c) {
        gdb_number(p, &addr);
        c->r[15] = (uint32_t)addr;
    }
    for (struct debug_cpu *e = s->k->cpus; e; e = e->next)
        act(e, e->cpu == c ? action : 'c', e->cpu == c ? (unsigned)sig : 0, none);
    resume(s);
}

static bool set_watch(struct debug_watches *w, struct debug_watch watch, bool set)
{
    for (unsigned i = 0; i < w->n; i++) {
        const struct debug_watch *o = &w->watch[i];
        if (o->addr != watch.addr || o->len != watch.len || o->kind != watch.kind) continue;
        if (!set) w->watch[i] = w->watch[--w->n];
        return true;
    }
    if (!set) return true;
    if (w->n == DEBUG_WATCHES) return false;
    w->watch[w->n++] = watch;
    return true;
}

// Z type,addr,kind and z. Software and hardware breakpoints are the same here.
static void point(struct gdb_session *s, const char *p)
{
    static const uint8_t kinds[] = {0, 0, WATCH_WRITE, WATCH_READ, WATCH_ACCESS};
    const bool set = *p == 'Z';
    uint64_t type, addr, kind;
    p = gdb_number(p + 1, &type);
    if (*p != ',') return reply_error(s, EINVAL);
    p = gdb_number(p + 1, &addr);
    if (*p != ',') return reply_error(s, EINVAL);
    gdb_number(p + 1, &kind);
    if (type > 4) return; // not known
    const bool ok = type < 2
                        ? debug_break(s->k, (uint32_t)addr & ~1u, set)
                        : set_watch(&s->k->watches,
                                    (struct debug_watch){(uint32_t)addr, (uint32_t)kind, kinds[type]}, set);
    if (ok)
        reply_ok(s);
    else
        reply_error(s, ENOSPC);
}

static void quit(struct gdb_session *s)
{
    s->over = s->quit = true;
}

// Of a process that shares the program's memory, or of all.
static bool is_guest(const struct gdb_session *s, const char *p, uint64_t *pid)
{
    *pid = s->k->pid;
    if (*p == ';') gdb_number(p + 1, pid);
    return *pid != s->k->pid;
}

static void detach(struct gdb_session *s, const char *p)
{
    uint64_t pid;
    if (!is_guest(s, p, &pid))
        s->over = true;
    else if (!debug_let_go(s->k, (unsigned)pid))
        return reply_error(s, ESRCH);
    reply_ok(s);
}

static void end_process(struct gdb_session *s, const char *p)
{
    uint64_t pid;
    if (!is_guest(s, p, &pid))
        quit(s);
    else if (!debug_let_go(s->k, (unsigned)pid) || kill((pid_t)pid, SIGKILL))
        return reply_error(s, ESRCH);
    reply_ok(s);
}

bool gdb_run_packet(struct gdb_session *s, const char *p)
{
    switch (*p) {
    case '?': gdb_put_stop(s, &s->last); return true;
    case 'c':
    case 's':
    case 'C':
    case 'S': go(s, p); return true;
    case 'Z':
    case 'z': point(s, p); return true;
    case 'k': quit(s); return true;
    case 'D': detach(s, p + 1); return true;
    default: break;
    }
    if (!strcmp(p, "vCont?")) {
        reply_text(&s->reply, "vCont;c;C;s;S;t;r");
    } else if (!strncmp(p, "vCont;", 6)) {
        vcont(s, p + 5);
    } else if (!strncmp(p, "vKill", 5)) {
        end_process(s, p + 5);
    } else {
        return false;
    }
    return true;
}
