// A conversation with GDB, and what is about registers, memory and threads.
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "debug/gdb_session.h"
#include "debug/registers.h"

struct cpu *session_cpu(struct gdb_session *s)
{
    struct debug_cpu *e = debug_find(s->k, s->general);
    if (!e) e = s->k->cpus;
    return e ? e->cpu : NULL;
}

void gdb_say(void *session, const char *text)
{
    struct gdb_session *s = session;
    struct gdb_reply r = {0};
    reply_text(&r, "O");
    reply_hex(&r, text, strlen(text));
    gdb_link_send(&s->link, r.data, r.n);
}

// ---- registers ----

static void get_registers(struct gdb_session *s, struct cpu *c)
{
    const unsigned n = registers_count(s->k->target, c);
    for (unsigned i = 0; i < n; i++) {
        uint8_t value[REG_BYTES];
        register_get(s->k->target, c, i, value);
        reply_hex(&s->reply, value, register_size(s->k->target, c, i));
    }
}

static void set_registers(struct gdb_session *s, struct cpu *c, const char *hex)
{
    // The mode comes before the registers that it selects.
    for (int pass = 0; pass < 2; pass++) {
        const char *p = hex;
        for (unsigned i = 0, size; (size = register_size(s->k->target, c, i)); i++, p += 2 * size) {
            uint8_t value[REG_BYTES] = {0};
            if (gdb_bytes(p, value, size) != size) break;
            const bool pair = i >= REG_Q0 && i < REG_TPIDRURO; // which its halves have told
            if ((i == REG_CPSR) != pass && !pair) register_set(c, i, value);
        }
    }
    reply_ok(s);
}

static void get_register(struct gdb_session *s, struct cpu *c, const char *p)
{
    uint64_t n;
    uint8_t value[REG_BYTES];
    gdb_number(p, &n);
    const unsigned size = n < 4096 ? register_size(s->k->target, c, (unsigned)n) : 0;
    if (!size) return reply_error(s, EINVAL);
    register_get(s->k->target, c, (unsigned)n, value);
    reply_hex(&s->reply, value, size);
}

static void set_register(struct gdb_session *s, struct cpu *c, const char *p)
{
    uint64_t n;
    uint8_t value[REG_BYTES] = {0};
    p = gdb_number(p, &n);
    const unsigned size = n < 4096 ? register_size(s->k->target, c, (unsigned)n) : 0;
    if (*p == '=' && size && gdb_bytes(p + 1, value, size) == size && register_set(c, (unsigned)n, value))
        reply_ok(s);
    else
        reply_error(s, EINVAL);
}

// ---- memory ----

// addr,length; what is behind them, or NULL.
static const char *range(const char *p, uint32_t *addr, size_t *n)
{
    uint64_t a, len;
    p = gdb_number(p, &a);
    if (*p != ',') return NULL;
    p = gdb_number(p + 1, &len);
    *addr = (uint32_t)a;
    *n = len > GDB_PACKET / 2 ? GDB_PACKET / 2 : (size_t)len;
    return p;
}

static void get_memory(struct gdb_session *s, struct cpu *c, const char *p)
{
    uint8_t bytes[GDB_PACKET / 2];
    uint32_t addr;
    size_t n;
    if (!range(p, &addr, &n)) return reply_error(s, EINVAL);
    const size_t got = s->k->target->read(c, addr, bytes, n);
    if (n && !got) return reply_error(s, EFAULT);
    reply_hex(&s->reply, bytes, got);
}

static void set_memory(struct gdb_session *s, struct cpu *c, const char *p)
{
    uint8_t bytes[GDB_PACKET];
    uint32_t addr;
    size_t n;
    const bool binary = *p == 'X';
    p = range(p + 1, &addr, &n);
    if (!p || *p++ != ':') return reply_error(s, EINVAL);
    const size_t there = binary ? s->len - (size_t)(p - s->packet) : gdb_bytes(p, bytes, sizeof bytes);
    if (there < n) return reply_error(s, EINVAL);
    if (s->k->target->write(c, addr, binary ? (const void *)p : bytes, n) == n)
        reply_ok(s);
    else
        reply_error(s, EFAULT);
}

