// LAN9118 by register, with the user network on its cable.
#include "dev_env.h"
#include "host/loop.h"
#include "host/netdev.h"

enum {
    RX_DATA = 0x00,
    TX_DATA = 0x20,
    RX_STATUS = 0x40,
    RX_PEEK = 0x44,
    TX_STATUS = 0x48,
    TX_PEEK = 0x4c,
    ID_REV = 0x50,
    IRQ_CFG = 0x54,
    INT_STS = 0x58,
    INT_EN = 0x5c,
    BYTE_TEST = 0x64,
    FIFO_INT = 0x68,
    RX_CFG = 0x6c,
    TX_CFG = 0x70,
    HW_CFG = 0x74,
    RX_DP_CTRL = 0x78,
    RX_FIFO_INF = 0x7c,
    TX_FIFO_INF = 0x80,
    PMT_CTRL = 0x84,
    GPIO_CFG = 0x88,
    GPT_CFG = 0x8c,
    GPT_CNT = 0x90,
    WORD_SWAP = 0x98,
    FREE_RUN = 0x9c,
    RX_DROP = 0xa0,
    MAC_CMD = 0xa4,
    MAC_DATA = 0xa8,
    AFC_CFG = 0xac,
    E2P_CMD = 0xb0,
    E2P_DATA = 0xb4
};
enum { MAC_CR = 1, ADDRH, ADDRL, HASHH, HASHL, MII_ACC, MII_DATA };
enum { LOOPBACK = 1 << 21, RXTX = 0xc, SW_INT = 1u << 31 };

static struct dev_test t;
static struct loop loop;
static struct netdev *cable;

static void start(bool plugged)
{
    dev_test_init(&t);
    loop_init(&loop, &t.clock, NULL);
    t.clock.loop = &loop;
    cable = plugged ? netdev_open("user", &loop, &t.clock) : NULL;
    t.env.backend = cable;
    dev_test_add(&t, &lan9118_class);
}

static void end(void)
{
    dev_test_end(&t);
    if (cable) netdev_close(cable);
}

static uint32_t mac(uint32_t reg)
{
    wr(&t, MAC_CMD, 0xc0000000u | reg);
    cr_assert(!(rd(&t, MAC_CMD) >> 31));
    return rd(&t, MAC_DATA);
}

static void set_mac(uint32_t reg, uint32_t v)
{
    wr(&t, MAC_DATA, v);
    wr(&t, MAC_CMD, 0x80000000u | reg);
}

static uint32_t phy(unsigned reg)
{
    set_mac(MII_ACC, 1 << 11 | reg << 6);
    return mac(MII_DATA);
}

static void set_phy(unsigned reg, uint32_t v)
{
    set_mac(MII_DATA, v);
    set_mac(MII_ACC, 1 << 11 | reg << 6 | 2);
}

