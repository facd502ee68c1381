// The user network, from the guest's side of the cable: ARP, DHCP, ICMP, UDP, what is malformed; specs.
#include <stdio.h>
#include <stdlib.h>

#include "net_env.h"

static struct net_test t;

Test(usernet, arp)
{
    net_start(&t, "user");
    net_announce(&t);
    uint8_t f[60] = {0};
    memcpy(f, "\xff\xff\xff\xff\xff\xff", 6);
    memcpy(f + 6, guest_mac, 6);
    put(f + 12, 2, 0x0806);
    memcpy(f + 14, "\0\1\x08\0\6\4\0\1", 8);
    memcpy(f + 22, guest_mac, 6);
    put(f + 38, 4, 0x0a000203); // the name server answers, other addresses do not
    netdev_send(t.dev, f, sizeof f);
    cr_expect_eq(be(net_next(&t)->data + 28, 4), 0x0a000203);
    put(f + 38, 4, 0x0a00024d);
    netdev_send(t.dev, f, sizeof f);
    put(f + 38, 4, GATEWAY);
    for (size_t n = 0; n < 42; n++)
        netdev_send(t.dev, f, n);
    net_expect_silence(&t);
    net_end(&t);
}

static size_t dhcp(uint8_t *m, unsigned type, uint32_t requested, uint32_t ciaddr)
{
    memset(m, 0, 300);
    put(m, 4, 0x01010600);
    put(m + 4, 4, 0xdeadbeef);
    put(m + 12, 4, ciaddr);
    memcpy(m + 28, guest_mac, 6);
    put(m + 236, 4, 0x63825363);
    uint8_t *o = m + 240;
    *o++ = 0;
    *o++ = 53, *o++ = 1, *o++ = (uint8_t)type;
    if (requested) {
        *o++ = 50, *o++ = 4;
        put(o, 4, requested);
        o += 4;
    }
    *o = 255;
    return 300;
}

static const uint8_t *dhcp_option(const uint8_t *m, unsigned which)
{
    for (const uint8_t *o = m + 240; *o != 255; o += 2 + o[1])
        if (*o == which) return o + 2;
    return NULL;
}

static const uint8_t *dhcp_ask(const uint8_t *m, size_t n)
{
    uint8_t u[600], frame[NETDEV_MAX_FRAME];
    const size_t len = net_udp_message(u, 0, 68, 0xffffffff, 67, m, n);
    const size_t flen = net_ip(frame, 0, 0xffffffff, UDP, u, len, 0);
    memset(frame, 0xff, 6);
    netdev_send(t.dev, frame, flen);
    if (!t.n) return NULL;
    const struct net_frame *f = net_next(&t);
    size_t size;
    const uint8_t *r = net_payload(f, UDP, &size);
    cr_assert_eq(be(r, 4), 67 << 16 | 68);
    cr_assert_eq(be(r + 8 + 4, 4), 0xdeadbeef);
    return r + 8;
}

Test(usernet, dhcp)
{
    uint8_t m[300];
    net_start(&t, "user");
    const uint8_t *r = dhcp_ask(m, dhcp(m, 1, 0, 0));
    cr_assert(r);
    cr_expect_eq(*dhcp_option(r, 53), 2, "not an offer");
    cr_expect_eq(be(r + 16, 4), GUEST);
    cr_expect_eq(be(dhcp_option(r, 1), 4), 0xffffff00);
    cr_expect_eq(be(dhcp_option(r, 3), 4), GATEWAY);
    cr_expect_eq(be(dhcp_option(r, 54), 4), GATEWAY);
    cr_expect_eq(be(dhcp_option(r, 51), 4), 86400);
    cr_expect_null(dhcp_option(r, 6), "a name server, though dns is off");
    r = dhcp_ask(m, dhcp(m, 3, GUEST, 0));
    cr_expect_eq(*dhcp_option(r, 53), 5, "no ACK");
    r = dhcp_ask(m, dhcp(m, 3, 0, GUEST));
    cr_expect_eq(*dhcp_option(r, 53), 5, "no ACK to the renewal");
    r = dhcp_ask(m, dhcp(m, 3, 0x0a000299, 0));
    cr_expect_eq(*dhcp_option(r, 53), 6, "no NAK");
    cr_expect_eq(be(r + 16, 4), 0);
    r = dhcp_ask(m, dhcp(m, 8, 0, GUEST));
    cr_expect_eq(*dhcp_option(r, 53), 5);
    cr_expect_null(dhcp_option(r, 51), "a lease for DHCPINFORM");
    cr_expect_null(dhcp_ask(m, dhcp(m, 7, 0, GUEST)), "RELEASE was answered");
    // Cut anywhere, with options that promise more than there is
    const size_t n = dhcp(m, 3, GUEST, 0);
    for (size_t cut = 0; cut < n; cut++)
        dhcp_ask(m, cut);
    for (unsigned len = 0; len < 256; len++) {
        m[244] = (uint8_t)len;
        dhcp_ask(m, n);
    }
    net_end(&t);
}

