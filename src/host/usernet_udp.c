#include "host/usernet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum { UDP_HEADER = 8, DHCP_SERVER = 67, BURST = 32, PEERS = 8 };
#define FLOW_NS 120000000000u // RFC 4787, 4.3: no less than two minutes

struct peer {
    uint32_t addr;
    uint16_t port;
};

// A port of the guest's and the socket that stands for it; datagrams from anywhere to the socket are for the
// port (RFC 4787: endpoint-independent), which is what TFTP servers need, that answer from another port.
struct un_udp {
    struct usernet *u;
    int fd;
    uint32_t guest;
    uint16_t port;
    bool forward; // a forwarded port: stays
    bool dns;     // has asked 10.0.2.3
    uint64_t deadline;
    struct peer peer[PEERS]; // a forwarded port: who has been here lately; they get answers in any case
    unsigned next_peer;
};

void un_udp_send(struct usernet *u, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
                 const uint8_t *data, size_t len)
{
    uint8_t *m = malloc(UDP_HEADER + len);
    if (!m) return;
    len += UDP_HEADER;
    un_put16(m, sport);
    un_put16(m + 2, dport);
    un_put16(m + 4, (uint32_t)len);
    un_put16(m + 6, 0);
    memcpy(m + UDP_HEADER, data, len - UDP_HEADER);
    const uint16_t sum = un_sum_end(un_sum(un_pseudo_sum(src, dst, UN_UDP, len), m, len));
    un_put16(m + 6, sum ? sum : 0xffff);
    un_ip_send(u, src, dst, UN_UDP, m, len);
    free(m);
}

static void close_flow(struct un_udp **slot)
{
    if (!*slot) return;
    loop_watch((*slot)->u->loop, (*slot)->fd, 0, NULL, NULL);
    close((*slot)->fd);
    free(*slot);
    *slot = NULL;
}

// The host could not deliver what the guest sent: a header like that datagram's, in an ICMP message.
static void report(struct un_udp *f, int error, uint32_t to, uint16_t port)
{
    uint8_t packet[20 + UDP_HEADER] = {0x45, 0, 0, sizeof packet, 0, 0, 0, 0, 64, UN_UDP};
    const uint32_t dst = f->dns && to == f->u->resolver ? UN_DNS : un_from_host(to);
    un_put32(packet + 12, f->guest);
    un_put32(packet + 16, dst);
    un_put16(packet + 10, un_sum_end(un_sum(0, packet, 20)));
    un_put16(packet + 20, f->port);
    un_put16(packet + 22, port);
    un_put16(packet + 24, UDP_HEADER);
    const struct un_packet p = {f->guest, dst, UN_UDP, packet, 20, packet + 20, UDP_HEADER};
    un_icmp_unreachable(f->u, &p, error == ECONNREFUSED ? UN_PORT_UNREACHABLE : UN_HOST_UNREACHABLE);
}

static void remember(struct un_udp *f, uint32_t addr, uint16_t port)
{
    for (unsigned i = 0; i < PEERS; i++)
        if (f->peer[i].addr == addr && f->peer[i].port == port) return;
    f->peer[f->next_peer++ % PEERS] = (struct peer){addr, port};
}

// The host's address of a client of a forwarded port, or 0.
static uint32_t peer_address(const struct un_udp *f, uint32_t guest_view, uint16_t port)
{
    for (unsigned i = 0; i < PEERS; i++)
        if (f->peer[i].addr && un_from_host(f->peer[i].addr) == guest_view && f->peer[i].port == port)
            return f->peer[i].addr;
    return 0;
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct un_udp *f = ctx;
    struct usernet *u = f->u;
    uint32_t from;
    uint16_t port;
    (void)events;
    for (int i = 0; i < BURST; i++) {
        const int error = un_sock_next_error(fd, &from, &port);
        if (!error) break;
        report(f, error, from, port);
    }
    for (int i = 0; i < BURST; i++) {
        const long n = un_sock_receive_from(fd, &from, &port, u->scratch, sizeof u->scratch);
        if (n < 0) break;
        if (f->forward) remember(f, from, port);
        const bool dns = f->dns && from == u->resolver && port == 53;
        un_udp_send(u, dns ? UN_DNS : un_from_host(from), port, f->guest, f->port, u->scratch, (size_t)n);
        f->deadline = clock_ns(u->clock) + FLOW_NS;
    }
}

