// libFuzzer target: the user network, with any frames from the guest, and a host that does anything. The
// sockets (usernet_sock.c) are replaced by pairs whose other end the input moves. What comes to the guest
// must be sound, and nothing may be left at the end.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/usernet.h"

enum { MAX_PEERS = 64, MAX_STEPS = 400, TCP_ACK_FLAG = 16 };

static struct clock clock_;
static struct loop loop;
static struct netdev *net;
static int peer[MAX_PEERS]; // the other ends
static unsigned npeers, refusals;
static bool full;
static struct {
    uint32_t seq, ack; // what the guest would go on with
    uint16_t gport, rport;
} last[8]; // of connections, by the guest's port

static void promise(bool kept)
{
    if (!kept) abort();
}

// Sockets

static int pair(int type)
{
    int fd[2];
    if (npeers == MAX_PEERS || socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd)) {
        errno = EMFILE;
        return -1;
    }
    peer[npeers++] = fd[1];
    return fd[0];
}

int un_sock_tcp(uint32_t addr, uint16_t port)
{
    promise(addr && addr >> 24 != 127 ? true : addr == UN_LOOPBACK);
    errno = ECONNREFUSED;
    return port & 1 && ++refusals ? -1 : pair(SOCK_STREAM);
}

int un_sock_udp(void)
{
    return pair(SOCK_DGRAM);
}

int un_sock_listen(const struct un_forward *f)
{
    return pair(f->udp ? SOCK_DGRAM : SOCK_STREAM);
}

int un_sock_accept(int fd, uint32_t *addr, uint16_t *port)
{
    char c;
    *addr = UN_LOOPBACK;
    *port = 40000;
    return recv(fd, &c, 1, 0) == 1 ? pair(SOCK_STREAM) : -1;
}

int un_sock_ping(void)
{
    return pair(SOCK_DGRAM);
}

bool un_sock_send_to(int fd, uint32_t addr, uint16_t port, const void *data, size_t len)
{
    (void)addr, (void)port;
    return send(fd, data, len, MSG_NOSIGNAL) >= 0 || errno == EAGAIN;
}

long un_sock_receive_from(int fd, uint32_t *addr, uint16_t *port, void *data, size_t len)
{
    *addr = UN_LOOPBACK;
    *port = 53;
    const ssize_t n = recv(fd, data, len, 0);
    return n ? n : -1; // the other end is gone
}

int un_sock_next_error(int fd, uint32_t *addr, uint16_t *port)
{
    *addr = UN_LOOPBACK;
    *port = 9;
    return fd % 5 == 0 && refusals ? (refusals--, ECONNREFUSED) : 0;
}

uint32_t un_sock_resolver(void)
{
    return UN_LOOPBACK;
}

// The guest

static bool room(void *ctx)
{
    (void)ctx;
    return !full;
}

static void receive(void *ctx, const uint8_t *f, size_t n)
{
    (void)ctx;
    promise(!full && n >= 60 && n <= NETDEV_MAX_FRAME);
    if (un_get16(f + 12) != 0x0800) {
        promise(un_get16(f + 12) == 0x0806);
        return;
    }
    const uint8_t *ip = f + 14;
    const size_t len = un_get16(ip + 2);
    promise(ip[0] == 0x45 && len >= 20 && len + 14 <= n && !un_sum_end(un_sum(0, ip, 20)));
    if (ip[9] != UN_TCP) return;
    const uint8_t *s = ip + 20;
    promise(len >= 40 &&
            !un_sum_end(
                un_sum(un_pseudo_sum(un_get32(ip + 12), un_get32(ip + 16), UN_TCP, len - 20), s, len - 20)));
    const size_t header = (size_t)(s[12] >> 4) * 4, data = len - 20 - header;
    const unsigned i = un_get16(s + 2) % 8;
    if (s[13] & TCP_ACK_FLAG) last[i].seq = un_get32(s + 8);
    last[i].ack = un_get32(s + 4) + (uint32_t)data + (s[13] & 3 ? 1 : 0);
    last[i].rport = un_get16(s);
    last[i].gport = un_get16(s + 2);
}

// The input

struct input {
    const uint8_t *p, *end;
};