static size_t echo(uint8_t *m, size_t n)
{
    put(m, 4, 0x08000000);
    put(m + 4, 4, 0x12340007);
    for (size_t i = 8; i < n; i++)
        m[i] = (uint8_t)(i * 7);
    put(m + 2, 2, net_sum(0, m, n));
    return n;
}

Test(usernet, ping)
{
    uint8_t m[1480];
    size_t n;
    net_start(&t, "user");
    net_announce(&t);
    net_send_ip(&t, GATEWAY, ICMP, m, echo(m, 64));
    const uint8_t *r = net_payload(net_next(&t), ICMP, &n);
    cr_expect_eq(n, 64);
    cr_expect_eq(r[0], 0);
    cr_expect_eq(net_sum(0, r, n), 0);
    cr_expect(!memcmp(r + 4, m + 4, 60));
    m[20] ^= 1; // the checksum is wrong now
    net_send_ip(&t, GATEWAY, ICMP, m, 64);
    net_send_ip(&t, 0x0a0002ff, ICMP, m, echo(m, 64));
    net_expect_silence(&t);
    net_send_ip(&t, 0x0a000263, ICMP, m, echo(m, 64)); // nobody is there
    r = net_payload(net_next(&t), ICMP, &n);
    cr_expect_eq(r[0], 3);
    cr_expect_eq(be(r + 8 + 16, 4), 0x0a000263);
    net_end(&t);
}

// 4000 bytes in three fragments, in this order and with this one sent twice.
static void fragments(const unsigned *order, unsigned n)
{
    static uint8_t m[4000];
    uint8_t frame[NETDEV_MAX_FRAME];
    echo(m, sizeof m);
    for (unsigned i = 0; i < n; i++) {
        const size_t offset = order[i] * 1480, len = sizeof m - offset < 1480 ? sizeof m - offset : 1480;
        netdev_send(t.dev, frame,
                    net_ip(frame, GUEST, GATEWAY, ICMP, m + offset, len,
                           (unsigned)(offset / 8) | (order[i] < 2 ? 0x2000 : 0)));
    }
}

Test(usernet, fragments)
{
    static const unsigned orders[][4] = {{0, 1, 2, 9}, {2, 1, 0, 9}, {1, 1, 2, 0}, {2, 0, 0, 1}};
    net_start(&t, "user");
    net_announce(&t);
    for (unsigned i = 0; i < 4; i++) {
        fragments(orders[i], i < 2 ? 3 : 4);
        uint8_t whole[4096];
        size_t total = 0;
        for (unsigned k = 0; k < 3; k++) {
            size_t n;
            const struct net_frame *f = net_next(&t);
            const uint8_t *r = net_payload(f, ICMP, &n);
            const unsigned flags = be(f->data + 14 + 6, 2);
            cr_assert_eq((flags & 0x1fff) * 8, total);
            cr_assert_eq(!(flags & 0x2000), k == 2);
            memcpy(whole + total, r, n);
            total += n;
        }
        cr_expect_eq(total, 4000);
        cr_expect_eq(whole[0], 0);
        cr_expect_eq(net_sum(0, whole, total), 0);
    }
    fragments(orders[0], 2); // never whole
    net_pass(&t, 20000);
    fragments(&orders[0][2], 1);
    net_expect_silence(&t);
    // Too long together, of a length that is no multiple of 8, and many at once
    uint8_t frame[NETDEV_MAX_FRAME], data[1480] = {0};
    netdev_send(t.dev, frame, net_ip(frame, GUEST, GATEWAY, ICMP, data, 1480, 0x1fff));
    netdev_send(t.dev, frame, net_ip(frame, GUEST, GATEWAY, ICMP, data, 1479, 0x2001));
    for (uint32_t i = 0; i < 50; i++)
        netdev_send(t.dev, frame, net_ip(frame, GUEST, 0x0a000300 + i, UDP, data, 1480, 0x2000));
    net_expect_silence(&t);
    net_end(&t);
}

