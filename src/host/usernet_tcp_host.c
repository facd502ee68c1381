// The host's side of TCP connections: sockets to and from the rings.
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/usernet_tcp.h"

enum { WINDOW_STEP = 2 * TCP_MSS };

uint32_t tcp_ring_put(struct tcp_ring *r, const uint8_t *data, uint32_t len)
{
    if (len > TCP_RING - r->len) len = TCP_RING - r->len;
    const uint32_t at = (r->head + r->len) % TCP_RING, first = len < TCP_RING - at ? len : TCP_RING - at;
    memcpy(r->data + at, data, first);
    memcpy(r->data, data + first, len - first);
    r->len += len;
    return len;
}

void tcp_watch(struct un_tcp *c)
{
    unsigned events = 0;
    if (c->phase == TCP_CONNECTING || c->in.len) events |= LOOP_WRITE;
    if (c->phase == TCP_OPEN && !c->eof && c->out.len < TCP_RING) events |= LOOP_READ;
    if (events == c->watched || c->fd < 0) return;
    c->watched = events;
    loop_watch(c->u->loop, c->fd, events, tcp_host_event, c);
}

static bool broken(struct un_tcp *c)
{
    if (c->phase != TCP_TIME_WAIT) tcp_send_control(c, TCP_RST | TCP_ACK);
    tcp_free(c, true);
    return false;
}

bool tcp_fill(struct un_tcp *c)
{
    c->more = false;
    while (!c->eof && c->out.len < TCP_RING) {
        const uint32_t at = (c->out.head + c->out.len) % TCP_RING;
        const uint32_t space = TCP_RING - c->out.len, straight = TCP_RING - at,
                       room = space < straight ? space : straight;
        const ssize_t n = recv(c->fd, c->out.data + at, room, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) return broken(c);
        if (n < 0) break;
        c->eof = !n;
        c->out.len += (uint32_t)n;
        c->more = (uint32_t)n == room;
        if (!c->more) break;
    }
    return true;
}

bool tcp_drain(struct un_tcp *c)
{
    while (c->in.len) {
        const uint32_t straight = TCP_RING - c->in.head;
        const uint32_t n = c->in.len < straight ? c->in.len : straight;
        const ssize_t done = send(c->fd, c->in.data + c->in.head, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0 && errno != EAGAIN) return broken(c);
        if (done < 0) break;
        c->in.head = (c->in.head + (uint32_t)done) % TCP_RING;
        c->in.len -= (uint32_t)done;
    }
    if (c->fin_received && !c->in.len && !c->shut) {
        c->shut = true;
        shutdown(c->fd, SHUT_WR);
    }
    return true;
}

// The host's answer to connect().
static void connected(struct un_tcp *c)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (!error) {
        c->phase = TCP_SYN_RECEIVED;
        tcp_send_control(c, TCP_SYN | TCP_ACK);
        tcp_watch(c);
        return;
    }
    if (error == EHOSTUNREACH || error == ENETUNREACH || error == ETIMEDOUT) {
        uint8_t packet[28] = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, UN_TCP};
        un_put32(packet + 12, c->guest);
        un_put32(packet + 16, c->remote);
        un_put16(packet + 10, un_sum_end(un_sum(0, packet, 20)));
        un_put16(packet + 20, c->gport);
        un_put16(packet + 22, c->rport);
        un_put32(packet + 24, c->rcv_nxt - 1);
        const struct un_packet p = {c->guest, c->remote, UN_TCP, packet, 20, packet + 20, 8};
        un_icmp_unreachable(c->u, &p, error == ENETUNREACH ? UN_NET_UNREACHABLE : UN_HOST_UNREACHABLE);
    } else {
        c->snd_nxt = c->snd_max = c->snd_una = 0; // the answer to a SYN has no number of our own
        tcp_send_control(c, TCP_RST | TCP_ACK);
    }
    tcp_free(c, false);
}

void tcp_host_event(void *ctx, int fd, unsigned events)
{
    struct un_tcp *c = ctx;
    (void)fd;
    c->used = clock_ns(c->u->clock);
    if (c->phase == TCP_CONNECTING) {
        connected(c);
        return;
    }
    if (events & LOOP_WRITE) {
        const uint32_t before = c->in.len;
        if (!tcp_drain(c)) return;
        // The window opens again: the guest must hear of it.
        const uint32_t edge = c->rcv_nxt + (TCP_RING - c->in.len);
        if (c->phase == TCP_OPEN && !c->fin_received && c->in.len < before &&
            (tcp_cmp(edge, c->rcv_adv) >= WINDOW_STEP))
            tcp_send_control(c, TCP_ACK);
    }
    if (events & LOOP_READ && !tcp_fill(c)) return;
    tcp_output(c);
    tcp_watch(c);
    tcp_finish_if_over(c);
}