Test(lan9118, reset_values)
{
    start(true);
    expect_reg(&t, ID_REV, 0x01180001);
    expect_reg(&t, BYTE_TEST, 0x87654321);
    expect_reg(&t, IRQ_CFG, 0);
    expect_reg(&t, INT_EN, 0);
    expect_reg(&t, FIFO_INT, 0x48000000);
    expect_reg(&t, RX_CFG, 0);
    expect_reg(&t, TX_CFG, 0);
    expect_reg(&t, HW_CFG, 0x00050004);
    expect_reg(&t, RX_FIFO_INF, 0);
    expect_reg(&t, TX_FIFO_INF, 0x1200);
    expect_reg(&t, PMT_CTRL, 1);
    expect_reg(&t, GPT_CFG, 0xffff);
    expect_reg(&t, GPT_CNT, 0xffff);
    expect_reg(&t, RX_DROP, 0);
    expect_reg(&t, E2P_CMD, 0x70000100); // the address has been loaded
    cr_expect_eq(mac(MAC_CR), 0x00040000);
    cr_expect_eq(mac(ADDRL), 0x12005452);
    cr_expect_eq(mac(ADDRH), 0x5634);
    // Written and read back: only what exists
    static const uint32_t writable[][2] = {
        {IRQ_CFG, 0xff000111},  {INT_EN, 0x83bfe79f},  {FIFO_INT, 0xffff00ff}, {RX_CFG, 0xcfff1f00},
        {GPIO_CFG, 0x7777071f}, {AFC_CFG, 0x00ffffff}, {WORD_SWAP, 0xffffffff}};
    for (unsigned i = 0; i < sizeof writable / sizeof *writable; i++) {
        wr(&t, writable[i][0], 0xffffffff);
        cr_expect_eq(rd(&t, writable[i][0]), writable[i][1], "register %x: %x", writable[i][0],
                     rd(&t, writable[i][0]));
    }
    wr(&t, HW_CFG, 1); // soft reset: what the datasheet calls NASR stays
    expect_reg(&t, IRQ_CFG, 0x11);
    expect_reg(&t, GPIO_CFG, 0x70070000);
    expect_reg(&t, FIFO_INT, 0x48000000);
    for (uint32_t r = 0; r < 0x100; r += 4) { // everything can be read and written in every size
        wr(&t, r, 0);
        rd(&t, r);
        for (unsigned b = 0; b < 4; b++)
            wr_sized(&t, r + b, 1, 0), rd_sized(&t, r + b, 1);
    }
    end();
}

Test(lan9118, phy)
{
    start(true);
    cr_expect_eq(phy(0), 0x3000);
    cr_expect_eq(phy(1), 0x782d);
    cr_expect_eq(phy(2), 0x0007);
    cr_expect_eq(phy(3), 0xc0d1);
    cr_expect_eq(phy(4), 0x01e1);
    cr_expect_eq(phy(5), 0x45e1);
    cr_expect_eq(phy(31) & 0x1c, 0x18, "not 100 Mbit/s full duplex");
    set_mac(MII_ACC, 2 << 11 | 2 << 6);
    cr_expect_eq(mac(MII_DATA), 0xffff, "a PHY at address 2");
    // Interrupt: negotiation is over
    phy(29);
    cr_expect_eq(phy(29), 0);
    set_phy(30, 0x40);
    wr(&t, IRQ_CFG, 0x100);
    wr(&t, INT_EN, 1 << 18);
    cr_expect(!t.line[0]);
    set_phy(0, 0x1200);
    cr_expect(t.line[0]);
    phy(29);
    wr(&t, INT_STS, 1 << 18);
    cr_expect(!t.line[0]);
    set_phy(0, 0x0800); // power-down
    cr_expect(!(phy(1) & 4));
    set_phy(0, 0x8000);
    cr_expect_eq(phy(0), 0x3000);
    end();
    start(false);
    cr_expect_eq(phy(1), 0x7809);
    cr_expect_eq(phy(5), 0);
    end();
}

Test(lan9118, eeprom)
{
    start(false);
    for (unsigned i = 0; i < 7; i++) {
        wr(&t, E2P_CMD, 0x80000000u | i);
        cr_expect_eq(rd(&t, E2P_DATA), "\xa5\x52\x54\x00\x12\x34\x56"[i] & 0xff);
    }
    wr(&t, E2P_DATA, 0x99);
    wr(&t, E2P_CMD, 0xb0000006); // write, while that is disabled
    wr(&t, E2P_CMD, 0x80000006);
    expect_reg(&t, E2P_DATA, 0x56);
    wr(&t, E2P_CMD, 0xa0000000u);
    wr(&t, E2P_DATA, 0x99);
    wr(&t, E2P_CMD, 0xb0000006);
    wr(&t, E2P_CMD, 0xf0000000u); // reload
    cr_expect_eq(mac(ADDRH), 0x9934);
    wr(&t, E2P_CMD, 0xe0000000u); // erase all: nothing to load
    wr(&t, HW_CFG, 1);
    cr_expect_eq(mac(ADDRH), 0xffff);
    cr_expect(!(rd(&t, E2P_CMD) & 0x100));
    end();
}

