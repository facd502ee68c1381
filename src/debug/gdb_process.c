// GDB's conversation with several processes: one of them has the connection, and passes on to the others what
// is for them, by links that were made before they were (process.c). All have one at most to the one with the
// connection, which leaves it to another when it goes.
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/own_fd.h"
#include "base/pages.h"
#include "debug/gdb_session.h"
#include "debug/signals.h"

enum { PATIENCE = 10000 }; // ms that another process may take for an answer

static bool starts(const char *p, const char *with)
{
    return !strncmp(p, with, strlen(with));
}

// ---- who there is ----

void gdb_link_close(int link)
{
    if (link >= 0) own_fd_close(link);
}

void gdb_child_new(struct gdb_session *s, unsigned pid, int link, bool running)
{
    if (s->flags & GDB_BELOW) { // the conversation above is going to ask for it
        gdb_link_close(s->born);
        s->born = link;
        return;
    }
    struct gdb_child *c = s->nchildren < GDB_CHILDREN && link >= 0 ? pages_new(sizeof *c) : NULL;
    if (!c) return gdb_link_close(link);
    c->pid = pid;
    c->running = running;
    c->link.in = c->link.out = link;
    c->link.no_ack = true;
    s->child[s->nchildren++] = c;
}

static void forget(struct gdb_session *s, unsigned i)
{
    struct gdb_child *c = s->child[i];
    gdb_link_close(c->link.in);
    munmap(c, sizeof *c);
    s->child[i] = s->child[--s->nchildren];
    if (s->general_pid != s->k->pid) s->general_pid = s->k->pid;
}

void gdb_children_close(struct gdb_session *s)
{
    while (s->nchildren)
        forget(s, 0);
    gdb_link_close(s->born);
    s->born = -1;
}

void gdb_children_adopt(struct gdb_session *s)
{
    while (s->nadopted) {
        s->nadopted--;
        const unsigned pid = s->adopted[s->nadopted].pid;
        gdb_child_new(s, pid, s->adopted[s->nadopted].link, true);
        if (!(s->flags & GDB_BELOW)) continue;
        char say[16];
        gdb_link_send(&s->link, say, (size_t)snprintf(say, sizeof say, "A%x", pid));
    }
}

static struct gdb_child *child_of(struct gdb_session *s, unsigned pid)
{
    for (unsigned i = 0; i < s->nchildren; i++)
        if (s->child[i]->pid == pid) return s->child[i];
    return NULL;
}

// ---- asking them ----

bool gdb_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n;
    do
        n = poll(&p, 1, PATIENCE);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

// The next packet; false: its process is gone, or says nothing.
static bool hear(struct gdb_child *c, char packet[GDB_PACKET + 1], size_t *n)
{
    while (!c->gone) {
        if (gdb_link_next(&c->link, packet, n) == LINK_PACKET) return true;
        if (!gdb_readable(c->link.in)) break;
        gdb_link_read(&c->link);
        c->gone = c->link.broken;
    }
    c->gone = true;
    return false;
}

bool gdb_ask(struct gdb_child *c, const char *p, size_t len, char packet[GDB_PACKET + 1], size_t *n)
{
    gdb_link_send(&c->link, p, len);
    return hear(c, packet, n);
}

// Of a process that another one has told about.
static int ask_for_link(struct gdb_child *c)
{
    char packet[GDB_PACKET + 1];
    int fd[GDB_DESCRIPTORS];
    size_t n;
    if (!gdb_ask(c, "vChild", 6, packet, &n) || strcmp(packet, "OK") != 0) return -1;
    return gdb_receive(c->link.in, fd) == 1 ? own_fd_move(fd[0]) : -1;
}

static bool is_farewell(const char *p)
{
    return starts(p, "D;") || starts(p, "vKill;");
}

