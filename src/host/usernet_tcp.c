// TCP towards the guest: connections and what arrives on them (RFC 9293, 3.10). Segments out of order are not
// kept: nothing is lost on this wire but by the guest itself, which sends again.
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/usernet_tcp.h"

enum { HEADER = 20, OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, DEFAULT_MSS = 536, MIN_MSS = 64, DUPLICATES = 3 };
#define TIME_WAIT_NS 5000000000u
#define UNUSED_NS    600000000000u

struct un_listener {
    struct usernet *u;
    struct un_forward forward;
    int fd;
};

// Connections

// A free place, or that of a connection that is over, or of the one that has been unused for the longest time
// if that is long (a guest that was reset does not close what it had).
static struct un_tcp **find_slot(struct usernet *u)
{
    struct un_tcp **oldest = NULL;
    const uint64_t now = clock_ns(u->clock);
    for (unsigned i = 0; i < UN_MAX_TCP; i++) {
        struct un_tcp **s = &u->tcp[i];
        if (!*s) return s;
        const bool over = (*s)->phase == TCP_TIME_WAIT && !(*s)->in.len;
        if (!over && now - (*s)->used < UNUSED_NS) continue;
        if (!oldest || (*s)->used < (*oldest)->used) oldest = s;
    }
    if (oldest) tcp_free(*oldest, (*oldest)->phase != TCP_TIME_WAIT);
    return oldest;
}

struct un_tcp *tcp_new(struct usernet *u, int fd)
{
    struct un_tcp **slot = find_slot(u), *c = slot ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        close(fd);
        return NULL;
    }
    c->u = u;
    c->slot = slot;
    c->fd = fd;
    c->mss = DEFAULT_MSS;
    c->used = clock_ns(u->clock);
    // RFC 9293, 3.4.1: a clock of 4 µs, and not the same for two connections.
    c->snd_una = c->snd_nxt = c->snd_max =
        (uint32_t)(c->used / 4000) + (uint32_t)(slot - u->tcp) * 0x01000193u;
    return *slot = c;
}

