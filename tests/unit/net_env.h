// The guest's side of a user network under test: frames that it sends and gets, a clock that only stands
// where the test puts it, and the event loop turned by hand.
#ifndef STINKARM_TESTS_NET_ENV_H
#define STINKARM_TESTS_NET_ENV_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/loop.h"
#include "host/netdev.h"

enum { NET_FRAMES = 128, GATEWAY = 0x0a000202, GUEST = 0x0a00020f, ICMP = 1, TCP = 6, UDP = 17 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

struct net_frame {
    size_t len;
    uint8_t data[NETDEV_MAX_FRAME];
};

struct net_test {
    struct clock clock;
    struct loop loop;
    pthread_mutex_t lock;
    struct netdev *dev;
    struct net_frame got[NET_FRAMES]; // not yet looked at
    unsigned first, n;
    bool full; // the guest has no room
    // Where the guest's TCP connection stands
    uint16_t port, rport;
    uint32_t seq, ack;
};

static const uint8_t guest_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
static const uint8_t gateway_mac[6] = {0x52, 0x55, 10, 0, 2, 2};

static inline bool net_room(void *ctx)
{
    const struct net_test *t = ctx;
    return !t->full && t->n < NET_FRAMES;
}

static inline void net_receive(void *ctx, const uint8_t *frame, size_t n)
{
    struct net_test *t = ctx;
    cr_assert(n >= 60 && n <= NETDEV_MAX_FRAME && net_room(t));
    struct net_frame *f = &t->got[(t->first + t->n++) % NET_FRAMES];
    f->len = n;
    memcpy(f->data, frame, n);
}

static inline void net_start(struct net_test *t, const char *spec)
{
    memset(t, 0, sizeof *t);
    pthread_mutex_init(&t->lock, NULL);
    clock_init(&t->clock, true, &t->loop);
    cr_assert(loop_init(&t->loop, &t->clock, &t->lock));
    t->dev = netdev_open(spec, &t->loop, &t->clock);
    cr_assert(t->dev);
    const struct netdev_user user = {net_room, net_receive, t};
    netdev_connect(t->dev, &user);
}

static inline void net_end(struct net_test *t)
{
    netdev_close(t->dev);
    cr_assert_eq(t->loop.nfds, 0, "%u watches are left", t->loop.nfds);
    cr_assert_null(t->clock.timers, "a timer is left");
    close(t->loop.wake_fd);
}

// Waits for the host for at most ms, and runs what is ready. False: nothing was.
static inline bool net_turn(struct net_test *t, int ms)
{
    struct pollfd p[LOOP_MAX_FDS];
    const unsigned n = t->loop.nfds;
    for (unsigned i = 0; i < n; i++) {
        const struct loop_fd *w = &t->loop.fds[i];
        p[i] = (struct pollfd){
            w->fd, (short)((w->events & LOOP_READ ? POLLIN : 0) | (w->events & LOOP_WRITE ? POLLOUT : 0)), 0};
    }
    if (poll(p, n, ms) <= 0) return false;
    for (unsigned i = 0; i < n; i++) {
        const unsigned ready = (p[i].revents & (POLLIN | POLLHUP | POLLERR) ? LOOP_READ : 0u) |
                               (p[i].revents & (POLLOUT | POLLERR) ? LOOP_WRITE : 0u);
        for (unsigned k = 0; k < t->loop.nfds; k++) {
            const struct loop_fd w = t->loop.fds[k];
            if (w.fd != p[i].fd) continue;
            if (w.events & ready) w.fn(w.ctx, w.fd, w.events & ready);
            break;
        }
    }
    return true;
}

static inline void net_pass(struct net_test *t, uint64_t ms)
{
    clock_advance(&t->clock, ms * 1000000);
    clock_fire(&t->clock);
}

// The next frame for the guest, NULL after half a second without one.
static inline const struct net_frame *net_try(struct net_test *t)
{
    for (int i = 0; !t->n && i < 50; i++)
        net_turn(t, 10);
    if (!t->n) return NULL;
    const struct net_frame *f = &t->got[t->first];
    t->first = (t->first + 1) % NET_FRAMES;
    t->n--;
    return f;
}

static inline const struct net_frame *net_next(struct net_test *t)
{
    const struct net_frame *f = net_try(t);
    cr_assert(f, "no frame came");
    return f;
}

static inline void net_expect_silence(struct net_test *t)
{
    net_turn(t, 20);
    cr_expect_eq(t->n, 0, "%u frames came unexpectedly", t->n);
}

static inline uint32_t be(const uint8_t *p, unsigned n)
{
    uint32_t v = 0;
    while (n--)
        v = v << 8 | *p++;
    return v;
}

static inline void put(uint8_t *p, unsigned n, uint32_t v)
{
    while (n--)
        *p++ = (uint8_t)(v >> 8 * n);
}

static inline uint16_t net_sum(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static inline uint32_t net_pseudo(uint32_t src, uint32_t dst, unsigned proto, size_t n)
{
    return (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + proto + (uint32_t)n;
}

// Ethernet and IPv4 headers around a payload; fragment: flags and offset as in the header.
static inline size_t net_ip(uint8_t *frame, uint32_t src, uint32_t dst, unsigned proto, const uint8_t *data,
                            size_t n, unsigned fragment)
{
    memcpy(frame, gateway_mac, 6);
    memcpy(frame + 6, guest_mac, 6);
    put(frame + 12, 2, 0x0800);
    uint8_t *ip = frame + 14;
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put(ip + 2, 2, (uint32_t)(20 + n));
    put(ip + 4, 2, 0x77);
    put(ip + 6, 2, fragment);
    ip[8] = 64;
    ip[9] = (uint8_t)proto;
    put(ip + 12, 4, src);
    put(ip + 16, 4, dst);
    put(ip + 10, 2, net_sum(0, ip, 20));
    memcpy(ip + 20, data, n);
    return 34 + n;
}

static inline void net_send_ip(struct net_test *t, uint32_t dst, unsigned proto, const uint8_t *data,
                               size_t n)
{
    uint8_t frame[NETDEV_MAX_FRAME];
    netdev_send(t->dev, frame, net_ip(frame, GUEST, dst, proto, data, n, 0));
}

static inline size_t net_udp_message(uint8_t *m, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
                                     const void *data, size_t n)
{
    put(m, 2, sport);
    put(m + 2, 2, dport);
    put(m + 4, 2, (uint32_t)(8 + n));
    put(m + 6, 2, 0);
    memcpy(m + 8, data, n);
    put(m + 6, 2, net_sum(net_pseudo(src, dst, UDP, 8 + n), m, 8 + n));
    return 8 + n;
}

static inline void net_udp(struct net_test *t, uint16_t sport, uint32_t dst, uint16_t dport, const void *data,
                           size_t n)
{
    uint8_t m[1480];
    net_send_ip(t, dst, UDP, m, net_udp_message(m, GUEST, sport, dst, dport, data, n));
}

// The payload of an IPv4 frame for the guest, after checking its headers.
static inline const uint8_t *net_payload(const struct net_frame *f, unsigned proto, size_t *n)
{
    const uint8_t *ip = f->data + 14;
    cr_assert_eq(be(f->data + 12, 2), 0x0800);
    cr_assert_eq(ip[0], 0x45);
    cr_assert_eq(net_sum(0, ip, 20), 0);
    cr_assert_eq(ip[9], proto, "protocol %u, not %u", ip[9], proto);
    *n = be(ip + 2, 2) - 20;
    cr_assert(34 + *n <= f->len);
    if (proto != ICMP && !(be(ip + 6, 2) & 0x3fff))
        cr_assert_eq(net_sum(net_pseudo(be(ip + 12, 4), be(ip + 16, 4), proto, *n), ip + 20, *n), 0);
    return ip + 20;
}

// Tells the network where the guest is.
static inline void net_announce(struct net_test *t)
{
    uint8_t f[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    memcpy(f + 6, guest_mac, 6);
    put(f + 12, 2, 0x0806);
    put(f + 14, 4, 0x00010800);
    put(f + 18, 4, 0x06040001);
    memcpy(f + 22, guest_mac, 6);
    put(f + 28, 4, GUEST);
    put(f + 38, 4, GATEWAY);
    netdev_send(t->dev, f, sizeof f);
    const struct net_frame *r = net_next(t);
    cr_assert_eq(be(r->data + 12, 2), 0x0806);
    cr_assert_eq(be(r->data + 20, 2), 2, "no ARP reply");
    cr_assert_eq(be(r->data + 28, 4), GATEWAY);
    cr_assert(!memcmp(r->data + 22, gateway_mac, 6) && !memcmp(r->data, guest_mac, 6));
}

// Sockets of the test's own on the loopback

static inline int net_listener(int type, uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    const int fd = socket(AF_INET, type, 0);
    cr_assert(fd >= 0 && !bind(fd, (struct sockaddr *)&a, len) &&
              !getsockname(fd, (struct sockaddr *)&a, &len));
    if (type == SOCK_STREAM) cr_assert(!listen(fd, 300));
    *port = ntohs(a.sin_port);
    return fd;
}

static inline uint16_t net_free_port(int type)
{
    uint16_t port;
    close(net_listener(type, &port));
    return port;
}

static inline int net_client(int type, uint16_t port)
{
    const struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, type, 0);
    cr_assert(fd >= 0 && !connect(fd, (const struct sockaddr *)&a, sizeof a));
    return fd;
}

#endif