Test(lan9118, timers)
{
    start(false);
    wr(&t, IRQ_CFG, 0x100);
    wr(&t, INT_EN, 1 << 19);
    wr(&t, GPT_CFG, 0x20000000 | 99); // 10 ms
    pass_ns(&t, 5000000);
    expect_reg(&t, GPT_CNT, 49);
    cr_expect(!t.line[0]);
    pass_ns(&t, 5000000);
    cr_expect(t.line[0]);
    wr(&t, INT_STS, 1 << 19);
    cr_expect(!t.line[0]);
    pass_ns(&t, 10000000);
    cr_expect_eq(t.edges[0], 2, "it does not go on");
    wr(&t, GPT_CFG, 0);
    cr_expect_null(t.clock.timers);
    const uint32_t before = rd(&t, FREE_RUN);
    clock_advance(&t.clock, 1000000);
    cr_expect_eq(rd(&t, FREE_RUN) - before, 25000);
    wr(&t, INT_EN, SW_INT);
    cr_expect(t.line[0]);
    cr_expect(rd(&t, IRQ_CFG) & 0x1000);
    wr(&t, INT_STS, SW_INT);
    cr_expect(!t.line[0]);
    end();
}

// Sends a frame of n bytes (what is at data, then zeros) in one buffer.
static void transmit(const uint8_t *data, unsigned n, unsigned offset)
{
    wr(&t, TX_DATA, offset << 16 | 0x3000 | n);
    wr(&t, TX_DATA, 0xbeef0000u | n);
    for (unsigned i = 0; i < (offset + n + 3) / 4; i++) {
        uint32_t v = 0;
        for (unsigned b = 0; b < 4; b++)
            if (4 * i + b >= offset && 4 * i + b - offset < n)
                v |= (uint32_t)data[4 * i + b - offset] << 8 * b;
        wr(&t, TX_DATA, v);
    }
}

static void go(uint32_t cr)
{
    set_mac(MAC_CR, cr | RXTX);
    wr(&t, TX_CFG, 2);
}

Test(lan9118, loopback)
{
    uint8_t frame[200];
    start(false);
    for (unsigned i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)i;
    memset(frame, 0xff, 6);
    wr(&t, FIFO_INT, 0);
    wr(&t, IRQ_CFG, 0x100);
    wr(&t, INT_EN, 8); // RSFL
    go(LOOPBACK);
    for (unsigned offset = 0; offset < 32; offset++) {
        wr(&t, RX_CFG, offset << 8);
        transmit(frame, sizeof frame, offset);
        cr_expect(t.line[0], "no interrupt");
        cr_expect_eq(rd(&t, TX_PEEK), 0xbeef0000u);
        cr_expect_eq(rd(&t, TX_FIFO_INF) >> 16, 1);
        cr_expect_eq(rd(&t, TX_STATUS), 0xbeef0000u);
        cr_expect_eq(rd(&t, RX_FIFO_INF), 1 << 16 | 204);
        cr_expect_eq(rd(&t, RX_PEEK), 204 << 16 | 0x2020);
        cr_expect_eq(rd(&t, RX_STATUS), 204 << 16 | 0x2020);
        for (unsigned i = 0; i < (offset + 204 + 3) / 4; i++) {
            const uint32_t v = rd(&t, RX_DATA + i % 8 * 4);
            for (unsigned b = 0; b < 4; b++) {
                const unsigned at = 4 * i + b - offset;
                if (at < 200) cr_assert_eq(v >> 8 * b & 0xff, frame[at]);
            }
        }
        cr_expect_eq(rd(&t, RX_FIFO_INF), 0);
        wr(&t, INT_STS, 8);
        cr_expect(!t.line[0]);
    }
    wr(&t, RX_CFG, 2u << 30); // ends at 32 bytes
    transmit(frame, 61, 0);
    transmit(frame, 62, 0);
    for (unsigned i = 0; i < 24; i++)
        rd(&t, RX_DATA);
    cr_expect_eq(rd(&t, RX_FIFO_INF), 2 << 16 | 68);
    wr(&t, RX_DP_CTRL, 1u << 31); // skips the other
    cr_expect_eq(rd(&t, RX_FIFO_INF), 2 << 16);
    transmit(frame, 62, 0);
    wr(&t, RX_CFG, 1 << 15); // dumps
    cr_expect_eq(rd(&t, RX_FIFO_INF), 0);
    end();
}