void tcp_free(struct un_tcp *c, bool abort)
{
    if (abort) {
        const struct linger reset = {.l_onoff = 1};
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    if (c->watched) loop_watch(c->u->loop, c->fd, 0, NULL, NULL);
    close(c->fd);
    *c->slot = NULL;
    free(c);
}

static struct un_tcp *find(struct usernet *u, uint32_t guest, uint16_t gport, uint32_t remote, uint16_t rport)
{
    for (unsigned i = 0; i < UN_MAX_TCP; i++) {
        struct un_tcp *c = u->tcp[i];
        if (c && c->gport == gport && c->rport == rport && c->guest == guest && c->remote == remote) return c;
    }
    return NULL;
}

void tcp_finish_if_over(struct un_tcp *c)
{
    if (c->phase == TCP_TIME_WAIT && !c->expire && !c->in.len) tcp_free(c, false);
}

static void set_mss(struct un_tcp *c, const struct tcp_segment *s)
{
    c->mss = s->mss ? s->mss : DEFAULT_MSS;
    if (c->mss > TCP_MSS) c->mss = TCP_MSS;
    if (c->mss < MIN_MSS) c->mss = MIN_MSS;
    c->snd_wnd = s->wnd;
    c->snd_wl1 = s->seq;
    c->snd_wl2 = s->ack;
    c->rcv_nxt = c->rcv_adv = s->seq + 1;
}

// The guest connects to something.
static void open_connection(struct usernet *u, const struct un_packet *p, const struct tcp_segment *s)
{
    const uint16_t rport = un_get16(p->data + 2);
    const uint32_t to = p->src ? un_to_host(u, p->dst, rport) : 0;
    const int fd = to ? un_sock_tcp(to, rport) : -1;
    struct un_tcp *c = fd < 0 ? NULL : tcp_new(u, fd);
    if (!c) {
        tcp_send_reset(u, p, s);
        return;
    }
    c->guest = p->src;
    c->gport = un_get16(p->data);
    c->remote = p->dst;
    c->rport = rport;
    c->phase = TCP_CONNECTING;
    set_mss(c, s);
    tcp_watch(c);
    if (!c->watched) { // too many descriptors
        tcp_free(c, true);
        tcp_send_reset(u, p, s);
    }
}

// A client at a forwarded port.
static void accept_client(void *ctx, int fd, unsigned events)
{
    const struct un_listener *l = ctx;
    struct usernet *u = l->u;
    uint32_t addr;
    uint16_t port;
    (void)events;
    const int client = un_sock_accept(fd, &addr, &port);
    struct un_tcp *c = client < 0 ? NULL : tcp_new(u, client);
    if (!c) return;
    addr = un_from_host(addr);
    for (unsigned i = 0; i < UN_MAX_TCP && find(u, l->forward.guest_addr, l->forward.guest_port, addr, port);
         i++)
        port = (uint16_t)(49152 + i); // two of the host's addresses look like the gateway
    c->guest = l->forward.guest_addr;
    c->gport = l->forward.guest_port;
    c->remote = addr;
    c->rport = port;
    c->phase = TCP_SYN_SENT;
    tcp_send_control(c, TCP_SYN);
}

// Segments

static uint32_t mss_option(const uint8_t *options, size_t len)
{
    for (size_t i = 0; i < len && options[i] != OPT_END;) {
        if (options[i] == OPT_NOP) {
            i++;
            continue;
        }
        if (i + 2 > len || options[i + 1] < 2 || i + options[i + 1] > len) break;
        if (options[i] == OPT_MSS && options[i + 1] == 4) return un_get16(options + i + 2);
        i += options[i + 1];
    }
    return 0;
}

static void input_syn_sent(struct un_tcp *c, const struct un_packet *p, const struct tcp_segment *s)
{
    if (s->flags & TCP_ACK && s->ack != c->snd_max) {
        tcp_send_reset(c->u, p, s);
        return;
    }
    if (s->flags & TCP_RST) {
        if (s->flags & TCP_ACK) tcp_free(c, true);
        return;
    }
    if (!(s->flags & TCP_SYN)) return;
    set_mss(c, s);
    if (!(s->flags & TCP_ACK)) { // both at once
        c->phase = TCP_SYN_RECEIVED;
        tcp_send_control(c, TCP_SYN | TCP_ACK);
        return;
    }
    c->phase = TCP_OPEN;
    c->snd_una = c->snd_nxt = s->ack;
    c->resend = 0;
    c->tries = 0;
    tcp_send_control(c, TCP_ACK);
    tcp_watch(c);
}

// False: the segment is done with (and the connection may be, too).
static bool check_segment(struct un_tcp *c, const struct tcp_segment *s)
{
    const uint32_t len = s->len + (s->flags & TCP_SYN ? 1 : 0) + (s->flags & TCP_FIN ? 1 : 0),
                   end = s->seq + len;
    if (c->phase == TCP_SYN_RECEIVED && s->flags & TCP_SYN && s->seq + 1 == c->rcv_nxt) {
        tcp_resend(c);
        return false;
    }
    const bool old = len ? tcp_cmp(end, c->rcv_nxt) <= 0 : tcp_cmp(s->seq, c->rcv_nxt) < 0;
    const bool beyond =
        tcp_cmp(s->seq, c->rcv_adv) > 0 || (len && s->seq == c->rcv_adv && s->seq != c->rcv_nxt);
    if (s->flags & TCP_RST) {
        if (s->seq == c->rcv_nxt)
            tcp_free(c, true);
        else if (!old && !beyond)
            tcp_send_control(c, TCP_ACK); // RFC 5961, 3.2
        return false;
    }
    if (s->flags & TCP_SYN) {
        tcp_send_control(c, TCP_ACK); // RFC 5961, 4.2
        return false;
    }
    if (beyond || (old && !(s->flags & TCP_ACK))) {
        tcp_send_control(c, TCP_ACK);
        return false;
    }
    if (old) c->unacked += 2; // sent again: our ACK got lost, or asks for it (keep-alive)
    return s->flags & TCP_ACK;
}

static bool input_ack(struct un_tcp *c, const struct tcp_segment *s)
{
    if (tcp_cmp(s->ack, c->snd_max) > 0) {
        tcp_send_control(c, TCP_ACK);
        return false;
    }
    const int32_t acked = tcp_cmp(s->ack, c->snd_una);
    const bool same_window = s->wnd == c->snd_wnd;
    if (acked >= 0 &&
        (tcp_cmp(s->seq, c->snd_wl1) > 0 || (s->seq == c->snd_wl1 && tcp_cmp(s->ack, c->snd_wl2) >= 0))) {
        if (!c->snd_wnd) c->tries = 0; // it lives, and has no room
        c->snd_wnd = s->wnd;
        c->snd_wl1 = s->seq;
        c->snd_wl2 = s->ack;
    }
    if (acked > 0) {
        const uint32_t data = (uint32_t)acked < c->out.len ? (uint32_t)acked : c->out.len;
        c->out.head = (c->out.head + data) % TCP_RING;
        c->out.len -= data;
        c->fin_acked = (uint32_t)acked > data;
        c->snd_una = s->ack;
        if (tcp_cmp(c->snd_nxt, c->snd_una) < 0) c->snd_nxt = c->snd_una;
        c->tries = c->duplicates = 0;
        c->resend = 0;
        if (c->snd_una != c->snd_max) tcp_set_resend(c);
    } else if (!acked && !s->len && same_window && c->snd_una != c->snd_max && s->wnd) {
        if (++c->duplicates == DUPLICATES) tcp_resend(c);
    }
    return true;
}

// Data and FIN. False: the connection broke and is freed.
static bool input_data(struct un_tcp *c, const struct tcp_segment *s)
{
    const uint32_t skip = c->rcv_nxt - s->seq;
    if (!s->len && !(s->flags & TCP_FIN)) return true;
    if (tcp_cmp(s->seq, c->rcv_nxt) > 0) {
        c->unacked += 2; // a gap: say so
        return true;
    }
    if (c->fin_received || skip > s->len) return true;
    const uint32_t left = s->len - skip, taken = tcp_ring_put(&c->in, s->data + skip, left);
    c->rcv_nxt += taken;
    c->unacked += s->flags & TCP_PSH || taken < left ? 2 : 1;
    if (s->flags & TCP_FIN && taken == left) {
        c->rcv_nxt++;
        c->fin_received = true;
        c->unacked += 2;
    }
    return tcp_drain(c);
}

static void input_open(struct un_tcp *c, const struct un_packet *p, const struct tcp_segment *s)
{
    const bool closed = c->fin_received;
    if (!check_segment(c, s)) return;
    if (c->phase == TCP_SYN_RECEIVED) {
        if (s->ack != c->snd_max) {
            tcp_send_reset(c->u, p, s);
            return;
        }
        c->phase = TCP_OPEN;
        c->snd_una = c->snd_nxt = s->ack;
        c->resend = 0;
        c->tries = 0;
        c->snd_wnd = s->wnd;
    }
    if (!input_ack(c, s) || !input_data(c, s)) return;
    if (c->phase == TCP_OPEN && c->fin_received && c->fin_acked) {
        c->phase = TCP_TIME_WAIT;
        c->expire = closed ? 0 : clock_ns(c->u->clock) + TIME_WAIT_NS; // closed: this was the last ACK
        if (c->expire) un_schedule(c->u, c->expire);
    }
    if (c->more && !tcp_fill(c)) return;
    tcp_output(c);
    tcp_watch(c);
    tcp_finish_if_over(c);
}

void un_tcp_input(struct usernet *u, const struct un_packet *p)
{
    if (p->len < HEADER || un_is_broadcast(p->dst) || p->dst >> 28 == 14) return;
    const size_t header = (size_t)(p->data[12] >> 4) * 4;
    if (header < HEADER || header > p->len) return;
    if (un_sum_end(un_sum(un_pseudo_sum(p->src, p->dst, UN_TCP, p->len), p->data, p->len))) return;
    const struct tcp_segment s = {.seq = un_get32(p->data + 4),
                                  .ack = un_get32(p->data + 8),
                                  .wnd = un_get16(p->data + 14),
                                  .flags = p->data[13],
                                  .data = p->data + header,
                                  .len = (uint32_t)(p->len - header),
                                  .mss = mss_option(p->data + HEADER, header - HEADER)};
    struct un_tcp *c = find(u, p->src, un_get16(p->data), p->dst, un_get16(p->data + 2));
    const uint8_t kind = s.flags & (TCP_SYN | TCP_ACK | TCP_RST);
    if (c && c->phase == TCP_TIME_WAIT && kind == TCP_SYN && tcp_cmp(s.seq, c->rcv_nxt) > 0 && !c->in.len) {
        tcp_free(c, false); // the same ports again
        c = NULL;
    }
    if (!c) {
        if (kind == TCP_SYN)
            open_connection(u, p, &s);
        else
            tcp_send_reset(u, p, &s);
        return;
    }
    c->used = clock_ns(u->clock);
    switch (c->phase) {
    case TCP_CONNECTING:
        if (s.flags & TCP_RST && s.seq == c->rcv_nxt) tcp_free(c, true);
        break;
    case TCP_SYN_SENT: input_syn_sent(c, p, &s); break;
    case TCP_SYN_RECEIVED:
    case TCP_OPEN:
    case TCP_TIME_WAIT: input_open(c, p, &s); break;
    }
}

// The guest takes frames again: each connection that has something gets its turn.
void un_tcp_room(struct usernet *u)
{
    for (bool any = true; any;) {
        any = false;
        for (unsigned i = 0; i < UN_MAX_TCP && un_has_room(u); i++) {
            struct un_tcp *c = u->tcp[u->next_tcp++ % UN_MAX_TCP];
            if (!c) continue;
            if (c->more && c->snd_nxt - c->snd_una >= c->out.len && (!tcp_fill(c))) continue;
            any |= tcp_output_one(c);
            tcp_watch(c);
        }
    }
}

void un_tcp_tick(struct usernet *u, uint64_t now)
{
    for (unsigned i = 0; i < UN_MAX_TCP; i++)
        if (u->tcp[i]) tcp_timers(u->tcp[i], now);
}

// Life

bool un_tcp_init(struct usernet *u)
{
    for (unsigned i = 0, n = 0; i < u->cfg.nforwards; i++) {
        if (u->cfg.forward[i].udp) continue;
        struct un_listener *l = calloc(1, sizeof *l);
        if (!l) return false;
        *l = (struct un_listener){
            .u = u, .forward = u->cfg.forward[i], .fd = un_sock_listen(&u->cfg.forward[i])};
        u->listener[n++] = l;
        if (l->fd < 0 || !loop_watch(u->loop, l->fd, LOOP_READ, accept_client, l)) return false;
    }
    return true;
}

void un_tcp_free(struct usernet *u)
{
    for (unsigned i = 0; i < UN_MAX_TCP; i++)
        if (u->tcp[i]) tcp_free(u->tcp[i], false);
    for (unsigned i = 0; i < UN_MAX_FORWARDS && u->listener[i]; i++) {
        if (u->listener[i]->fd >= 0) {
            loop_watch(u->loop, u->listener[i]->fd, 0, NULL, NULL);
            close(u->listener[i]->fd);
        }
        free(u->listener[i]);
    }
}
