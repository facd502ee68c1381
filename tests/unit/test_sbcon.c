// The two-wire interface, with the DVI transmitter and the monitor's EDID behind it.
#include "dev/sbcon.h"
#include "dev_env.h"

enum { SET = 0, CLEAR = 4, SCL = 1, SDA = 2, DVI = 0x39, EDID = 0x50 };

static struct dev_test t;

static void lines(bool scl, bool sda)
{
    wr(&t, scl ? SET : CLEAR, SCL);
    wr(&t, sda ? SET : CLEAR, SDA);
}

static void start(void)
{
    wr(&t, SET, SDA);
    wr(&t, SET, SCL);
    wr(&t, CLEAR, SDA);
    wr(&t, CLEAR, SCL);
}

static void stop(void)
{
    wr(&t, CLEAR, SDA);
    wr(&t, SET, SCL);
    wr(&t, SET, SDA);
}

static bool bit(bool out)
{
    wr(&t, out ? SET : CLEAR, SDA);
    wr(&t, SET, SCL);
    const bool in = rd(&t, SET) & SDA;
    wr(&t, CLEAR, SCL);
    return in;
}

static bool put(unsigned byte) // true: acknowledged
{
    for (int i = 7; i >= 0; i--)
        bit(byte >> i & 1);
    return !bit(true);
}

static unsigned get(bool more)
{
    unsigned v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 1 | bit(true);
    bit(!more);
    return v;
}

static unsigned read_register(unsigned address, unsigned reg)
{
    start();
    cr_assert(put(address << 1) && put(reg));
    start(); // again
    cr_assert(put(address << 1 | 1));
    const unsigned v = get(false);
    stop();
    return v;
}

static void write_register(unsigned address, unsigned reg, unsigned v)
{
    start();
    cr_assert(put(address << 1) && put(reg) && put(v));
    stop();
}

static bool answers(unsigned address)
{
    start();
    const bool there = put(address << 1);
    stop();
    return there;
}

Test(sbcon, nobody)
{
    dev_test_start(&t, &sbcon_class, NULL, NULL);
    expect_reg(&t, SET, 3);
    lines(false, true);
    expect_reg(&t, SET, 2);
    for (unsigned a = 0; a < 128; a++)
        cr_expect(!answers(a));
    dev_test_end(&t);
}

Test(sbcon, transmitter)
{
    static const struct sbcon_config config = {{1}, {2}};
    dev_test_start(&t, &sbcon_class, &config, NULL);
    for (unsigned a = 0; a < 128; a++)
        cr_expect_eq(answers(a), a == DVI, "address %#x", a);
    cr_expect_eq(read_register(DVI, 0x1b), 0xb0);
    cr_expect_eq(read_register(DVI, 0x3d), 4);
    write_register(DVI, 0x1b, 0);
    cr_expect_eq(read_register(DVI, 0x1b), 0xb0);
    write_register(DVI, 0x20, 0x5a);
    cr_expect_eq(read_register(DVI, 0x20), 0x5a);
    write_register(DVI, 0x1a, 4); // the monitor's bus
    cr_expect_eq(read_register(DVI, 0x1a), 6);
    unsigned sum = 0;
    start();
    cr_assert(put(EDID << 1) && put(0));
    start();
    cr_assert(put(EDID << 1 | 1));
    for (unsigned i = 0; i < 128; i++) {
        const unsigned v = get(i < 127);
        if (i < 8) cr_expect_eq(v, i == 0 || i == 7 ? 0 : 0xff);
        sum += v;
    }
    stop();
    cr_expect_eq(sum & 0xff, 0);
    write_register(DVI, 0x1a, 0);
    cr_expect(!answers(EDID));
    dev_test_end(&t);
}