// In two buffers, with padding to 16 bytes behind each; and what is wrong with commands.
Test(lan9118, transmit_commands)
{
    start(false);
    go(LOOPBACK);
    wr(&t, TX_DATA, 1 << 24 | 2 << 16 | 0x2000 | 20); // offset 2, first
    wr(&t, TX_DATA, 0x00010000 | 64);
    for (unsigned i = 0; i < 8; i++)
        wr(&t, TX_DATA, i ? 0x01010101 : 0xffff0000);
    wr(&t, TX_DATA, 1u << 31 | 1 << 24 | 0x1000 | 44); // last, interrupt
    wr(&t, TX_DATA, 0x00010000 | 64);
    for (unsigned i = 0; i < 12; i++)
        wr(&t, TX_DATA, 0x02020202);
    cr_expect_eq(rd(&t, TX_STATUS), 0x00010000);
    cr_expect(rd(&t, INT_STS) & 1 << 21, "no IOC");
    expect_reg(&t, TX_FIFO_INF, 0x1200);
    wr(&t, TX_DATA, 0x3000 | 4); // lengths that contradict each other
    wr(&t, TX_DATA, 0x00020000 | 64);
    wr(&t, TX_DATA, 0);
    cr_expect_eq(rd(&t, TX_STATUS), 0x00028000);
    cr_expect(rd(&t, INT_STS) & 1 << 13, "no TXE");
    wr(&t, TX_DATA, 0x1000); // a last without a first; no data at all
    wr(&t, TX_DATA, 0x00030000);
    cr_expect_eq(rd(&t, TX_STATUS), 0x00038000);
    // Off: it waits in the FIFO, which overflows in the end.
    wr(&t, TX_CFG, 1);
    cr_expect(rd(&t, INT_STS) & 1 << 25, "no TXSTOP");
    for (unsigned i = 0; i < 0x1200 / 4; i++)
        wr(&t, TX_DATA, 0);
    expect_reg(&t, TX_FIFO_INF, 0);
    cr_expect(!(rd(&t, INT_STS) & 1 << 10));
    wr(&t, TX_DATA, 0);
    cr_expect(rd(&t, INT_STS) & 1 << 10, "no TDFO");
    wr(&t, TX_CFG, 1 << 14);
    expect_reg(&t, TX_FIFO_INF, 0x1200);
    end();
}

Test(lan9118, status_fifo_fills_up)
{
    uint8_t frame[64] = {2};
    start(false);
    set_mac(MAC_CR, LOOPBACK | 8); // nothing is received
    wr(&t, TX_CFG, 2);
    for (unsigned i = 0; i < 130; i++)
        transmit(frame, 64, 0);
    cr_expect_eq(rd(&t, TX_FIFO_INF) >> 16, 128);
    cr_expect(rd(&t, INT_STS) & 1 << 8, "no TSFF");
    cr_expect_eq(rd(&t, TX_FIFO_INF) & 0xffff, 0x1200 - 2 * 72, "the others do not wait");
    rd(&t, TX_STATUS);
    rd(&t, TX_STATUS);
    expect_reg(&t, TX_FIFO_INF, 128 << 16 | 0x1200);
    wr(&t, TX_CFG, 6); // overrun is allowed
    transmit(frame, 64, 0);
    cr_expect(rd(&t, INT_STS) & 1 << 16, "no TXSO");
    wr(&t, TX_CFG, 1 << 15 | 2);
    expect_reg(&t, TX_FIFO_INF, 0x1200);
    end();
}