Test(usernet, udp)
{
    uint16_t port;
    const int server = net_listener(SOCK_DGRAM, &port);
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    char buf[2000];
    size_t n;
    net_start(&t, "user");
    net_announce(&t);
    net_udp(&t, 4000, GATEWAY, port, "hello", 5);
    cr_assert_eq(recvfrom(server, buf, sizeof buf, 0, (struct sockaddr *)&from, &len), 5);
    cr_expect(!memcmp(buf, "hello", 5));
    sendto(server, "answer", 6, 0, (struct sockaddr *)&from, len);
    const struct net_frame *f = net_next(&t);
    const uint8_t *r = net_payload(f, UDP, &n);
    cr_expect_eq(be(f->data + 14 + 12, 4), GATEWAY);
    cr_expect_eq(be(r, 4), (uint32_t)port << 16 | 4000);
    cr_expect_eq(n, 14);
    cr_expect(!memcmp(r + 8, "answer", 6));
    // The same port of the guest keeps its socket; a datagram of no bytes is one, too.
    net_udp(&t, 4000, GATEWAY, port, "", 0);
    struct sockaddr_in again;
    cr_expect_eq(recvfrom(server, buf, sizeof buf, 0, (struct sockaddr *)&again, &len), 0);
    cr_expect_eq(again.sin_port, from.sin_port);
    memset(buf, 'x', sizeof buf);
    sendto(server, buf, sizeof buf, 0, (struct sockaddr *)&from, len); // two fragments
    net_payload(net_next(&t), UDP, &n);
    cr_expect_eq(n, 1480);
    net_payload(net_next(&t), UDP, &n);
    cr_expect_eq(n, 528);
    // After two minutes the flow is gone.
    const unsigned watches = t.loop.nfds;
    net_pass(&t, 121000);
    cr_expect_eq(t.loop.nfds, watches - 1);
    close(server);
    net_udp(&t, 4001, GATEWAY, port, "x", 1); // nobody listens
    r = net_payload(net_next(&t), ICMP, &n);
    cr_expect_eq(be(r, 2), 0x0303, "no port unreachable");
    cr_expect_eq(be(r + 8 + 20, 4), 4001u << 16 | port);
    net_end(&t);
}

Test(usernet, udp_flows_are_bounded)
{
    uint16_t port;
    const int server = net_listener(SOCK_DGRAM, &port);
    net_start(&t, "user");
    net_announce(&t);
    for (unsigned i = 0; i < 1000; i++)
        net_udp(&t, (uint16_t)(2000 + i), GATEWAY, port, "x", 1);
    cr_expect_leq(t.loop.nfds, 128);
    net_end(&t);
    close(server);
}

Test(usernet, udp_forward)
{
    char spec[100], buf[10];
    size_t n;
    const uint16_t port = net_free_port(SOCK_DGRAM);
    snprintf(spec, sizeof spec, "user,restrict=on,hostfwd=udp::%u-:69", port);
    net_start(&t, spec);
    const int client = net_client(SOCK_DGRAM, port), stranger = net_listener(SOCK_DGRAM, &(uint16_t){0});
    send(client, "in", 2, 0);
    // The guest's address is not known yet: it is asked for, and the datagram waits.
    const struct net_frame *f = net_next(&t);
    cr_assert_eq(be(f->data + 12, 2), 0x0806);
    cr_assert_eq(be(f->data + 38, 4), GUEST);
    uint8_t reply[60] = {0};
    memcpy(reply, gateway_mac, 6);
    memcpy(reply + 6, guest_mac, 6);
    put(reply + 12, 2, 0x0806);
    memcpy(reply + 14, "\0\1\x08\0\6\4\0\2", 8);
    memcpy(reply + 22, guest_mac, 6);
    put(reply + 28, 4, GUEST);
    netdev_send(t.dev, reply, sizeof reply);
    const uint8_t *r = net_payload(net_next(&t), UDP, &n);
    cr_expect_eq(be(r + 2, 2), 69);
    cr_expect(n == 10 && !memcmp(r + 8, "in", 2));
    net_udp(&t, 69, GATEWAY, (uint16_t)be(r, 2), "out", 3);
    cr_expect_eq(recv(client, buf, sizeof buf, MSG_DONTWAIT), 3);
    // Restricted: nobody else is reached.
    net_udp(&t, 69, GATEWAY, 9, "no", 2);
    r = net_payload(net_next(&t), ICMP, &n);
    cr_expect_eq(be(r, 2), 0x030d);
    net_end(&t);
    close(client);
    close(stranger);
}

