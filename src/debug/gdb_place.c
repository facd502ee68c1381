// Where GDB comes in, and what another process or program inherits of a conversation.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/options_debug.h"
#include "base/own_fd.h"
#include "base/pages.h"
#include "debug/gdb.h"
#include "debug/gdb_session.h"

static void begin(struct gdb_session *s, int in, int out, unsigned flags)
{
    struct debug_control *const k = s->k;
    const int listening = s->listening;
    const struct debug_front front = s->front;
    memset(s, 0, sizeof *s);
    s->front = front;
    s->k = k;
    s->listening = listening;
    s->link.in = in;
    s->link.out = out;
    s->flags = flags;
    s->link.no_ack = flags & GDB_NO_ACK;
    s->born = -1;
}

// False: nobody can.
static bool somebody_comes(struct gdb_session *s)
{
    int fd;
    if (s->listening < 0) return false;
    do
        fd = accept4(s->listening, NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) return false;
    const int one = 1;
    fd = own_fd_move(fd);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    begin(s, fd, fd, 0);
    return true;
}

static void *serve(void *arg)
{
    struct gdb_session *s = arg;
    while (s->link.in >= 0 || somebody_comes(s)) {
        gdb_converse(s);
        if (s->link.in > 2) own_fd_close(s->link.in);
        s->link.in = -1;
    }
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

// ---- what is inherited ----

unsigned gdb_descriptors(struct gdb_session *s, int *fd[GDB_DESCRIPTORS])
{
    unsigned n = 0;
    fd[n++] = &s->link.in;
    if (s->link.out != s->link.in) fd[n++] = &s->link.out;
    fd[n++] = &s->listening;
    for (unsigned i = 0; i < GDB_FILES; i++)
        fd[n++] = &s->file[i];
    for (unsigned i = 0; i < s->nchildren; i++)
        fd[n++] = &s->child[i]->link.in;
    return n;
}

// flags,passed signals,system calls…,descriptors + 1…,process IDs of children and descriptors…: hex
void gdb_write_state(struct gdb_session *s, unsigned flags, char *text, size_t size)
{
    int *fd[GDB_DESCRIPTORS];
    const unsigned most = gdb_descriptors(s, fd) - s->nchildren;
    size_t n = (size_t)snprintf(text, size, "%x,%llx", flags | (s->link.no_ack ? GDB_NO_ACK : 0),
                                (unsigned long long)s->k->passed);
    for (unsigned i = 0; i < 512 / 64; i++)
        n += (size_t)snprintf(text + n, size - n, ",%llx", (unsigned long long)s->k->syscalls[i]);
    n += (size_t)snprintf(text + n, size - n, ",%x,%x,%x", s->link.in + 1, s->link.out + 1, s->listening + 1);
    for (unsigned i = most - GDB_FILES; i < most; i++)
        n += (size_t)snprintf(text + n, size - n, ",%x", *fd[i]);
    for (unsigned i = 0; i < s->nchildren; i++)
        n += (size_t)snprintf(text + n, size - n, ",%x,%x", s->child[i]->pid, s->child[i]->link.in + 1);
}

static bool number(const char **p, uint64_t *v)
{
    const char *end = gdb_number(*p, v);
    const bool good = end != *p && (*end == ',' || !*end);
    *p = *end ? end + 1 : end;
    return good;
}

bool gdb_read_state(struct gdb_session *s, const char *p)
{
    uint64_t flags, v, fd[3];
    bool good = number(&p, &flags) && number(&p, &s->k->passed);
    for (unsigned i = 0; i < 512 / 64; i++)
        good = good && number(&p, &s->k->syscalls[i]);
    for (unsigned i = 0; i < 3; i++)
        good = good && number(&p, &fd[i]);
    if (!good) return false;
    begin(s, (int)fd[0] - 1, (int)fd[1] - 1, (unsigned)flags);
    s->listening = (int)fd[2] - 1;
    for (unsigned i = 0; i < GDB_FILES; i++) {
        if (!number(&p, &v)) return false;
        s->file[i] = (int)v;
    }
    while (*p) {
        if (!number(&p, &v) || !number(&p, &fd[0])) return false;
        gdb_child_new(s, (unsigned)v, (int)fd[0] - 1, false);
    }
    return true;
}

static struct gdb_session *session_of(struct debug_front *f)
{
    return (struct gdb_session *)f;
}

static void front_write(struct debug_front *f, char *text, size_t size)
{
    struct gdb_session *s = session_of(f);
    gdb_write_state(s, s->flags, text, size);
}

// A link, and nothing else, from a child of a vfork to its parent's conversation.
static void front_write_link(struct debug_front *f, char *text, size_t size, int link)
{
    const struct gdb_session *s = session_of(f);
    size_t n = (size_t)snprintf(text, size, "%x,%llx", s->flags | GDB_NO_ACK | GDB_BELOW,
                                (unsigned long long)s->k->passed);
    for (unsigned i = 0; i < 512 / 64; i++)
        n += (size_t)snprintf(text + n, size - n, ",%llx", (unsigned long long)s->k->syscalls[i]);
    n += (size_t)snprintf(text + n, size - n, ",%x,%x,0", link + 1, link + 1);
    for (unsigned i = 0; i < GDB_FILES; i++)
        n += (size_t)snprintf(text + n, size - n, ",0");
}

// Files are kept with 1 added.
static int as_descriptor(const struct gdb_session *s, const int *fd)
{
    return fd >= s->file && fd < s->file + GDB_FILES ? *fd - 1 : *fd;
}

static void front_inherited(struct debug_front *f, bool yes)
{
    struct gdb_session *s = session_of(f);
    int *fd[GDB_DESCRIPTORS];
    for (unsigned i = gdb_descriptors(s, fd); i--;)
        if (as_descriptor(s, fd[i]) > 2) fcntl(as_descriptor(s, fd[i]), F_SETFD, yes ? 0 : FD_CLOEXEC);
}

void gdb_descriptors_close(struct gdb_session *s)
{
    int *fd[GDB_DESCRIPTORS];
    for (unsigned i = gdb_descriptors(s, fd); i--;)
        if (as_descriptor(s, fd[i]) > 2) own_fd_close(as_descriptor(s, fd[i]));
}

// Whoever waits for the program's end would wait for its children, too: they keep nothing of their parent's.
static void front_forked(struct debug_front *f, int link)
{
    struct gdb_session *s = session_of(f);
    const unsigned flags = s->flags | GDB_BELOW | GDB_NO_ACK;
    gdb_descriptors_close(s);
    s->listening = -1;
    begin(s, link, link, flags);
    if (link >= 0 && debug_thread(serve, s)) return;
    s->k->attached = s->k->halted = false;
    if (link >= 0) own_fd_close(link);
}

static void front_adopt(struct debug_front *f, unsigned pid, int link)
{
    struct gdb_session *s = session_of(f);
    if (s->nadopted == GDB_CHILDREN) return own_fd_close(link);
    s->adopted[s->nadopted].pid = pid;
    s->adopted[s->nadopted++].link = link;
    debug_tell(s->k);
}

static bool inherit(struct gdb_session *s, const char *text)
{
    int *fd[GDB_DESCRIPTORS];
    if (!gdb_read_state(s, text)) {
        warn("--gdb-inherit: '%s' is none of stinkarm's", text);
        return false;
    }
    for (unsigned i = gdb_descriptors(s, fd); i--;)
        if (as_descriptor(s, fd[i]) > 2) own_fd_add(as_descriptor(s, fd[i]));
    front_inherited(&s->front, false);
    s->execed = s->k->attached = s->k->halted = s->link.in >= 0;
    return true;
}

bool gdb_serve(struct debug_control *k, const struct debug_options *o)
{
    struct gdb_session *s = pages_new(sizeof *s);
    const char *const place = o->gdb;
    if (!s) {
        warn("--gdb: out of memory");
        return false;
    }
    s->k = k;
    s->listening = -1;
    s->front =
        (struct debug_front){front_forked, front_write, front_inherited, front_write_link, front_adopt};
    k->front = &s->front;
    if (o->gdb_inherit) {
        if (!inherit(s, o->gdb_inherit)) return false;
    } else if (!strcmp(place, "stdio")) {
        begin(s, 0, 1, 0);
    } else {
        const int fd = !strncmp(place, "unix:", 5) ? listen_unix(place + 5) : listen_tcp(place);
        if (fd < 0) {
            warn("--gdb: %s: %s", place, strerror(errno));
            return false;
        }
        begin(s, -1, -1, 0);
        s->listening = own_fd_move(fd);
    }
    if (debug_thread(serve, s)) return true;
    warn("--gdb: cannot start a thread");
    return false;
}
