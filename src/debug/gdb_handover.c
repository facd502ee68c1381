// What only processes say to each other: vChild asks for the link to a process that has just been told of; A
// says that there is one, which runs; vTake gives the connection away. Descriptors go with a byte behind the
// answer.
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/own_fd.h"
#include "debug/gdb_session.h"

static bool send_descriptors(int link, const int *fd, unsigned n)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(GDB_DESCRIPTORS * sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    char byte = 0;
    struct iovec iov = {&byte, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (n) {
        m.msg_control = &control;
        m.msg_controllen = (socklen_t)CMSG_SPACE(n * sizeof *fd);
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = (socklen_t)CMSG_LEN(n * sizeof *fd);
        memcpy(CMSG_DATA(h), fd, n * sizeof *fd);
    }
    return sendmsg(link, &m, MSG_NOSIGNAL) == 1;
}

// How many came.
unsigned gdb_receive(int link, int fd[GDB_DESCRIPTORS])
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(GDB_DESCRIPTORS * sizeof(int))];
    } control;
    char byte;
    struct iovec iov = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (!gdb_readable(link) || recvmsg(link, &m, MSG_CMSG_CLOEXEC) != 1) return 0;
    const struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    if (!h || h->cmsg_type != SCM_RIGHTS) return 0;
    const unsigned n = (unsigned)((h->cmsg_len - CMSG_LEN(0)) / sizeof *fd);
    memcpy(fd, CMSG_DATA(h), n * sizeof *fd);
    return n;
}

// The connection comes from another process.
static void take_over(struct gdb_session *s, const char *p)
{
    char text[GDB_PACKET + 1];
    int came[GDB_DESCRIPTORS], *slot[GDB_DESCRIPTORS];
    struct debug_control *const k = s->k;
    const int link = s->link.in;
    strcpy(text, p);
    gdb_link_send(&s->link, "OK", 2);
    const unsigned ncame = gdb_receive(link, came);
    unsigned n = 0;
    const bool good = gdb_read_state(s, text);
    const unsigned nslots = good ? gdb_descriptors(s, slot) : 0;
    const bool same = s->link.in == s->link.out;
    // Files count from 1, and what is not there has not come.
    for (unsigned i = 0; i < nslots; i++) {
        const bool file = slot[i] >= s->file && slot[i] < s->file + GDB_FILES;
        if (*slot[i] < file) continue;
        const int fd = n < ncame ? came[n++] : -1;
        *slot[i] = file ? fd + 1 : fd < 0 ? fd : own_fd_move(fd);
    }
    if (same) s->link.out = s->link.in;
    for (unsigned i = 0; i < s->nchildren; i++)
        s->child[i]->link.out = s->child[i]->link.in;
    own_fd_close(link);
    if (!good || s->link.in < 0) s->link.broken = true;
    s->general_pid = k->pid;
    s->general = k->cpus ? k->cpus->id : 0;
}

bool gdb_between(struct gdb_session *s, const char *p)
{
    if (!(s->flags & GDB_BELOW)) return false;
    if (!strcmp(p, "vChild")) {
        gdb_link_send(&s->link, s->born < 0 ? "E01" : "OK", s->born < 0 ? 3 : 2);
        if (s->born >= 0) send_descriptors(s->link.in, &s->born, 1);
        gdb_link_close(s->born);
        s->born = -1;
    } else if (!strncmp(p, "vTake:", 6)) {
        pthread_mutex_lock(&s->k->lock);
        take_over(s, p + 6);
        pthread_mutex_unlock(&s->k->lock);
    } else {
        return false;
    }
    return true;
}

void gdb_hand_over(struct gdb_session *s)
{
    int fd[GDB_DESCRIPTORS], *slot[GDB_DESCRIPTORS];
    unsigned n = 0;
    char say[DEBUG_INHERIT + 8], packet[GDB_PACKET + 1];
    size_t len;
    struct gdb_child *heir = s->child[0];
    s->child[0] = s->child[--s->nchildren];
    strcpy(say, "vTake:");
    gdb_write_state(s, s->flags & ~(unsigned)GDB_BELOW, say + 6, sizeof say - 6);
    for (unsigned i = 0, slots = gdb_descriptors(s, slot); i < slots; i++) {
        const bool file = slot[i] >= s->file && slot[i] < s->file + GDB_FILES;
        if (*slot[i] >= file) fd[n++] = *slot[i] - file;
    }
    if (gdb_ask(heir, say, strlen(say), packet, &len)) send_descriptors(heir->link.in, fd, n);
    gdb_link_close(heir->link.in);
    munmap(heir, sizeof *heir);
    gdb_link_close(s->listening);
    s->listening = -1;
}
