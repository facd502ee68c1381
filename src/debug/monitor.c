// The monitor's conversation, and what it says of stops.
#include "debug/monitor.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own_fd.h"
#include "base/pages.h"
#include "base/signal_names.h"
#include "debug/monitor_session.h"

#define PROMPT "(stinkarm) "

// ---- output ----

static void flush(struct monitor *m)
{
    const char *p = m->text;
    while (m->pending) {
        const ssize_t n = write(m->terminal.out, p, m->pending);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break; // nobody reads it any more
        p += n;
        m->pending -= (size_t)n;
    }
    m->pending = 0;
}

void monitor_put(struct monitor *m, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    const int len = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const size_t n = len < (int)sizeof text ? (size_t)len : sizeof text - 1;
    if (m->pending + n > sizeof m->text) flush(m);
    memcpy(m->text + m->pending, text, n);
    m->pending += n;
}

// ---- stops ----

struct debug_cpu *monitor_cpu(struct monitor *m)
{
    struct debug_cpu *e = debug_find(m->k, m->current);
    return e ? e : m->k->cpus;
}

// What is there, up to where the watchpoint ends.
static void put_content(struct monitor *m, const struct debug_cpu *e, uint32_t addr)
{
    const struct debug_watch *w = &m->point->what;
    const uint32_t left = w->addr + w->len - addr;
    const uint32_t n = left < m->stop.watch.len ? left : m->stop.watch.len;
    uint8_t bytes[8];
    uint64_t v = 0;
    if (n > sizeof bytes || m->k->target->read(e->cpu, addr, bytes, n) != n) return;
    for (uint32_t i = 0; i < n; i++)
        v |= (uint64_t)bytes[i] << 8 * (e->cpu->bigend ? n - 1 - i : i);
    monitor_put(m, ", which has 0x%0*llx", (int)n * 2, (unsigned long long)v);
}

static void put_access(struct monitor *m, const struct debug_cpu *e)
{
    const struct cpu_fault *f = &e->cpu->fault;
    const unsigned n = m->stop.watch.len;
    char place[300];
    memory_place(m, f->addr, place, sizeof place);
    monitor_put(m, "watchpoint %u: %s %u byte%s at %s", m->point->number, f->write ? "writes" : "reads", n,
                n == 1 ? "" : "s", place);
    put_content(m, e, f->addr);
}

static void put_signal(struct monitor *m, int sig)
{
    const char *name = signal_name(sig);
    if (name)
        monitor_put(m, "SIG%s", name);
    else
        monitor_put(m, "signal %d", sig);
}

static void put_end(struct monitor *m)
{
    points_missed(m);
    if (m->stop.signal) {
        monitor_put(m, "ended by ");
        put_signal(m, m->stop.signal);
        monitor_put(m, "\n");
    } else {
        monitor_put(m, "ended with status %d\n", m->stop.status);
    }
}

// Why, in words; nothing for a step.
static bool put_reason(struct monitor *m, const struct debug_cpu *e)
{
    switch (m->stop.kind) {
    case STOP_BREAK: monitor_put(m, "breakpoint %u", m->point->number); break;
    case STOP_WATCH: put_access(m, e); break;
    case STOP_SIGNAL: put_signal(m, m->stop.signal); break;
    case STOP_ASKED: monitor_put(m, "interrupted"); break;
    case STOP_NONE: monitor_put(m, "the thread has ended"); break;
    case STOP_STEP:
    case STOP_SYSCALL:
    case STOP_RETURN:
    case STOP_END:
    case STOP_FORK: // none of these four: they are not followed
    case STOP_VFORK:
    case STOP_VFORK_DONE:
    case STOP_EXEC: return false;
    }
    if (m->point && m->point->hits > 1) monitor_put(m, ", hit %llu", (unsigned long long)m->point->hits);
    return true;
}

static void show_stop(struct monitor *m)
{
    struct debug_cpu *e = monitor_cpu(m);
    char name[64];
    if (!e) {
        monitor_put(m, "there is no thread any more\n");
        return;
    }
    // A key has brought us, in whatever line.
    if (m->terminal.tty && (m->stop.kind == STOP_ASKED || m->stop.signal == SIGINT)) monitor_put(m, "\n");
    const bool said = put_reason(m, e);
    if (m->k->cpus->next && (said || e->id != m->shown)) {
        m->k->target->name(e->cpu, name, sizeof name);
        monitor_put(m, "%sthread %u %s", said ? ", " : "", e->id, name);
        monitor_put(m, "\n");
    } else if (said) {
        monitor_put(m, "\n");
    }
    m->shown = e->id;
    uint8_t itstate = e->cpu->itstate;
    if (!memory_instruction(m, e, e->cpu->r[15], e->cpu->thumb, &itstate))
        monitor_put(m, "=> 0x%08x: there is no memory\n", e->cpu->r[15]);
}

// ---- the conversation ----

// Whether all is to end, whatever somebody might type.
static bool is_ending(void *ctx)
{
    const struct monitor *m = ctx;
    const struct debug_target *t = m->k->target;
    return t->ending && t->ending(t->ctx);
}