static void pass_on(struct gdb_session *s, struct gdb_child *c)
{
    char packet[GDB_PACKET + 1];
    size_t n;
    bool good = gdb_ask(c, s->packet, s->len, packet, &n);
    while (good && packet[0] == 'O' && packet[1] != 'K') { // monitor's text
        gdb_link_send(&s->link, packet, n);
        good = hear(c, packet, &n);
    }
    if (good)
        gdb_link_send(&s->link, packet, n);
    else if (is_farewell(s->packet))
        gdb_link_send(&s->link, "OK", 2);
    else
        gdb_link_send(&s->link, "E03", 3);
}

// Elements without what is around them.
size_t gdb_children_threads(struct gdb_session *s, char *xml, size_t size)
{
    size_t at = 0, n;
    for (unsigned i = 0; i < s->nchildren; i++) {
        char packet[GDB_PACKET + 1], say[64];
        size_t offset = 0;
        bool more = true;
        while (more && !s->child[i]->running) {
            const int len =
                snprintf(say, sizeof say, "qXfer:threads:read:part:%zx,%x", offset, GDB_PACKET / 2);
            if (!gdb_ask(s->child[i], say, (size_t)len, packet, &n) || !n || n > size - at) break;
            more = *packet == 'm';
            memcpy(xml + at, packet + 1, n - 1);
            at += n - 1;
            offset += n - 1;
        }
    }
    return at;
}

// ---- packets ----

// Which process a packet is for; 0: all, or the one with the connection.
static unsigned addressed(struct gdb_session *s, const char *p)
{
    static const struct {
        const char *packet;
        bool thread;
    } named[] = {{"H", true},   {"T", true},       {"qThreadExtraInfo,", true},
                 {"D;", false}, {"vKill;", false}, {"qXfer:exec-file:read:", false}};
    for (unsigned i = 0; i < sizeof named / sizeof *named; i++) {
        if (!starts(p, named[i].packet)) continue;
        struct gdb_thread t = {0, 0};
        uint64_t pid = 0;
        p += strlen(named[i].packet) + (*p == 'H' && p[1]);
        if (named[i].thread)
            gdb_thread(p, &t);
        else
            gdb_number(p, &pid);
        return t.pid ? t.pid : pid ? (unsigned)pid : s->general_pid;
    }
    if (strchr("gGpPmMXZz", *p) || starts(p, "qRcmd,") || starts(p, "qC") || starts(p, "qXfer:auxv:") ||
        starts(p, "qXfer:libraries") || starts(p, "qXfer:features:"))
        return s->general_pid;
    return 0;
}

static bool is_for_all(const char *p)
{
    return starts(p, "QPassSignals:") || starts(p, "QCatchSyscalls:") || !strcmp(p, "D") || !strcmp(p, "k");
}

bool gdb_route(struct gdb_session *s)
{
    const char *p = s->packet;
    if (!s->nchildren) return false;
    if (is_for_all(p)) {
        for (unsigned i = 0; i < s->nchildren; i++) {
            char packet[GDB_PACKET + 1];
            size_t n;
            gdb_ask(s->child[i], p, s->len, packet, &n);
        }
        if (!p[1]) gdb_children_close(s);
        return false;
    }
    const unsigned pid = addressed(s, p);
    struct gdb_child *c = pid ? child_of(s, pid) : NULL;
    if (!c) return false;
    if (p[0] == 'H' && p[1] == 'g') s->general_pid = pid;
    pass_on(s, c);
    if (!is_farewell(p)) return true;
    for (unsigned i = 0; i < s->nchildren; i++)
        if (s->child[i] == c) forget(s, i--);
    return true;
}

// ---- going on and stopping ----

// Whether a vCont is about a process.
static bool concerns(const char *p, unsigned pid)
{
    while (*p == ';') {
        struct gdb_thread t = {0, 0};
        p += 1 + strcspn(p + 1, ":;");
        if (*p == ':') p = gdb_thread(p + 1, &t);
        if (!t.pid || t.pid == pid) return true;
    }
    return false;
}