// ---- threads ----

const char *gdb_thread(const char *p, struct gdb_thread *t)
{
    uint64_t v[2] = {0, 0};
    const bool process = *p == 'p';
    for (int i = process ? 0 : 1; i < 2; i++) {
        p += process; // "p", or "."
        if (*p == '-') {
            p += 2; // -1: all
            v[i] = 0;
        } else {
            p = gdb_number(p, &v[i]);
        }
        if (!i && *p != '.') break;
    }
    *t = (struct gdb_thread){(unsigned)v[0], (unsigned)v[1]};
    return p;
}

void gdb_put_thread(const struct gdb_session *s, struct gdb_reply *r, unsigned pid, unsigned id)
{
    if (s->flags & GDB_MULTIPROCESS)
        reply_format(r, "p%x.%x", pid, id);
    else
        reply_format(r, "%x", id);
}

bool gdb_is_thread(const struct debug_cpu *e, struct gdb_thread t)
{
    return (!t.pid || t.pid == e->pid) && (!t.id || t.id == e->id);
}

static struct debug_cpu *named(struct gdb_session *s, const char *p)
{
    struct gdb_thread t;
    gdb_thread(p, &t);
    struct debug_cpu *e = s->k->cpus;
    if (!t.pid && !t.id && debug_find(s->k, s->general)) return debug_find(s->k, s->general);
    while (e && !gdb_is_thread(e, t))
        e = e->next;
    return e;
}

static void choose_thread(struct gdb_session *s, const char *p)
{
    const struct debug_cpu *e = named(s, p);
    if (!e) return reply_error(s, ESRCH);
    s->general = e->id;
    s->general_pid = e->pid;
    reply_ok(s);
}

static void is_alive(struct gdb_session *s, const char *p)
{
    if (named(s, p))
        reply_ok(s);
    else
        reply_error(s, ESRCH);
}

static bool state_packet(struct gdb_session *s, const char *p)
{
    struct cpu *c = session_cpu(s);
    if (!strchr("gGpPmMXHT", *p)) return false;
    if (!c) {
        reply_error(s, ESRCH);
        return true;
    }
    switch (*p) {
    case 'g': get_registers(s, c); break;
    case 'G': set_registers(s, c, p + 1); break;
    case 'p': get_register(s, c, p + 1); break;
    case 'P': set_register(s, c, p + 1); break;
    case 'm': get_memory(s, c, p + 1); break;
    case 'M':
    case 'X': set_memory(s, c, p); break;
    case 'H':
        if (p[1] == 'g')
            choose_thread(s, p + 2);
        else
            reply_ok(s);
        break;
    default: is_alive(s, p + 1); break;
    }
    return true;
}

// ---- the conversation ----

static void answer(struct gdb_session *s)
{
    const char *p = s->packet;
    s->reply.n = 0;
    if (gdb_between(s, p)) return;
    if (s->running) return; // nothing but an interrupt is due now
    if (gdb_route(s)) return;
    pthread_mutex_lock(&s->k->lock);
    if (*p && !state_packet(s, p) && !gdb_run_packet(s, p) && !gdb_query_packet(s, p) &&
        !gdb_file_packet(s, p) && !strcmp(p, "vMustReplyEmpty"))
        s->reply.n = 0;
    pthread_mutex_unlock(&s->k->lock);
    if (!s->running || s->reply.n) gdb_link_send(&s->link, s->reply.data, s->reply.n);
}

static void tell_stop(struct gdb_session *s, const struct debug_stop *stop)
{
    gdb_children_halt(s, NULL);
    s->reply.n = 0;
    s->running = s->resumed = false;
    if (stop->kind == STOP_FORK) gdb_child_new(s, stop->child, stop->link, false);
    gdb_put_stop(s, stop);
    gdb_link_send(&s->link, s->reply.data, s->reply.n);
    if (stop->kind != STOP_END) return;
    pthread_mutex_lock(&s->k->lock);
    if (stop->pid == s->k->pid)
        s->over = true;
    else
        debug_let_go(s->k, stop->pid);
    pthread_mutex_unlock(&s->k->lock);
}

