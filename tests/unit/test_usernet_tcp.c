// The user network's TCP, against a small TCP of the test's own in the guest's place and real sockets on the
// host.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "net_env.h"

enum { MSS = 1460, BIG = 300000 };

static struct net_test t;

struct seg {
    uint32_t seq, ack, wnd;
    unsigned flags;
    const uint8_t *data;
    size_t len;
};

static size_t tcp_message(uint8_t *m, unsigned flags, uint32_t seq, uint32_t ack, unsigned wnd,
                          const void *data, size_t n)
{
    const unsigned header = flags & SYN ? 24 : 20;
    memset(m, 0, header);
    put(m, 2, t.port);
    put(m + 2, 2, t.rport);
    put(m + 4, 4, seq);
    put(m + 8, 4, ack);
    m[12] = (uint8_t)(header << 2);
    m[13] = (uint8_t)flags;
    put(m + 14, 2, wnd);
    if (flags & SYN) put(m + 20, 4, 0x02040000 | MSS);
    memcpy(m + header, data, n);
    put(m + 16, 2, net_sum(net_pseudo(GUEST, GATEWAY, TCP, header + n), m, header + n));
    return header + n;
}

static void tcp_send(unsigned flags, uint32_t seq, uint32_t ack, unsigned wnd, const void *data, size_t n)
{
    uint8_t m[1480];
    net_send_ip(&t, GATEWAY, TCP, m, tcp_message(m, flags, seq, ack, wnd, data, n));
}

static struct seg parse(const struct net_frame *f)
{
    size_t n;
    const uint8_t *s = net_payload(f, TCP, &n);
    const size_t header = (size_t)(s[12] >> 4) * 4;
    cr_assert(n >= header);
    cr_expect_eq(be(s, 2), t.rport);
    cr_expect_eq(be(s + 2, 2), t.port);
    return (struct seg){be(s + 4, 4), be(s + 8, 4), be(s + 14, 2), s[13], s + header, n - header};
}

static struct seg next(void)
{
    return parse(net_next(&t));
}

static void expect_flags(struct seg s, unsigned want)
{
    cr_expect_eq(s.flags, want, "flags %x, not %x", s.flags, want);
}

// The guest connects to a port of the host; returns the host's socket.
static int connect_to(int server, uint16_t rport)
{
    t.port++;
    t.rport = rport;
    t.seq = 0xfffffff0u; // it wraps soon
    tcp_send(SYN, t.seq++, 0, 8192, "", 0);
    const struct seg s = next();
    expect_flags(s, SYN | ACK);
    cr_assert_eq(s.ack, t.seq);
    t.ack = s.seq + 1;
    tcp_send(ACK, t.seq, t.ack, 8192, "", 0);
    const int fd = accept(server, NULL, NULL);
    cr_assert(fd >= 0);
    return fd;
}

static void start(int *server, uint16_t *port)
{
    *server = net_listener(SOCK_STREAM, port);
    net_start(&t, "user");
    net_announce(&t);
    t.port = 1000;
}

static void expect_text(int fd, const char *want)
{
    char buf[100];
    const size_t n = strlen(want);
    cr_assert_eq(recv(fd, buf, sizeof buf, 0), (ssize_t)n);
    cr_expect(!memcmp(buf, want, n));
}

Test(usernet_tcp, conversation_and_close_by_the_guest)
{
    int server;
    uint16_t port;
    start(&server, &port);
    const int fd = connect_to(server, port);
    tcp_send(ACK | PSH, t.seq, t.ack, 8192, "question", 8);
    t.seq += 8;
    expect_text(fd, "question");
    struct seg s = next();
    expect_flags(s, ACK);
    cr_expect_eq(s.ack, t.seq);
    send(fd, "answer", 6, 0);
    s = next();
    expect_flags(s, ACK | PSH);
    cr_expect(s.seq == t.ack && s.len == 6 && !memcmp(s.data, "answer", 6));
    t.ack += 6;
    // Half closed: the host may still send.
    tcp_send(ACK | FIN, t.seq++, t.ack, 8192, "", 0);
    s = next();
    expect_flags(s, ACK);
    cr_expect_eq(s.ack, t.seq);
    expect_text(fd, "");
    send(fd, "more", 4, 0);
    s = next();
    cr_expect(s.len == 4 && s.seq == t.ack);
    t.ack += 4;
    tcp_send(ACK, t.seq, t.ack, 8192, "", 0);
    close(fd);
    s = next();
    expect_flags(s, ACK | PSH | FIN);
    tcp_send(ACK, t.seq, ++t.ack, 8192, "", 0);
    // It is over: anything else is reset.
    tcp_send(ACK, t.seq, t.ack, 8192, "", 0);
    s = next();
    expect_flags(s, RST);
    cr_expect_eq(s.seq, t.ack);
    net_end(&t);
    close(server);
}