// No room: frames wait, and come in order when there is some.
Test(usernet, waits_for_the_guest)
{
    uint8_t m[64];
    size_t n;
    net_start(&t, "user");
    net_announce(&t);
    t.full = true;
    for (unsigned i = 0; i < 500; i++) {
        echo(m, sizeof m);
        put(m + 6, 2, i);
        put(m + 2, 2, 0);
        put(m + 2, 2, net_sum(0, m, sizeof m));
        net_send_ip(&t, GATEWAY, ICMP, m, sizeof m);
    }
    cr_expect_eq(t.n, 0);
    t.full = false;
    netdev_poll(t.dev);
    cr_expect_eq(t.n, 64);
    for (unsigned i = 0; t.n; i++)
        cr_expect_eq(be(net_payload(net_next(&t), ICMP, &n) + 6, 2), i);
    net_end(&t);
}

// Frames that are cut short, or have any bit turned, do no harm; whatever comes back is well-formed.
static void damage(const uint8_t *frame, size_t n)
{
    uint8_t f[NETDEV_MAX_FRAME];
    for (size_t cut = 0; cut <= n; cut++) {
        uint8_t *exact = malloc(cut ? cut : 1); // so that a sanitizer sees the end
        memcpy(exact, frame, cut);
        netdev_send(t.dev, exact, cut);
        free(exact);
        t.n = 0;
    }
    for (size_t bit = 12 * 8; bit < n * 8; bit++) {
        memcpy(f, frame, n);
        f[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const unsigned header = (f[14] & 15u) * 4;
        if (bit < 34 * 8 && 14 + header <= n) { // with a checksum that is right all the same
            put(f + 24, 2, 0);
            put(f + 24, 2, net_sum(0, f + 14, header));
        }
        netdev_send(t.dev, f, n);
        t.n = 0;
    }
}

Test(usernet, damaged_frames)
{
    uint8_t frame[NETDEV_MAX_FRAME], m[400], data[300];
    net_start(&t, "user,restrict=on");
    net_announce(&t);
    damage(frame, net_ip(frame, GUEST, GATEWAY, ICMP, m, echo(m, 40), 0));
    damage(frame, net_ip(frame, GUEST, GATEWAY, ICMP, m, echo(m, 40), 0x2000));
    const size_t n = dhcp(data, 3, GUEST, 0);
    damage(frame,
           net_ip(frame, 0, 0xffffffff, UDP, m, net_udp_message(m, 0, 68, 0xffffffff, 67, data, n), 0));
    memset(m, 0, 24);
    put(m, 4, 1000u << 16 | 80);
    m[12] = 0x60, m[13] = SYN;
    put(m + 20, 4, 0x020405b4);
    put(m + 16, 2, net_sum(net_pseudo(GUEST, GATEWAY, TCP, 24), m, 24));
    damage(frame, net_ip(frame, GUEST, GATEWAY, TCP, m, 24, 0));
    uint8_t big[3000] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    netdev_send(t.dev, big, sizeof big);
    net_expect_silence(&t);
    net_end(&t);
}

Test(usernet, specs)
{
    static const char *const good[] = {"none", "user", "user,nic=virtio", "user,dns=off,restrict=on"};
    static const char *const bad[] = {"",
                                      "users",
                                      "tap",
                                      "user,",
                                      "user,what",
                                      "user,dns=maybe",
                                      "user,nic=ne2000",
                                      "user,hostfwd=",
                                      "user,hostfwd=tcp:80-:80",
                                      "user,hostfwd=tcp::0-:80",
                                      "user,hostfwd=tcp::80000-:80",
                                      "user,hostfwd=tcp::8080",
                                      "user,hostfwd=icmp::1-:1",
                                      "user,hostfwd=tcp::8080-8.8.8.8:80",
                                      "user,hostfwd=tcp:1.2.3:8080-10.0.2.2:80",
                                      "user,hostfwd=tcp:300.1.1.1:80-:80",
                                      "user,hostfwd=tcp:203.0.113.1:8080-:80"};
    struct clock clock;
    struct loop loop;
    clock_init(&clock, true, &loop);
    loop_init(&loop, &clock, NULL);
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        struct netdev *d = netdev_open(good[i], &loop, &clock);
        cr_assert(d, "%s", good[i]);
        cr_expect_eq(netdev_nic(d), i == 2 ? NETDEV_VIRTIO : NETDEV_LAN9118);
        netdev_send(d, (const uint8_t *)"", 0);
        netdev_poll(d);
        netdev_close(d);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_null(netdev_open(bad[i], &loop, &clock), "%s", bad[i]);
    cr_expect_eq(loop.nfds, 0);
    close(loop.wake_fd);
}