static bool accepted(const char *address)
{
    uint8_t frame[64] = {0};
    memcpy(frame, address, 6);
    transmit(frame, 64, 0);
    const uint32_t status = rd(&t, RX_STATUS);
    wr(&t, RX_DP_CTRL, 1u << 31);
    rd(&t, TX_STATUS);
    return status && !(status >> 30 & 1);
}

Test(lan9118, filters)
{
    static const char mine[] = "\x52\x54\x00\x12\x34\x56", other[] = "\x52\x54\x00\x12\x34\x57",
                      all[] = "\xff\xff\xff\xff\xff\xff", group[] = "\x01\x00\x5e\x00\x00\x01";
    start(false);
    go(LOOPBACK);
    cr_expect(accepted(mine) && !accepted(other) && accepted(all) && !accepted(group));
    go(LOOPBACK | 1 << 18);
    cr_expect(accepted(other) && accepted(group), "promiscuous");
    go(LOOPBACK | 1 << 19);
    cr_expect(!accepted(other) && accepted(group), "all multicast");
    go(LOOPBACK | 1 << 11);
    cr_expect(accepted(mine) && !accepted(all), "no broadcast");
    go(LOOPBACK | 1 << 17);
    cr_expect(!accepted(mine) && accepted(other), "inverse");
    // 01:00:5e:00:00:01 is number 31 of the hash table: CRC-32's upper six bits
    set_mac(HASHL, 1u << 31);
    go(LOOPBACK | 1 << 13);
    cr_expect(accepted(mine) && accepted(group) && !accepted("\x01\x00\x5e\x00\x00\x02") && !accepted(other),
              "hash");
    go((int)(LOOPBACK | 1u << 31));
    uint8_t frame[64] = {2};
    transmit(frame, 64, 0);
    cr_expect(rd(&t, RX_STATUS) >> 30 & 1, "RXALL: it is not marked");
    end();
}

Test(lan9118, halfwords)
{
    start(false);
    cr_expect_eq(rd_sized(&t, BYTE_TEST, 2), 0x4321);
    cr_expect_eq(rd_sized(&t, BYTE_TEST + 2, 2), 0x8765);
    cr_expect_eq(rd_sized(&t, BYTE_TEST + 3, 1), 0x87);
    wr_sized(&t, FIFO_INT, 2, 0x00ff);
    expect_reg(&t, FIFO_INT, 0x48000000);
    wr_sized(&t, FIFO_INT + 2, 2, 0x1234);
    expect_reg(&t, FIFO_INT, 0x123400ff);
    end();
}

// Asleep, it takes no frames but wakes at a magic packet; a write to BYTE_TEST ends the sleep.
Test(lan9118, wake_on_lan)
{
    enum { WUCSR = 12, MPR = 1 << 5, WOL_EN = 1 << 9, D1 = 1 << 12, PME_INT = 1 << 17 };
    uint8_t frame[200] = {0};
    start(false);
    memset(frame, 0xff, 6);
    memset(frame + 50, 0xff, 6);
    for (unsigned i = 0; i < 16; i++)
        memcpy(frame + 56 + 6 * i, "\x52\x54\x00\x12\x34\x56", 6);
    wr(&t, IRQ_CFG, 0x100);
    wr(&t, INT_EN, PME_INT);
    go(LOOPBACK);
    set_mac(WUCSR, 2);
    wr(&t, PMT_CTRL, D1 | WOL_EN);
    frame[80] ^= 1;
    transmit(frame, sizeof frame, 0);
    cr_expect(!t.line[0]);
    frame[80] ^= 1;
    transmit(frame, sizeof frame, 0);
    cr_expect(t.line[0]);
    cr_expect_eq(mac(WUCSR), 2 | MPR);
    expect_reg(&t, PMT_CTRL, D1 | WOL_EN | 1 << 5 | 1);
    cr_expect_eq(rd(&t, RX_FIFO_INF), 0);
    set_mac(WUCSR, MPR);
    cr_expect_eq(mac(WUCSR), 0);
    wr(&t, INT_STS, PME_INT);
    cr_expect(!t.line[0]);
    wr(&t, BYTE_TEST, 0);
    expect_reg(&t, PMT_CTRL, WOL_EN | 1 << 5 | 1);
    transmit(frame, sizeof frame, 0);
    cr_expect_eq(rd(&t, RX_FIFO_INF) >> 16, 1);
    end();
}

