#include "host/usernet.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ICMP_HEADER = 8, ECHO_REPLY = 0, UNREACHABLE = 3, ECHO_REQUEST = 8, ECHO_MAX = 65507 };
#define PING_NS 60000000000u // an unused ping socket is closed

// Echo requests of one identifier to the world outside, over an unprivileged ICMP socket.
struct un_ping {
    struct usernet *u;
    int fd;
    uint32_t guest;
    uint16_t id;
    uint64_t deadline;
};

static void send_icmp(struct usernet *u, uint32_t src, uint32_t dst, uint8_t *message, size_t len)
{
    un_put16(message + 2, 0);
    un_put16(message + 2, un_sum_end(un_sum(0, message, len)));
    un_ip_send(u, src, dst, UN_ICMP, message, len);
}

void un_icmp_unreachable(struct usernet *u, const struct un_packet *p, uint8_t code)
{
    // RFC 1122, 3.2.2: never about ICMP errors or broadcasts.
    if (p->proto == UN_ICMP && p->len && p->data[0] != ECHO_REQUEST) return;
    if (un_is_broadcast(p->dst) || p->dst >> 28 == 14 || !p->src) return;
    uint8_t m[ICMP_HEADER + 60 + 8] = {UNREACHABLE, code};
    const size_t n = p->len < 8 ? p->len : 8;
    memcpy(m + ICMP_HEADER, p->header, p->header_len);
    memcpy(m + ICMP_HEADER + p->header_len, p->data, n);
    send_icmp(u, UN_GATEWAY, p->src, m, ICMP_HEADER + p->header_len + n);
}

static void close_ping(struct un_ping **slot)
{
    if (!*slot) return;
    loop_watch((*slot)->u->loop, (*slot)->fd, 0, NULL, NULL);
    close((*slot)->fd);
    free(*slot);
    *slot = NULL;
}

// A reply; the kernel has put an identifier of its own into it.
static void readable(void *ctx, int fd, unsigned events)
{
    struct un_ping *ping = ctx;
    uint8_t *m = ping->u->scratch;
    uint32_t from;
    uint16_t port;
    (void)events;
    const long n = un_sock_receive_from(fd, &from, &port, m, sizeof ping->u->scratch);
    if (n < ICMP_HEADER || m[0] != ECHO_REPLY) return;
    un_put16(m + 4, ping->id);
    send_icmp(ping->u, from, ping->guest, m, (size_t)n);
}

static struct un_ping *find_ping(struct usernet *u, uint32_t guest, uint16_t id)
{
    struct un_ping **slot = &u->ping[0];
    for (unsigned i = 0; i < UN_MAX_PINGS; i++) {
        struct un_ping **s = &u->ping[i];
        if (*s && (*s)->guest == guest && (*s)->id == id) return *s;
        if (*slot && (!*s || (*s)->deadline < (*slot)->deadline)) slot = s;
    }
    const int fd = un_sock_ping();
    if (fd < 0) return NULL;
    close_ping(slot);
    struct un_ping *ping = calloc(1, sizeof *ping);
    if (!ping || !loop_watch(u->loop, fd, LOOP_READ, readable, ping)) {
        close(fd);
        free(ping);
        return NULL;
    }
    *ping = (struct un_ping){.u = u, .fd = fd, .guest = guest, .id = id};
    return *slot = ping;
}

static void ping_outside(struct usernet *u, const struct un_packet *p)
{
    const uint32_t to = un_to_host(u, p->dst, 0);
    struct un_ping *ping = to ? find_ping(u, p->src, un_get16(p->data + 4)) : NULL;
    if (!ping || !un_sock_send_to(ping->fd, to, 0, p->data, p->len)) {
        un_icmp_unreachable(u, p, to ? UN_HOST_UNREACHABLE : UN_PROHIBITED);
        return;
    }
    ping->deadline = clock_ns(u->clock) + PING_NS;
    un_schedule(u, ping->deadline);
}

void un_icmp_input(struct usernet *u, const struct un_packet *p)
{
    if (p->len < ICMP_HEADER || p->len > ECHO_MAX || un_sum_end(un_sum(0, p->data, p->len))) return;
    if (p->data[0] != ECHO_REQUEST || p->data[1] || !p->src) return;
    if (un_is_broadcast(p->dst)) return;
    if (p->dst != UN_GATEWAY && p->dst != UN_DNS) {
        ping_outside(u, p);
        return;
    }
    uint8_t *m = u->scratch;
    memcpy(m, p->data, p->len);
    m[0] = ECHO_REPLY;
    send_icmp(u, p->dst, p->src, m, p->len);
}

void un_icmp_tick(struct usernet *u, uint64_t now)
{
    for (unsigned i = 0; i < UN_MAX_PINGS; i++) {
        if (!u->ping[i]) continue;
        if (u->ping[i]->deadline <= now)
            close_ping(&u->ping[i]);
        else
            un_schedule(u, u->ping[i]->deadline);
    }
}

void un_icmp_free(struct usernet *u)
{
    for (unsigned i = 0; i < UN_MAX_PINGS; i++)
        close_ping(&u->ping[i]);
}
