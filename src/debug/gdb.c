// Where GDB comes in, and what is about registers, memory and threads.
#include "debug/gdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own_fd.h"
#include "base/pages.h"
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

static void choose_thread(struct gdb_session *s, const char *p)
{
    uint64_t id;
    if (*p == '-') return reply_ok(s);
    gdb_number(p, &id);
    if (id && !debug_find(s->k, (unsigned)id)) return reply_error(s, ESRCH);
    if (id) s->general = (unsigned)id;
    reply_ok(s);
}

static void is_alive(struct gdb_session *s, const char *p)
{
    uint64_t id;
    gdb_number(p, &id);
    if (debug_find(s->k, (unsigned)id))
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
    if (s->running) return; // nothing but an interrupt is due now
    s->reply.n = 0;
    pthread_mutex_lock(&s->k->lock);
    if (*p && !state_packet(s, p) && !gdb_run_packet(s, p) && !gdb_query_packet(s, p) &&
        !gdb_file_packet(s, p) && !strcmp(p, "vMustReplyEmpty"))
        s->reply.n = 0;
    pthread_mutex_unlock(&s->k->lock);
    if (!s->running || s->reply.n) gdb_link_send(&s->link, s->reply.data, s->reply.n);
}

static void tell_stop(struct gdb_session *s, const struct debug_stop *stop)
{
    s->reply.n = 0;
    s->running = false;
    gdb_put_stop(s, stop);
    gdb_link_send(&s->link, s->reply.data, s->reply.n);
    if (stop->kind == STOP_END) s->over = true;
}

static void take_stop(struct gdb_session *s)
{
    struct debug_stop stop;
    debug_halt(s->k);
    pthread_mutex_lock(&s->k->lock);
    const bool is = debug_take_stop(s->k, &stop) && s->running;
    pthread_mutex_unlock(&s->k->lock);
    if (is) tell_stop(s, &stop);
}

static void interrupt(struct gdb_session *s)
{
    if (!s->running) return;
    debug_halt(s->k);
    struct debug_stop stop;
    pthread_mutex_lock(&s->k->lock);
    if (!debug_take_stop(s->k, &stop)) {
        const struct debug_cpu *e = debug_find(s->k, s->general);
        if (!e) e = s->k->cpus;
        stop = (struct debug_stop){.kind = STOP_ASKED, .thread = e ? e->id : 0};
    }
    pthread_mutex_unlock(&s->k->lock);
    tell_stop(s, &stop);
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
    s->last = (struct debug_stop){.kind = STOP_STEP, .thread = k->cpus ? k->cpus->id : 0};
    s->general = s->last.thread;
    pthread_mutex_unlock(&k->lock);
    while (!s->over && !s->link.broken) {
        struct pollfd fds[2] = {{.fd = s->link.in, .events = POLLIN}, {.fd = k->event_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0) continue;
        if (fds[1].revents) take_stop(s);
        if (fds[0].revents && !s->over) take_packets(s);
    }
    gdb_files_close(s);
    if (s->quit) k->target->quit(k->target->ctx);
    debug_halt(k);
    pthread_mutex_lock(&k->lock);
    debug_release(k);
    pthread_mutex_unlock(&k->lock);
}

// ---- where it comes in ----

struct gdb_place {
    struct debug_control *k;
    int listening; // -1: stdio
    struct gdb_session session;
};

// The guest leaves it alone.
static int keep(int fd)
{
    const int kept = own_fd_keep(fd);
    if (kept != fd) close(fd);
    return kept;
}

static void *serve(void *arg)
{
    struct gdb_place *g = arg;
    struct gdb_session *s = &g->session;
    do {
        memset(s, 0, sizeof *s);
        s->k = g->k;
        s->link.out = 1;
        if (g->listening >= 0) {
            const int fd = accept4(g->listening, NULL, NULL, SOCK_CLOEXEC);
            if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
            if (fd < 0) break;
            s->link.in = s->link.out = keep(fd);
            const int one = 1;
            setsockopt(s->link.in, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        }
        gdb_converse(s);
        if (g->listening >= 0) own_fd_close(s->link.in);
        s->link.in = -1;
    } while (g->listening >= 0);
    return NULL;
}

static int listen_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(a.sun_path, path);
    unlink(path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 1) ? -1 : fd;
}

// PORT or ADDRESS:PORT; without an address nobody from elsewhere comes in.
static int listen_tcp(const char *place)
{
    char address[64] = "127.0.0.1";
    const char *colon = strrchr(place, ':'), *port = colon ? colon + 1 : place;
    char *end;
    const unsigned long n = strtoul(port, &end, 10);
    if (colon && colon > place) {
        const size_t len =
            (size_t)(colon - place) < sizeof address ? (size_t)(colon - place) : sizeof address - 1;
        memcpy(address, place, len);
        address[len] = 0;
    }
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)n)};
    if (*end || end == port || n > 65535 || inet_pton(AF_INET, address, &a.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    const int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    return bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 1) ? -1 : fd;
}

// Whoever waits for the program's end would wait for its children, too.
static void forked(void *front)
{
    struct gdb_place *g = front;
    if (g->listening < 0) return;
    own_fd_close(g->listening);
    if (g->session.link.in > 0) own_fd_close(g->session.link.in);
}

static bool start_thread(struct gdb_place *g)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool ok = !pthread_create(&thread, NULL, serve, g);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok && !pthread_detach(thread);
}

bool gdb_serve(struct debug_control *k, const char *place)
{
    struct gdb_place *g = pages_new(sizeof *g);
    if (!g) {
        warn("--gdb: out of memory");
        return false;
    }
    g->k = k;
    k->front = g;
    k->front_forked = forked;
    g->listening = !strcmp(place, "stdio")       ? -1
                   : !strncmp(place, "unix:", 5) ? listen_unix(place + 5)
                                                 : listen_tcp(place);
    if (g->listening < 0 && strcmp(place, "stdio") != 0) {
        warn("--gdb: %s: %s", place, strerror(errno));
        return false;
    }
    if (g->listening >= 0) g->listening = keep(g->listening);
    if (start_thread(g)) return true;
    warn("--gdb: cannot start a thread");
    return false;
}