// A line, and what it says. The lock is held before and after, not while somebody types.
static void take_line(struct monitor *m)
{
    pthread_mutex_unlock(&m->k->lock);
    flush(m);
    const enum line_result r = line_edit_read(&m->line, PROMPT);
    pthread_mutex_lock(&m->k->lock);
    if (!m->terminal.tty && r == LINE_READ) monitor_put(m, "%s\n", m->line.line);
    switch (r) {
    case LINE_READ: monitor_command(m, m->line.line); break;
    case LINE_ABANDONED: break;
    case LINE_END:
    case LINE_ERROR: // nobody can say anything any more
        if (!m->terminal.tty) monitor_put(m, "\n");
        m->over = true;
        m->quit = !is_ending(m);
        break;
    }
}

static void take_terminal(struct monitor *m)
{
    const struct debug_target *t = m->k->target;
    if (t->terminal) t->terminal(t->ctx, true);
    monitor_terminal_take(&m->terminal);
}

static void give_terminal(struct monitor *m)
{
    const struct debug_target *t = m->k->target;
    flush(m);
    monitor_terminal_give(&m->terminal);
    if (t->terminal) t->terminal(t->ctx, false);
}

// With the lock, as all are halted.
static void ask(struct monitor *m)
{
    pthread_mutex_unlock(&m->k->lock);
    take_terminal(m);
    pthread_mutex_lock(&m->k->lock);
    show_stop(m);
    while (m->go == GO_NOWHERE && !m->over)
        take_line(m);
    pthread_mutex_unlock(&m->k->lock);
    give_terminal(m);
    pthread_mutex_lock(&m->k->lock);
}

// Where the first CPU begins.
static void begin(struct monitor *m)
{
    struct debug_control *k = m->k;
    pthread_mutex_lock(&k->lock);
    while (!k->cpus) // the program is being loaded
        pthread_cond_wait(&k->left, &k->lock);
    struct debug_cpu *e = k->cpus;
    m->stop = (struct debug_stop){.kind = STOP_STEP, .thread = e->id};
    m->current = m->shown = e->id;
    e->seen = true;
    e->seen_pc = e->cpu->r[15];
    points_resolve(m);
    const bool waits = m->options.step || (!m->options.breaks && !m->options.watches);
    if (!waits) {
        m->go = GO_ON;
        m->signal = -1;
        e->seen = false; // the first instruction may be what it is about
    }
}

static void *serve(void *arg)
{
    struct monitor *m = arg;
    struct debug_control *k = m->k;
    begin(m);
    if (m->go == GO_NOWHERE) monitor_put(m, "the first instruction\n");
    while (!m->over) {
        if (m->go == GO_NOWHERE) ask(m);
        flush(m);
        if (!m->over) monitor_run(m);
        if (m->stop.kind == STOP_END) {
            put_end(m);
            m->over = true;
        }
    }
    flush(m);
    pthread_mutex_unlock(&k->lock);
    if (m->quit) k->target->quit(k->target->ctx, m->status);
    debug_halt(k);
    pthread_mutex_lock(&k->lock);
    debug_release(k);
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

// ---- beginning ----

// Whoever waits for the terminal's other users would wait for the program's children, too.
static void forked(struct debug_front *front, int link)
{
    struct monitor *m = (struct monitor *)front;
    (void)link; // children are not followed
    own_fd_close(m->interrupts);
    monitor_terminal_close(&m->terminal);
}

// Those that a program dies of are shown before; the others are its own matter.
static uint64_t signals_passed(void)
{
    static const int shown[] = {SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
    uint64_t passed = ~0ull;
    for (unsigned i = 0; i < sizeof shown / sizeof *shown; i++)
        passed &= ~(1ull << (shown[i] - 1));
    return passed;
}

// Its signals stay pending, so that it can be read where a program blocks it. A program that does not gets it
// itself, and stops for it.
static bool open_interrupts(struct monitor *m)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    m->interrupts = own_fd_move(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    return m->interrupts >= 0;
}

bool monitor_serve(struct debug_control *k, const struct debug_options *o)
{
    struct monitor *m = pages_new(sizeof *m);
    if (!m) {
        warn("--%s: out of memory", options_debug_front(o));
        return false;
    }
    m->k = k;
    m->options = *o;
    m->format = (struct parse_format){.letter = 'x', .size = 'w'};
    m->front.forked = forked;
    k->front = &m->front;
    k->passed = signals_passed();
    m->symbols = k->target->symbols;
    if (!points_begin(m)) return false;
    if (!monitor_terminal_open(&m->terminal, o->commands)) {
        warn("--commands %s: %s", o->commands, strerror(errno));
        return false;
    }
    m->line = (struct line_edit){.in = m->terminal.in,
                                 .out = m->terminal.out,
                                 .keys = m->terminal.keys,
                                 .over = k->target->ending ? is_ending : NULL,
                                 .ctx = m};
    if (open_interrupts(m) && debug_thread(serve, m)) return true;
    warn("--%s: cannot start a thread", options_debug_front(o));
    return false;
}