static unsigned byte(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

static unsigned half(struct input *in)
{
    const unsigned high = byte(in);
    return high << 8 | byte(in);
}

static size_t bytes(struct input *in, uint8_t *to, size_t n)
{
    const size_t left = (size_t)(in->end - in->p);
    if (n > left) n = left;
    memcpy(to, in->p, n);
    in->p += n;
    return n;
}

// Sums made right, so that more than the check of the sums is reached.
static void send_ip(uint32_t dst, unsigned proto, unsigned fragment, uint8_t *payload, size_t n)
{
    uint8_t f[NETDEV_MAX_FRAME] = {0x52, 0x55, 10, 0, 2, 2, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 8, 0, 0x45};
    uint8_t *ip = f + 14;
    if (n > 1480) n = 1480;
    un_put16(ip + 2, (uint32_t)(20 + n));
    un_put16(ip + 6, fragment);
    ip[8] = 64;
    ip[9] = (uint8_t)proto;
    un_put32(ip + 12, UN_GUEST);
    un_put32(ip + 16, dst);
    un_put16(ip + 10, un_sum_end(un_sum(0, ip, 20)));
    const size_t at = proto == UN_TCP ? 16 : proto == UN_UDP ? 6 : 2;
    if (n >= at + 2) {
        un_put16(payload + at, 0);
        const uint32_t pseudo = proto == UN_ICMP ? 0 : un_pseudo_sum(UN_GUEST, dst, (uint8_t)proto, n);
        un_put16(payload + at, un_sum_end(un_sum(pseudo, payload, n)));
    }
    memcpy(ip + 20, payload, n);
    netdev_send(net, f, 34 + n);
}

// The next segment of a connection, as it should be, or with other numbers.
static void segment(struct input *in)
{
    static const uint16_t sizes[] = {0, 1, 100, 1460};
    uint8_t s[1480] = {0};
    const unsigned how = byte(in), which = how & 7, flags = byte(in), wnd = half(in);
    const size_t n = sizes[how >> 3 & 3];
    const int32_t off_seq = how & 0x20 ? (int8_t)byte(in) : 0, off_ack = how & 0x40 ? (int8_t)byte(in) : 0;
    un_put16(s, last[which].gport ? last[which].gport : 1000 + which);
    un_put16(s + 2, last[which].gport ? last[which].rport : 80 + (how >> 7));
    un_put32(s + 4, last[which].seq + (uint32_t)off_seq);
    un_put32(s + 8, last[which].ack + (uint32_t)off_ack);
    s[12] = 0x50;
    s[13] = (uint8_t)flags;
    un_put16(s + 14, wnd);
    send_ip(UN_GATEWAY, UN_TCP, 0, s, 20 + n);
}

static void turn(void)
{
    struct pollfd p[LOOP_MAX_FDS];
    const unsigned n = loop.nfds;
    for (unsigned i = 0; i < n; i++)
        p[i] = (struct pollfd){loop.fds[i].fd,
                               (short)((loop.fds[i].events & LOOP_READ ? POLLIN : 0) |
                                       (loop.fds[i].events & LOOP_WRITE ? POLLOUT : 0)),
                               0};
    if (poll(p, n, 0) <= 0) return;
    for (unsigned i = 0; i < n; i++) {
        const unsigned ready = (p[i].revents & (POLLIN | POLLHUP | POLLERR) ? LOOP_READ : 0u) |
                               (p[i].revents & (POLLOUT | POLLERR) ? LOOP_WRITE : 0u);
        for (unsigned k = 0; k < loop.nfds; k++) {
            const struct loop_fd w = loop.fds[k];
            if (w.fd != p[i].fd) continue;
            if (w.events & ready) w.fn(w.ctx, w.fd, w.events & ready);
            break;
        }
    }
}

static void host(struct input *in)
{
    static uint8_t data[70000];
    const unsigned i = byte(in), what = byte(in) % 5;
    if (!npeers) return;
    const int fd = peer[i % npeers];
    switch (what) {
    case 0: send(fd, data, half(in), MSG_NOSIGNAL); break;
    case 1: shutdown(fd, SHUT_WR); break;
    case 2: shutdown(fd, SHUT_RDWR); break;
    case 3:
        while (recv(fd, data, sizeof data, 0) > 0)
            ;
        break;
    default: break;
    }
}

static void step(struct input *in)
{
    static const uint32_t where[] = {UN_GATEWAY, UN_DNS,     0x0a000263, 0xffffffffu,
                                     0x08080808, 0xe0000001, 0,          UN_LOOPBACK};
    uint8_t buf[2000];
    size_t n;
    switch (byte(in) % 8) {
    case 0:
        n = bytes(in, buf, half(in) % sizeof buf);
        netdev_send(net, buf, n);
        break;
    case 1: {
        static const uint8_t protos[] = {UN_ICMP, UN_UDP, UN_TCP, 0};
        const uint32_t dst = where[byte(in) % 8];
        const unsigned proto = protos[byte(in) % 4], fragment = byte(in) & 1 ? half(in) : 0;
        n = bytes(in, buf, half(in) % 1481);
        send_ip(dst, proto, fragment, buf, n);
        break;
    }
    case 2:
    case 3: segment(in); break;
    case 4:
        clock_advance(&clock_, (uint64_t)half(in) * 1000000);
        clock_fire(&clock_);
        break;
    case 5: host(in); break;
    case 6:
        full = byte(in) & 1;
        netdev_poll(net);
        break;
    default: turn(); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    clock_init(&clock_, true, &loop);
    loop = (struct loop){.wake_fd = -1, .clock = &clock_};
    npeers = refusals = 0;
    full = false;
    memset(last, 0, sizeof last);
    net = netdev_open(byte(&in) & 1 ? "user,restrict=on,hostfwd=tcp::1-:1,hostfwd=udp::1-:1"
                                    : "user,dns=on,hostfwd=tcp::1-:1",
                      &loop, &clock_);
    promise(net);
    netdev_connect(net, &(struct netdev_user){room, receive, NULL});
    for (unsigned i = 0; i < MAX_STEPS && in.p < in.end; i++)
        step(&in);
    netdev_close(net);
    promise(!loop.nfds && !clock_.timers);
    for (unsigned i = 0; i < npeers; i++)
        close(peer[i]);
    return 0;
}
