// TCP segments to the guest, and sending them again.
#include <string.h>

#include "host/usernet_tcp.h"

enum { HEADER = 20, MAX_TRIES = 10, MAX_BACKOFF = 6 };
#define RESEND_NS      1000000000u // RFC 6298, 2.4: never less than a second, and the guest is nearer than that
#define DELAYED_ACK_NS 20000000u

static uint32_t window(const struct un_tcp *c)
{
    const uint32_t space = TCP_RING - c->in.len;
    return space > 65535 ? 65535 : space;
}

static void put_header(uint8_t *h, uint16_t sport, uint16_t dport, uint32_t seq, uint32_t ack, uint8_t flags,
                       uint32_t wnd, unsigned header_len)
{
    un_put16(h, sport);
    un_put16(h + 2, dport);
    un_put32(h + 4, seq);
    un_put32(h + 8, flags & TCP_ACK ? ack : 0);
    h[12] = (uint8_t)(header_len / 4 << 4);
    h[13] = flags;
    un_put16(h + 14, wnd);
    un_put32(h + 16, 0);
}

static void finish(struct usernet *u, uint32_t src, uint32_t dst, uint8_t *segment, size_t len)
{
    un_put16(segment + 16, un_sum_end(un_sum(un_pseudo_sum(src, dst, UN_TCP, len), segment, len)));
    un_ip_send(u, src, dst, UN_TCP, segment, len);
}

// n bytes from the ring, beginning at snd_nxt.
static void send_segment(struct un_tcp *c, uint8_t flags, uint32_t n)
{
    uint8_t segment[HEADER + 4 + TCP_MSS];
    unsigned header = HEADER;
    if (flags & TCP_SYN) {
        header += 4;
        un_put32(segment + HEADER, 0x02040000u | TCP_MSS);
    }
    put_header(segment, c->rport, c->gport, c->snd_nxt, c->rcv_nxt, flags, window(c), header);
    const uint32_t from = (c->out.head + (c->snd_nxt - c->snd_una)) % TCP_RING;
    const uint32_t first = n < TCP_RING - from ? n : TCP_RING - from;
    memcpy(segment + header, c->out.data + from, first);
    memcpy(segment + header + first, c->out.data, n - first);
    c->snd_nxt += n + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (tcp_cmp(c->snd_nxt, c->snd_max) > 0) c->snd_max = c->snd_nxt;
    if (flags & TCP_ACK) {
        c->unacked = 0;
        c->delayed_ack = 0;
        c->rcv_adv = c->rcv_nxt + window(c);
    }
    finish(c->u, c->remote, c->guest, segment, header + n);
}

void tcp_send_control(struct un_tcp *c, uint8_t flags)
{
    if (flags & TCP_SYN) {
        c->snd_nxt = c->snd_una;
        send_segment(c, flags, 0);
        tcp_set_resend(c);
        return;
    }
    // While sending again snd_nxt is behind; but what is beyond a closed window would not be listened to.
    const uint32_t next = c->snd_nxt;
    if (c->snd_wnd) c->snd_nxt = c->snd_max;
    send_segment(c, flags, 0);
    c->snd_nxt = next;
}

void tcp_send_reset(struct usernet *u, const struct un_packet *p, const struct tcp_segment *s)
{
    if (s->flags & TCP_RST || !p->src) return;
    uint8_t segment[HEADER];
    const bool ack = s->flags & TCP_ACK; // RFC 9293, 3.10.7.1
    const uint32_t len = s->len + (s->flags & TCP_SYN ? 1 : 0) + (s->flags & TCP_FIN ? 1 : 0);
    put_header(segment, un_get16(p->data + 2), un_get16(p->data), ack ? s->ack : 0, s->seq + len,
               ack ? TCP_RST : TCP_RST | TCP_ACK, 0, HEADER);
    finish(u, p->dst, p->src, segment, HEADER);
}

void tcp_set_resend(struct un_tcp *c)
{
    const unsigned shift = c->tries < MAX_BACKOFF ? c->tries : MAX_BACKOFF;
    c->resend = clock_ns(c->u->clock) + ((uint64_t)RESEND_NS << shift);
    un_schedule(c->u, c->resend);
}

bool tcp_output_one(struct un_tcp *c)
{
    if (c->phase != TCP_OPEN || c->fin_acked || !un_has_room(c->u)) return false;
    const uint32_t flight = c->snd_nxt - c->snd_una;
    if (flight > c->out.len) return false; // up to the FIN everything is out
    const uint32_t left = c->out.len - flight, wnd = c->snd_wnd > flight ? c->snd_wnd - flight : 0;
    uint32_t n = left < c->mss ? left : c->mss;
    if (n > wnd) n = wnd;
    // No small pieces only because the window is small (RFC 9293, 3.8.6.2.1).
    if (n < left && n < c->mss && (!n || flight)) {
        if (!c->resend) tcp_set_resend(c); // asks for the window
        return false;
    }
    const bool fin = c->eof && n == left;
    if (!n && !fin) return false;
    if (!c->resend) tcp_set_resend(c);
    send_segment(c, (uint8_t)(TCP_ACK | (n == left ? TCP_PSH : 0) | (fin ? TCP_FIN : 0)), n);
    return true;
}

void tcp_output(struct un_tcp *c)
{
    while (tcp_output_one(c))
        ;
    if (!c->unacked) return;
    if (c->unacked > 1) {
        tcp_send_control(c, TCP_ACK);
    } else if (!c->delayed_ack) {
        c->delayed_ack = clock_ns(c->u->clock) + DELAYED_ACK_NS;
        un_schedule(c->u, c->delayed_ack);
    }
}

void tcp_resend(struct un_tcp *c)
{
    c->snd_nxt = c->snd_una;
    if (c->phase == TCP_SYN_SENT)
        tcp_send_control(c, TCP_SYN);
    else if (c->phase == TCP_SYN_RECEIVED)
        tcp_send_control(c, TCP_SYN | TCP_ACK);
    else if (!c->snd_wnd && c->out.len && un_has_room(c->u)) {
        send_segment(c, TCP_ACK, 1); // a probe (RFC 9293, 3.8.6.1)
        c->snd_nxt = c->snd_una;
    } else {
        tcp_output(c);
    }
    tcp_set_resend(c);
}

bool tcp_timers(struct un_tcp *c, uint64_t now)
{
    if (c->expire && c->expire <= now) {
        c->expire = 0;
        if (!c->in.len) {
            tcp_free(c, false);
            return false;
        }
    }
    if (c->resend && c->resend <= now) {
        if (++c->tries > MAX_TRIES) { // the guest is gone
            if (c->phase != TCP_SYN_SENT) tcp_send_control(c, TCP_RST | TCP_ACK);
            tcp_free(c, true);
            return false;
        }
        tcp_resend(c);
    }
    if (c->delayed_ack && c->delayed_ack <= now) tcp_send_control(c, TCP_ACK);
    if (c->expire) un_schedule(c->u, c->expire);
    if (c->resend) un_schedule(c->u, c->resend);
    if (c->delayed_ack) un_schedule(c->u, c->delayed_ack);
    return true;
}
