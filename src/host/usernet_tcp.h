// One TCP connection between the guest and a socket of the host. Internal to usernet_tcp*.c.
#ifndef STINKARM_HOST_USERNET_TCP_H
#define STINKARM_HOST_USERNET_TCP_H

#include "host/usernet.h"

enum tcp_phase {
    TCP_CONNECTING, // the guest's SYN is here, the host's connection not yet: no answer so far
    TCP_SYN_SENT,   // a client of a forwarded port waits for the guest
    TCP_SYN_RECEIVED,
    TCP_OPEN,      // ESTABLISHED and all that follows: eof, fin_received and fin_acked say what is over
    TCP_TIME_WAIT, // over in both directions; or what the guest sent is still on its way to the host
};

enum { TCP_RING = 65536, TCP_MSS = 1460, TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

// First in, first out.
struct tcp_ring {
    uint32_t head, len;
    uint8_t data[TCP_RING];
};

struct un_tcp {
    struct usernet *u;
    struct un_tcp **slot;
    int fd;
    unsigned watched; // loop_events
    enum tcp_phase phase;
    uint32_t guest, remote; // remote: as the guest sees it
    uint16_t gport, rport;
    uint64_t used; // last heard of

    // To the guest (RFC 9293, 3.3.1)
    uint32_t snd_una, snd_nxt, snd_max, snd_wnd, snd_wl1, snd_wl2, mss;
    struct tcp_ring out; // from snd_una on
    bool eof;            // the host will not send more: FIN follows the data
    bool more;           // there may be more to read than the last time
    bool fin_acked;
    unsigned duplicates; // ACKs
    unsigned tries;      // of the oldest segment
    uint64_t resend;     // deadlines; 0: none
    uint64_t delayed_ack, expire;

    // From the guest
    uint32_t rcv_nxt, rcv_adv; // rcv_adv: the right edge of the window that was announced
    struct tcp_ring in;
    unsigned unacked;        // segments
    bool fin_received, shut; // shut: the host knows
};

struct tcp_segment {
    uint32_t seq, ack, wnd;
    uint8_t flags;
    const uint8_t *data;
    uint32_t len;
    uint32_t mss; // option, or 0
};

static inline int32_t tcp_cmp(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

// usernet_tcp_out.c
void tcp_send_control(struct un_tcp *c, uint8_t flags); // SYN, SYN+ACK, ACK, RST
void tcp_send_reset(struct usernet *u, const struct un_packet *p,
                    const struct tcp_segment *s); // nobody's segment
bool tcp_output_one(struct un_tcp *c);            // false: nothing to send now
void tcp_output(struct un_tcp *c);
void tcp_resend(struct un_tcp *c); // everything from snd_una on
void tcp_set_resend(struct un_tcp *c);
bool tcp_timers(struct un_tcp *c, uint64_t now); // false: it is dead and freed

// usernet_tcp_host.c
void tcp_watch(struct un_tcp *c);
bool tcp_fill(struct un_tcp *c);  // reads from the host; false: the connection broke and is freed
bool tcp_drain(struct un_tcp *c); // writes to the host what the guest sent; as above
uint32_t tcp_ring_put(struct tcp_ring *r, const uint8_t *data, uint32_t len);
void tcp_host_event(void *ctx, int fd, unsigned events);

// usernet_tcp.c
struct un_tcp *tcp_new(struct usernet *u, int fd); // takes the socket, also if there is no room: then NULL
void tcp_free(struct un_tcp *c, bool abort);       // abort: the host's side is reset
void tcp_finish_if_over(struct un_tcp *c);

#endif