Test(usernet_tcp, close_by_the_host_and_time_wait)
{
    int server;
    uint16_t port;
    start(&server, &port);
    const int fd = connect_to(server, port);
    const unsigned watches = t.loop.nfds;
    send(fd, "bye", 3, 0);
    shutdown(fd, SHUT_WR);
    struct seg s = next();
    cr_expect_eq(s.len, 3);
    if (!(s.flags & FIN)) s = next();
    cr_expect(s.flags & FIN);
    t.ack += 4;
    tcp_send(ACK, t.seq, t.ack, 8192, "", 0);
    tcp_send(ACK | PSH, t.seq, t.ack, 8192, "late", 4); // half closed the other way
    t.seq += 4;
    expect_flags(next(), ACK);
    expect_text(fd, "late");
    tcp_send(ACK | FIN, t.seq++, t.ack, 8192, "", 0);
    s = next();
    cr_expect_eq(s.ack, t.seq);
    expect_text(fd, "");
    tcp_send(ACK | FIN, t.seq - 1, t.ack, 8192, "", 0); // the last ACK got lost
    s = next();
    expect_flags(s, ACK);
    cr_expect_eq(s.ack, t.seq);
    net_pass(&t, 6000);
    cr_expect_lt(t.loop.nfds, watches);
    tcp_send(ACK, t.seq, t.ack, 8192, "", 0);
    expect_flags(next(), RST);
    net_end(&t);
    close(fd);
    close(server);
}

Test(usernet_tcp, refused_and_reset)
{
    int server;
    uint16_t port;
    start(&server, &port);
    t.rport = net_free_port(SOCK_STREAM);
    tcp_send(SYN, 100, 0, 8192, "", 0);
    struct seg s = next();
    expect_flags(s, RST | ACK);
    cr_expect_eq(s.ack, 101);
    cr_expect_eq(s.seq, 0);
    // The guest resets: a number that is not the next one does nothing but ask.
    int fd = connect_to(server, port);
    char c;
    tcp_send(RST, t.seq + 5, 0, 0, "", 0);
    expect_flags(next(), ACK);
    tcp_send(RST, t.seq, 0, 0, "", 0);
    cr_expect(recv(fd, &c, 1, 0) < 0 && errno == ECONNRESET);
    close(fd);
    // The host resets.
    fd = connect_to(server, port);
    const struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    s = next();
    expect_flags(s, RST | ACK);
    cr_expect_eq(s.seq, t.ack);
    // A SYN in the middle of a connection: the guest forgot it. It learns, resets, and starts again.
    fd = connect_to(server, port);
    tcp_send(SYN, 5000, 0, 8192, "", 0);
    s = next();
    expect_flags(s, ACK);
    cr_expect_eq(s.ack, t.seq);
    tcp_send(RST, s.ack, 0, 0, "", 0);
    tcp_send(SYN, 5000, 0, 8192, "", 0);
    s = next();
    expect_flags(s, SYN | ACK);
    cr_expect_eq(s.ack, 5001);
    tcp_send(SYN, 5000, 0, 8192, "", 0); // once more, because the answer got lost
    cr_expect_eq(next().seq, s.seq);
    net_end(&t);
    close(fd);
    close(server);
}

