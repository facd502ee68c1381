// PL041 and its codec: what a driver's probe does, every register, playing silence. ARM DDI 0173.
#include "dev_env.h"

enum {
    TXCR = 4,
    SR = 8,
    ISR = 0xc,
    IE = 0x10,
    SL1RX = 0x50,
    SL1TX = 0x54,
    SL2RX = 0x58,
    SL2TX = 0x5c,
    SLFR = 0x68
};
enum { INTCLR = 0x74, MAINCR = 0x78, RESET = 0x7c, ALLINTS = 0x84, FIFO = 0x90 };
enum { EN = 1, SLOTS34 = 0x18, COMPACT = 1 << 15, FEN = 1 << 16, US = 1000 };

static struct dev_test t;

static void start(void)
{
    dev_test_start(&t, &pl041_class, NULL, NULL);
}

static uint32_t codec_read(uint32_t reg)
{
    wr(&t, SL1TX, reg << 12 | 1 << 19);
    cr_expect_eq(rd(&t, SLFR) & 0x140, 0x140);
    cr_expect_eq(rd(&t, SL1RX), reg << 12);
    const uint32_t v = rd(&t, SL2RX) >> 4;
    cr_expect_eq(rd(&t, SLFR) & 0x140, 0);
    return v;
}

static void codec_write(uint32_t reg, uint32_t v)
{
    wr(&t, SL2TX, v << 4);
    wr(&t, SL1TX, reg << 12);
}

TestSuite(pl041, .init = start);

Test(pl041, reset_values_and_id)
{
    for (uint32_t c = 0; c < 0x50; c += 0x14) {
        expect_reg(&t, c, 0);
        expect_reg(&t, c + TXCR, 0);
        expect_reg(&t, c + SR, 0xb); // both FIFOs empty
        expect_reg(&t, c + ISR, 0);
        expect_reg(&t, c + IE, 0);
    }
    expect_reg(&t, SLFR, 0xa80);
    expect_reg(&t, MAINCR, 0);
    expect_reg(&t, ALLINTS, 0);
    check_id(&t, 0x29041041);
}

Test(pl041, codec)
{
    wr(&t, SL1TX, 0x7c << 12 | 1 << 19);
    cr_expect_eq(rd(&t, SLFR) & 0x140, 0, "no answer while the interface is off");
    wr(&t, MAINCR, 0x79);
    expect_reg(&t, MAINCR, 0x79);
    cr_expect_eq(codec_read(0x7c), 0x4e53);
    cr_expect_eq(codec_read(0x7e), 0x4331);
    cr_expect_eq(codec_read(0x00), 0x0d50);
    cr_expect_eq(codec_read(0x26), 0x000f);
    codec_write(0x02, 0x1f1f);
    cr_expect_eq(codec_read(0x02), 0x1f1f);
    codec_write(0x26, 0x0300);
    cr_expect_eq(codec_read(0x26), 0x030f);
    codec_write(0x7c, 1);
    cr_expect_eq(codec_read(0x7c), 0x4e53);
    codec_write(0x00, 0);
    cr_expect_eq(codec_read(0x02), 0x8000);
    codec_write(0x02, 0);
    wr(&t, RESET, 0);
    wr(&t, RESET, 1);
    expect_reg(&t, RESET, 1);
    cr_expect_eq(codec_read(0x02), 0x8000);
}

Test(pl041, fifo_depth_can_be_probed)
{
    unsigned n = 0;
    wr(&t, TXCR, FEN | SLOTS34 | EN);
    while (!(rd(&t, SR) & 0x20) && n < 5000)
        wr(&t, FIFO, 0), n++;
    cr_expect_eq(n, 512);
    wr(&t, TXCR, 0);
    expect_reg(&t, SR, 0xb);
}

Test(pl041, plays_at_the_sample_rate)
{
    wr(&t, MAINCR, 1);
    wr(&t, TXCR, FEN | SLOTS34 | COMPACT | EN); // 48,000 words a second
    for (unsigned i = 0; i < 512; i++)
        wr(&t, FIFO + 4 * (i & 7), i);
    wr(&t, IE, 4);
    cr_expect(!t.line[0]);
    pass_ns(&t, 5300 * US); // 254 words
    cr_expect(!t.line[0]);
    cr_expect(rd(&t, SR) & 0x80);
    pass_ns(&t, 100 * US);
    cr_expect(t.line[0]);
    expect_reg(&t, ISR, 4);
    expect_reg(&t, ALLINTS, 4);
    for (unsigned i = 0; i < 200; i++)
        wr(&t, FIFO, 0);
    cr_expect(!t.line[0]);
}

Test(pl041, underrun)
{
    wr(&t, MAINCR, 1);
    wr(&t, 0x14 + TXCR, FEN | SLOTS34 | EN);
    wr(&t, 0x14 + IE, 0x20);
    for (unsigned i = 0; i < 96; i++)
        wr(&t, FIFO + 0x20, 0);
    pass_ns(&t, 990 * US);
    cr_expect(!t.line[0]);
    pass_ns(&t, 20 * US); // 96 words take a millisecond
    cr_expect(t.line[0]);
    expect_reg(&t, ALLINTS, 0x20 << 7);
    cr_expect(rd(&t, 0x14 + SR) & 0x200);
    wr(&t, INTCLR, 1 << 4);
    cr_expect(!t.line[0]);
    expect_reg(&t, 0x14 + SR, 0xb);
}