bool gdb_children_go(struct gdb_session *s, const char *vcont)
{
    bool any = false;
    for (unsigned i = 0; i < s->nchildren; i++) {
        struct gdb_child *c = s->child[i];
        if (c->running || !concerns(vcont, c->pid)) continue;
        any = c->running = true;
        c->due = c->gone || c->pending;
        if (!c->due) gdb_link_send(&c->link, s->packet, s->len);
    }
    return any;
}

bool gdb_children_ready(const struct gdb_session *s)
{
    for (unsigned i = 0; i < s->nchildren; i++)
        if (s->running && s->child[i]->due) return true;
    return false;
}

// A stop's reply, its own or that it is gone.
static void stopped(struct gdb_session *s, struct gdb_child *c, const char *reply, size_t n)
{
    c->running = false;
    if (n && *reply == 'T' && memmem(reply, n, "fork:p", 6)) {
        const char *p = (const char *)memmem(reply, n, "fork:p", 6) + 5;
        struct gdb_thread t;
        gdb_thread(p, &t);
        if (p[-6] != 'v') gdb_child_new(s, t.pid, ask_for_link(c), false);
    }
    c->pending = n < sizeof c->stop ? n : sizeof c->stop - 1;
    memcpy(c->stop, reply, c->pending);
    c->stop[c->pending] = 0;
}

void gdb_children_halt(struct gdb_session *s, const struct gdb_child *but)
{
    char packet[GDB_PACKET + 1];
    size_t n;
    for (unsigned i = 0; i < s->nchildren; i++) {
        struct gdb_child *c = s->child[i];
        if (!c->running || c == but) continue;
        if (c->due) {
            c->running = c->due = false;
            continue;
        }
        gdb_link_interrupt(&c->link);
        do
            if (!hear(c, packet, &n)) n = 0;
        while (n && *packet == 'O');
        c->running = false;
        if (n && !starts(packet, "T02")) stopped(s, c, packet, n);
    }
}

void gdb_children_interrupt(struct gdb_session *s)
{
    for (unsigned i = 0; i < s->nchildren; i++)
        if (s->child[i]->running) return gdb_link_interrupt(&s->child[i]->link);
}

// GDB is told; the others halt.
static void tell(struct gdb_session *s, struct gdb_child *c)
{
    c->due = c->running = false;
    gdb_children_halt(s, c);
    debug_halt(s->k);
    s->running = s->resumed = false;
    if (c->gone && !c->pending)
        c->pending = (size_t)snprintf(c->stop, sizeof c->stop, "X%02x;process:%x", gdb_signal_of(9), c->pid);
    gdb_link_send(&s->link, c->stop, c->pending);
    s->general_pid = c->pid;
    c->pending = 0;
    const bool over = *c->stop == 'W' || *c->stop == 'X';
    const char *process = over ? strstr(c->stop, "process:") : NULL;
    uint64_t pid = c->pid;
    if (process) gdb_number(process + 8, &pid);
    for (unsigned i = 0; over && i < s->nchildren; i++)
        if (s->child[i] == c && pid == c->pid) forget(s, i--);
}

static void listen_to(struct gdb_session *s, struct gdb_child *c)
{
    char packet[GDB_PACKET + 1];
    size_t n;
    struct pollfd p = {.fd = c->link.in, .events = POLLIN};
    if (!c->due && !c->gone && poll(&p, 1, 0) > 0) gdb_link_read(&c->link);
    while (!c->due && gdb_link_next(&c->link, packet, &n) == LINK_PACKET) {
        if (*packet == 'A') {
            uint64_t pid;
            gdb_number(packet + 1, &pid);
            gdb_child_new(s, (unsigned)pid, ask_for_link(c), true);
        } else if (*packet == 'O') {
            gdb_link_send(&s->link, packet, n);
        } else if (n) {
            stopped(s, c, packet, n);
            c->due = true;
        }
    }
    if (c->link.broken) c->gone = c->due = true;
}

void gdb_children_events(struct gdb_session *s)
{
    for (unsigned i = 0; i < s->nchildren && s->running; i++) {
        struct gdb_child *c = s->child[i];
        if (!c->running) continue;
        listen_to(s, c);
        if (c->due) tell(s, c);
    }
}