// Its process is about to execute another program.
static void park(struct debug_control *k)
{
    k->park = PARKED;
    pthread_cond_broadcast(&k->left);
    while (k->park == PARKED)
        pthread_cond_wait(&k->resumed, &k->lock);
}

static void take_stop(struct gdb_session *s)
{
    struct debug_control *k = s->k;
    struct debug_stop stop;
    pthread_mutex_lock(&k->lock);
    debug_heard(k);
    gdb_children_adopt(s);
    if (k->park == PARK_WANTED && s->resumed && !k->halted) park(k);
    const bool is = k->stop.kind != STOP_NONE && s->running;
    pthread_mutex_unlock(&k->lock);
    if (!is) return;
    debug_halt(k);
    pthread_mutex_lock(&k->lock);
    debug_take_stop(k, &stop);
    pthread_mutex_unlock(&k->lock);
    tell_stop(s, &stop);
}

static void interrupt(struct gdb_session *s)
{
    if (!s->running) return;
    if (!s->resumed) return gdb_children_interrupt(s);
    debug_halt(s->k);
    struct debug_stop stop;
    pthread_mutex_lock(&s->k->lock);
    if (!debug_take_stop(s->k, &stop)) {
        const struct debug_cpu *e = debug_find(s->k, s->general);
        if (!e) e = s->k->cpus;
        stop =
            (struct debug_stop){.kind = STOP_ASKED, .thread = e ? e->id : 0, .pid = e ? e->pid : s->k->pid};
    }
    pthread_mutex_unlock(&s->k->lock);
    tell_stop(s, &stop);
}

void gdb_follow(struct gdb_session *s)
{
    s->k->follows_forks = s->flags & GDB_FORKS && s->nchildren < GDB_CHILDREN;
    s->k->follows_vforks = s->flags & GDB_VFORKS && s->nchildren < GDB_CHILDREN;
}

static void take_packets(struct gdb_session *s)
{
    gdb_link_read(&s->link);
    while (!s->over && !s->link.broken)
        switch (gdb_link_next(&s->link, s->packet, &s->len)) {
        case LINK_NOTHING: return;
        case LINK_PACKET: answer(s); break;
        case LINK_INTERRUPT: interrupt(s); break;
        }
}

void gdb_converse(struct gdb_session *s)
{
    struct debug_control *k = s->k;
    pthread_mutex_lock(&k->lock);
    k->attached = true;
    while (!k->cpus) // the program is being loaded
        pthread_cond_wait(&k->left, &k->lock);
    pthread_mutex_unlock(&k->lock);
    debug_halt(k);
    pthread_mutex_lock(&k->lock);
    const struct debug_stop first = {
        .kind = s->execed ? STOP_EXEC : STOP_STEP, .thread = k->cpus ? k->cpus->id : 0, .pid = k->pid};
    s->last = first;
    s->general = first.thread;
    s->general_pid = first.pid;
    gdb_follow(s);
    pthread_mutex_unlock(&k->lock);
    if (s->execed) tell_stop(s, &first);
    while (!s->over && !s->link.broken) {
        struct pollfd fds[2 + GDB_CHILDREN] = {{.fd = s->link.in, .events = POLLIN},
                                               {.fd = k->event_fd, .events = POLLIN}};
        for (unsigned i = 0; i < s->nchildren; i++)
            fds[2 + i] = (struct pollfd){.fd = s->child[i]->link.in, .events = POLLIN};
        if (poll(fds, 2 + s->nchildren, gdb_children_ready(s) ? 0 : -1) < 0) continue;
        if (fds[1].revents) take_stop(s);
        if (s->running && !s->over) gdb_children_events(s);
        if (fds[0].revents && !s->over) take_packets(s);
    }
    if (s->over && s->nchildren) gdb_hand_over(s);
    gdb_children_close(s);
    gdb_files_close(s);
    if (s->quit) k->target->quit(k->target->ctx, -1);
    debug_halt(k);
    pthread_mutex_lock(&k->lock);
    k->follows_forks = k->follows_vforks = false;
    gdb_children_adopt(s); // too late
    gdb_children_close(s);
    debug_release(k);
    pthread_mutex_unlock(&k->lock);
}