static uint8_t pattern(uint32_t i)
{
    return (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

// From the host, with a window of wnd bytes; the guest loses every `lossy`th segment.
static void download(unsigned wnd, unsigned lossy)
{
    int server;
    uint16_t port;
    start(&server, &port);
    const int fd = connect_to(server, port);
    tcp_send(ACK, t.seq, t.ack, wnd, "", 0);
    static uint8_t data[BIG];
    for (uint32_t i = 0; i < BIG; i++)
        data[i] = pattern(i);
    uint32_t sent = 0, got = 0, count = 0;
    bool closed = false, fin = false;
    for (int idle = 0; !fin && idle < 200;) {
        const ssize_t n = sent < BIG ? send(fd, data + sent, BIG - sent, MSG_DONTWAIT) : 0;
        if (n > 0) sent += (uint32_t)n;
        if (sent == BIG && !closed) closed = !shutdown(fd, SHUT_WR);
        net_turn(&t, 0);
        if (!t.n) {
            net_pass(&t, 500);
            idle++;
            continue;
        }
        const struct seg s = next();
        if (lossy && ++count % lossy == 0) continue;
        if (s.seq == t.ack) {
            cr_assert(s.len <= MSS && s.len <= wnd);
            for (size_t i = 0; i < s.len; i++)
                cr_assert_eq(s.data[i], pattern(got + (uint32_t)i));
            got += (uint32_t)s.len;
            t.ack += (uint32_t)s.len;
            if (s.flags & FIN) fin = true, t.ack++;
        }
        tcp_send(ACK, t.seq, t.ack, wnd, "", 0);
        idle = 0;
    }
    cr_expect_eq(got, BIG, "%u of %u bytes came", got, BIG);
    cr_expect(fin);
    net_end(&t);
    close(fd);
    close(server);
}

Test(usernet_tcp, download)
{
    download(65535, 0);
}

Test(usernet_tcp, download_through_a_small_window)
{
    download(1000, 0);
}

Test(usernet_tcp, download_with_losses)
{
    download(20000, 5);
}

// To the host, which reads slowly; every `lossy`th segment is not sent at first.
static void upload(unsigned lossy)
{
    int server;
    uint16_t port;
    start(&server, &port);
    const int fd = connect_to(server, port);
    uint32_t una = 0, got = 0, edge = 8192, count = 0;
    const uint32_t base = t.seq;
    for (int rounds = 0; got < BIG && rounds < 20000; rounds++) {
        for (uint32_t at = una; at < BIG && at + MSS <= edge;) {
            uint8_t data[MSS];
            const uint32_t n = BIG - at < MSS ? BIG - at : MSS;
            for (uint32_t i = 0; i < n; i++)
                data[i] = pattern(at + i);
            if (!lossy || ++count % lossy) tcp_send(ACK | PSH, base + at, t.ack, 8192, data, n);
            at += n;
        }
        while (t.n) {
            const struct seg s = next();
            if ((int32_t)(s.ack - base - una) > 0) una = s.ack - base;
            cr_assert_leq(una, BIG);
            edge = s.ack - base + s.wnd;
        }
        uint8_t buf[10000];
        const ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);
        for (ssize_t i = 0; i < n; i++)
            cr_assert_eq(buf[i], pattern(got + (uint32_t)i));
        if (n > 0) got += (uint32_t)n;
        net_turn(&t, 0);
        net_pass(&t, 10);
    }
    cr_expect_eq(got, BIG);
    net_end(&t);
    close(fd);
    close(server);
}

Test(usernet_tcp, upload)
{
    upload(0);
}

Test(usernet_tcp, upload_with_losses)
{
    upload(7);
}

// A guest that does not answer is given up, and the host told.
Test(usernet_tcp, gives_up)
{
    int server;
    uint16_t port;
    char c;
    start(&server, &port);
    const int fd = connect_to(server, port);
    const unsigned watches = t.loop.nfds;
    send(fd, "x", 1, 0);
    for (int i = 0; i < 500; i++) {
        net_turn(&t, i ? 0 : 100);
        net_pass(&t, 1000);
        t.n = 0;
    }
    cr_expect_lt(t.loop.nfds, watches);
    cr_expect(recv(fd, &c, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET);
    net_end(&t);
    close(fd);
    close(server);
}

// A closed window is asked about, and the connection kept.
Test(usernet_tcp, closed_window)
{
    int server;
    uint16_t port;
    start(&server, &port);
    const int fd = connect_to(server, port);
    tcp_send(ACK, t.seq, t.ack, 0, "", 0);
    send(fd, "abc", 3, 0);
    net_expect_silence(&t);
    for (int i = 0; i < 30; i++) {
        net_pass(&t, 65000);
        const struct seg s = next();
        cr_assert(s.seq == t.ack && s.len == 1 && s.data[0] == 'a');
        tcp_send(ACK, t.seq, t.ack, 0, "", 0);
    }
    tcp_send(ACK, t.seq, t.ack, 100, "", 0);
    const struct seg s = next();
    cr_expect(s.len == 3 && !memcmp(s.data, "abc", 3));
    net_end(&t);
    close(fd);
    close(server);
}

Test(usernet_tcp, forwarded_port)
{
    char spec[100];
    const uint16_t port = net_free_port(SOCK_STREAM), refused = net_free_port(SOCK_STREAM);
    snprintf(spec, sizeof spec, "user,restrict=on,hostfwd=tcp:127.0.0.1:%u-:22,hostfwd=tcp::%u-10.0.2.15:23",
             port, refused);
    net_start(&t, spec);
    net_announce(&t);
    int fd = net_client(SOCK_STREAM, port);
    size_t n;
    const struct net_frame *f = net_next(&t);
    cr_expect_eq(be(f->data + 26, 4), GATEWAY);
    t.port = 22;
    t.rport = (uint16_t)be(net_payload(f, TCP, &n), 2);
    struct seg s = parse(f);
    expect_flags(s, SYN);
    t.seq = 777;
    t.ack = s.seq + 1;
    net_pass(&t, 1500); // again
    s = next();
    expect_flags(s, SYN);
    cr_expect_eq(s.seq + 1, t.ack);
    tcp_send(SYN | ACK, t.seq++, t.ack, 8192, "", 0);
    expect_flags(next(), ACK);
    send(fd, "hi", 2, 0);
    s = next();
    cr_expect(s.len == 2 && !memcmp(s.data, "hi", 2));
    tcp_send(ACK | PSH, t.seq, t.ack + 2, 8192, "ho", 2);
    expect_text(fd, "ho");
    close(fd);
    // Nobody listens in the guest.
    fd = net_client(SOCK_STREAM, refused);
    while ((f = net_next(&t)), be(net_payload(f, TCP, &n) + 2, 2) != 23)
        ;
    t.port = 23;
    t.rport = (uint16_t)be(net_payload(f, TCP, &n), 2);
    tcp_send(RST | ACK, 0, parse(f).seq + 1, 0, "", 0);
    char c;
    cr_expect(recv(fd, &c, 1, 0) < 0 && errno == ECONNRESET);
    // Restricted: the guest itself gets nowhere.
    t.n = 0;
    t.port = 99;
    t.rport = port;
    tcp_send(SYN, 1, 0, 8192, "", 0);
    expect_flags(next(), RST | ACK);
    net_end(&t);
    close(fd);
}

Test(usernet_tcp, many_connections)
{
    int server, fd[256];
    uint16_t port;
    start(&server, &port);
    for (unsigned i = 0; i < 256; i++)
        fd[i] = connect_to(server, port);
    t.port++;
    tcp_send(SYN, 1, 0, 8192, "", 0);
    expect_flags(next(), RST | ACK);
    for (unsigned i = 0; i < 256; i++)
        send(fd[i], &i, sizeof i, 0);
    unsigned n = 0;
    for (int i = 0; i < 100 && n < 256; i++) {
        net_turn(&t, 10);
        for (; t.n; n++) {
            const struct net_frame *f = net_next(&t);
            cr_expect_eq(be(f->data + 36, 2) - 1001, f->data[54], "data of another connection");
        }
        netdev_poll(t.dev);
    }
    cr_expect_eq(n, 256);
    // What has been unused for ten minutes makes room.
    clock_advance(&t.clock, 601ull * 1000000000);
    const int another = connect_to(server, port);
    close(another);
    net_end(&t);
    for (unsigned i = 0; i < 256; i++)
        close(fd[i]);
    close(server);
}

// Segments with any bit of their header turned (and the sum made right), while a connection is there.
Test(usernet_tcp, damaged_segments)
{
    int server;
    uint16_t port;
    start(&server, &port);
    int fd = connect_to(server, port);
    for (unsigned bit = 4 * 8; bit < 24 * 8; bit++) {
        uint8_t m[100];
        const size_t n = tcp_message(m, ACK | (bit & 1 ? SYN : 0), t.seq, t.ack, 8192, "damaged", 7);
        m[bit / 8] ^= (uint8_t)(1 << bit % 8);
        put(m + 16, 2, 0);
        put(m + 16, 2, net_sum(net_pseudo(GUEST, GATEWAY, TCP, n), m, n));
        for (size_t cut = 0; cut <= n; cut++)
            net_send_ip(&t, GATEWAY, TCP, m, cut);
        net_send_ip(&t, GATEWAY, TCP, m, n);
        t.n = 0;
    }
    net_end(&t);
    close(fd);
    close(server);
}