// Through the cable: ARP, and more answers than there is room for.
Test(lan9118, on_the_network)
{
    uint8_t f[60] = {0};
    start(true);
    go(0);
    memset(f, 0xff, 6);
    memcpy(f + 6, "\x52\x54\x00\x12\x34\x56", 6);
    memcpy(f + 12, "\x08\x06\0\1\x08\0\6\4\0\1\x52\x54\x00\x12\x34\x56\x0a\0\2\x0f\0\0\0\0\0\0\x0a\0\2\2",
           30);
    for (unsigned i = 0; i < 250; i++) {
        transmit(f, 60, 0);
        rd(&t, TX_STATUS);
    }
    unsigned got = 0;
    while (rd(&t, RX_FIFO_INF) >> 16) {
        cr_assert_eq(rd(&t, RX_STATUS), 64 << 16 | 0x20);
        for (unsigned i = 0; i < 16; i++) {
            const uint32_t v = rd(&t, RX_DATA);
            if (i == 5) cr_expect_eq(v & 0xffff, 0x0200, "no ARP reply");
        }
        got++;
    }
    // While there is room for one of any length; the network keeps 64 more.
    cr_expect_eq(got, (10560 - 1520) / 64 + 1 + 64, "%u frames", got);
    expect_reg(&t, RX_DROP, 0);
    end();
}

// Whatever a driver does: nothing breaks, and a reset brings all of it back.
Test(lan9118, any_accesses)
{
    static const uint8_t likely[] = {TX_DATA,    TX_DATA, TX_DATA, RX_DATA, RX_DATA,  RX_STATUS,
                                     TX_STATUS,  TX_CFG,  RX_CFG,  HW_CFG,  MAC_DATA, MAC_CMD,
                                     RX_DP_CTRL, INT_STS, GPT_CFG, E2P_CMD};
    static const uint32_t values[] = {0x3000,     0x3040,     0x40,       0x01001000, 0x803f3000,
                                      0x80000001, 0x8020000c, 0x02000000, 2,          6};
    uint32_t x = 1;
    start(true);
    for (unsigned i = 0; i < 400000; i++) {
        x = x * 1664525 + 1013904223;
        const uint32_t r = x >> 8, reg = r & 1 ? likely[r >> 1 & 15] : r >> 1 & 0xff;
        const uint32_t v = r & 0x200 ? values[(r >> 10) % 10] : x * 2654435761u;
        const unsigned size = r & 0x400 ? 4 : 1u << (r >> 11 & 1);
        if (r & 0x1000)
            wr_sized(&t, reg & ~(size - 1), size, v);
        else
            rd_sized(&t, reg & ~(size - 1), size);
        if (i % 1000 == 0) {
            set_mac(MAC_CR, LOOPBACK | RXTX | (v & 1u << 18));
            wr(&t, TX_CFG, 1 << 14 | 2);
        }
        if (i % 5000 == 0) pass_ns(&t, 1000000);
    }
    t.d->cls->reset(t.d);
    cr_expect(!t.line[0]);
    expect_reg(&t, TX_FIFO_INF, 0x1200);
    expect_reg(&t, RX_FIFO_INF, 0);
    expect_reg(&t, HW_CFG, 0x00050004);
    end();
}
