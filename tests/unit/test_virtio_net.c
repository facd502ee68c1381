// The virtio network device, with the user network behind it: both header sizes, checksums left to it, bad
// buffers, a sender without end.
#include <unistd.h>

#include "host/loop.h"
#include "host/netdev.h"
#include "virtio_env.h"

enum {
    CSUM = 1,
    GUEST_CSUM = 2,
    RX = 0,
    TX = 1,
    OUT = DATA,
    IN = DATA + 0x1000,
    BUFFER = 1526,
    ICMP_AT = 34
};

static struct dev_test t;
static struct loop loop;
static struct netdev *net;
static uint32_t header; // its size

static void start(const bool *modern, uint32_t features)
{
    clock_init(&t.clock, true, &loop);
    cr_assert(loop_init(&loop, &t.clock, NULL));
    net = netdev_open("user,nic=virtio", &loop, &t.clock);
    cr_assert(net);
    dev_test_start(&t, &virtio_net_class, modern, net);
    drive(&t, features, 2);
    header = modern && *modern ? 12 : 10;
}

static void end(void)
{
    dev_test_end(&t);
    netdev_close(net);
    close(loop.wake_fd);
}

static void give_buffer(unsigned i, uint32_t len)
{
    put_desc(&t, ring(RX), i, ENV_RAM + IN + i * 0x800, len, D_WRITE, 0);
    kick(&t, RX, i);
}

static void send(uint32_t len)
{
    put_desc(&t, ring(TX), 0, ENV_RAM + OUT, len, 0, 0);
    const unsigned before = used_idx(&t, TX);
    kick(&t, TX, 0);
    cr_expect_eq(used_idx(&t, TX), before + 1);
}

// A ping for the gateway behind the header; sum: of the ICMP part.
static uint8_t *ping(unsigned sum)
{
    static const uint8_t frame[] = "\x52\x55\x0a\0\2\2\x52\x54\0\x12\x34\x57\x08\0" // ethernet
                                   "\x45\0\0\x1c\0\0\0\0\x40\1\x62\xd1\x0a\0\2\x0f\x0a\0\2\2"
                                   "\x08\0\0\0\x12\x34\0\1";
    uint8_t *f = t.ram + OUT + header;
    memset(t.ram + OUT, 0, header);
    memcpy(f, frame, 42);
    f[ICMP_AT + 2] = (uint8_t)(sum >> 8);
    f[ICMP_AT + 3] = (uint8_t)sum;
    return f;
}

static void expect_pong(unsigned n, unsigned buffer, unsigned flags)
{
    cr_assert_eq(used_idx(&t, RX), n);
    cr_expect_eq(used_id(&t, RX, n - 1), buffer);
    cr_expect_eq(used_len(&t, RX, n - 1), header + 60);
    const uint8_t *b = t.ram + IN + buffer * 0x800;
    cr_expect_eq(b[0], flags);
    if (header == 12) cr_expect_eq(b[10], 1, "num_buffers");
    cr_expect_eq(b[header + ICMP_AT], 0, "no echo reply");
    cr_expect(!memcmp(b + header, "\x52\x54\0\x12\x34\x57", 6));
}

Test(virtio_net, configuration)
{
    start(NULL, 0);
    expect_reg(&t, V_ID, 1);
    wr(&t, V_FEATURES_SEL, 0);
    cr_expect_eq(rd(&t, V_FEATURES) & 0xffffff, 0x10023);
    for (unsigned i = 0; i < 6; i++)
        cr_expect_eq(rd_sized(&t, V_CONFIG + i, 1), "\x52\x54\0\x12\x34\x57"[i]);
    cr_expect_eq(rd_sized(&t, V_CONFIG + 6, 2), 1, "no link");
    end();
}

Test(virtio_net, ping)
{
    for (unsigned layout = 0; layout < 2; layout++) {
        const bool modern = layout;
        start(&modern, 0);
        ping(0xe5ca);
        send(header + 42);
        cr_expect_eq(used_idx(&t, RX), 0, "without a buffer");
        give_buffer(0, BUFFER); // now it comes
        expect_pong(1, 0, 0);
        cr_expect(t.line[0]);
        wr(&t, V_ACK, 1);
        cr_expect(!t.line[0]);
        give_buffer(1, BUFFER);
        send(header + 42);
        expect_pong(2, 1, 0);
        end();
    }
}

Test(virtio_net, checksums)
{
    start(NULL, CSUM | GUEST_CSUM);
    for (unsigned i = 0; i < 4; i++)
        give_buffer(i, BUFFER);
    ping(0);
    t.ram[OUT] = 1; // NEEDS_CSUM
    t.ram[OUT + 6] = ICMP_AT;
    t.ram[OUT + 8] = 2;
    send(header + 42);
    expect_pong(1, 0, 2);
    // Beyond the frame's end: it is not sent.
    static const uint16_t bad[][2] = {{ICMP_AT, 7}, {41, 0}, {42, 0}, {0xffff, 0xffff}, {0, 41}, {0xffff, 3}};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        put16(&t, OUT + 6, bad[i][0]);
        put16(&t, OUT + 8, bad[i][1]);
        send(header + 42);
    }
    cr_expect_eq(used_idx(&t, RX), 1);
    end();
}

Test(virtio_net, bad_buffers)
{
    const bool modern = true;
    start(&modern, 0);
    give_buffer(0, BUFFER);
    ping(0xe5ca);
    for (uint32_t n = 1; n < header + 42; n++)
        send(n);
    send(header + 1515); // too long
    cr_expect_eq(used_idx(&t, RX), 0);
    send(header + 42);
    expect_pong(1, 0, 0);
    give_buffer(1, 1525); // no frame of full length fits
    cr_expect(rd(&t, V_STATUS) & 0x40, "it does not ask for a reset");
    drive(&t, 0, 2);
    give_buffer(2, BUFFER);
    send(header + 42);
    expect_pong(1, 2, 0);
    end();
}

enum { ENDLESS = 1000 };
static unsigned sent;

// The driver, on another CPU: an answer has come, so it makes room for one more and sends the next ping.
static void answered(void *ctx, unsigned input, bool level)
{
    (void)ctx, (void)input;
    if (!level || sent == ENDLESS) return;
    sent++;
    offer(&t, TX, 0);
    offer(&t, RX, 0);
    wr(&t, V_ACK, 1);
}

Test(virtio_net, endless_sender)
{
    start(NULL, 0);
    t.d->irq[0] = (struct irq_line){answered, NULL, 0};
    ping(0xe5ca);
    sent = 1;
    give_buffer(0, BUFFER);
    put_desc(&t, ring(TX), 0, ENV_RAM + OUT, header + 42, 0, 0);
    kick(&t, TX, 0);
    cr_expect_eq(used_idx(&t, TX), 256u, "the others never get the lock");
    clock_fire(&t.clock);
    cr_expect_eq(used_idx(&t, TX), 256u, "they have no time");
    clock_advance(&t.clock, 1);
    clock_fire(&t.clock);
    cr_expect_eq(used_idx(&t, TX), 512u);
    pass_ns(&t, 100);
    cr_expect_eq(used_idx(&t, TX), (unsigned)ENDLESS);
    wr(&t, V_STATUS, 0);
    end();
}