static struct un_udp *new_flow(struct usernet *u, struct un_udp **slot, int fd, uint32_t guest, uint16_t port)
{
    struct un_udp *f = fd < 0 ? NULL : calloc(1, sizeof *f);
    if (!f || !loop_watch(u->loop, fd, LOOP_READ, readable, f)) {
        if (fd >= 0) close(fd);
        free(f);
        return NULL;
    }
    close_flow(slot);
    *f = (struct un_udp){.u = u, .fd = fd, .guest = guest, .port = port};
    return *slot = f;
}

static struct un_udp *find_flow(struct usernet *u, uint32_t guest, uint16_t port)
{
    for (unsigned i = 0; i < UN_MAX_UDP; i++)
        if (u->udp[i] && u->udp[i]->guest == guest && u->udp[i]->port == port) return u->udp[i];
    return NULL;
}

static struct un_udp *add_flow(struct usernet *u, uint32_t guest, uint16_t port)
{
    struct un_udp **slot = NULL; // a free one, or the longest unused
    for (unsigned i = 0; i < UN_MAX_UDP; i++) {
        struct un_udp **s = &u->udp[i];
        if (*s && (*s)->forward) continue;
        if (!slot || (*slot && (!*s || (*s)->deadline < (*slot)->deadline))) slot = s;
    }
    return slot ? new_flow(u, slot, un_sock_udp(), guest, port) : NULL;
}

void un_udp_input(struct usernet *u, const struct un_packet *p)
{
    if (p->len < UDP_HEADER) return;
    const size_t len = un_get16(p->data + 4);
    if (len < UDP_HEADER || len > p->len) return;
    const bool summed = un_get16(p->data + 6);
    if (summed && un_sum_end(un_sum(un_pseudo_sum(p->src, p->dst, UN_UDP, len), p->data, len))) return;
    const uint16_t sport = un_get16(p->data), dport = un_get16(p->data + 2);
    const uint8_t *data = p->data + UDP_HEADER;
    if (dport == DHCP_SERVER && (un_is_broadcast(p->dst) || p->dst == UN_GATEWAY)) {
        un_dhcp_input(u, data, len - UDP_HEADER);
        return;
    }
    if (!p->src || un_is_broadcast(p->dst) || p->dst >> 28 == 14) return; // nobody else is on this wire
    struct un_udp *f = find_flow(u, p->src, sport);
    uint32_t to = f ? peer_address(f, p->dst, dport) : 0;
    if (!to) to = un_to_host(u, p->dst, dport);
    if (!to) {
        un_icmp_unreachable(u, p, u->cfg.restricted ? UN_PROHIBITED : UN_PORT_UNREACHABLE);
        return;
    }
    if (!f) f = add_flow(u, p->src, sport);
    if (!f) {
        un_icmp_unreachable(u, p, UN_HOST_UNREACHABLE);
        return;
    }
    f->dns |= p->dst == UN_DNS;
    f->deadline = clock_ns(u->clock) + FLOW_NS;
    if (!f->forward) un_schedule(u, f->deadline);
    if (!un_sock_send_to(f->fd, to, dport, data, len - UDP_HEADER))
        un_icmp_unreachable(u, p, errno == ECONNREFUSED ? UN_PORT_UNREACHABLE : UN_HOST_UNREACHABLE);
}

bool un_udp_init(struct usernet *u)
{
    unsigned n = 0;
    for (unsigned i = 0; i < u->cfg.nforwards; i++) {
        const struct un_forward *w = &u->cfg.forward[i];
        if (!w->udp) continue;
        struct un_udp *f = new_flow(u, &u->udp[n++], un_sock_listen(w), w->guest_addr, w->guest_port);
        if (!f) return false;
        f->forward = true;
    }
    return true;
}

void un_udp_tick(struct usernet *u, uint64_t now)
{
    for (unsigned i = 0; i < UN_MAX_UDP; i++) {
        struct un_udp **f = &u->udp[i];
        if (!*f || (*f)->forward) continue;
        if ((*f)->deadline <= now)
            close_flow(f);
        else
            un_schedule(u, (*f)->deadline);
    }
}

void un_udp_free(struct usernet *u)
{
    for (unsigned i = 0; i < UN_MAX_UDP; i++)
        close_flow(&u->udp[i]);
}
