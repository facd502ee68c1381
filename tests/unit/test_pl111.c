// PL111: registers, interrupts and the pixels of every format; and the DVI transmitter behind it.
#include "dev/pl111.h"
#include "dev_env.h"
#include "host/display.h"
#include "host/display_kind.h"

enum {
    TIMING0,
    TIMING1 = 4,
    TIMING2 = 8,
    UPBASE = 0x10,
    LPBASE = 0x14,
    CONTROL = 0x18,
    IMSC = 0x1c,
    RIS = 0x20
};
enum { MIS = 0x24, ICR = 0x28, UPCURR = 0x2c, PALETTE = 0x200, CRSR = 0xc00 };
enum { EN = 1, BW = 0x10, TFT = 0x20, DUAL = 0x80, BGR = 0x100, BEBO = 0x200, BEPO = 0x400, PWR = 0x800 };
enum {
    ON = EN | PWR | TFT,
    BPP1 = 0,
    BPP2 = 2,
    BPP4 = 4,
    BPP8 = 6,
    BPP1555 = 8,
    BPP24 = 10,
    BPP565 = 12,
    BPP444 = 14
};

static struct dev_test t;
static struct display *screen;
static uint32_t line[DISPLAY_MAX_WIDTH];

static void begin(void)
{
    static const struct pl111_config config = {.input = 0};
    screen = display_open("none", NULL);
    dev_test_start(&t, &pl111_class, &config, screen);
    wr(&t, TIMING0, 0x01010100); // 16 pixels
    wr(&t, TIMING1, 3);          // 4 lines
    wr(&t, UPBASE, ENV_RAM);
}

static void end(void)
{
    dev_test_end(&t);
    display_close(screen);
}

TestSuite(pl111, .init = begin, .fini = end);

// The first pixels of the first line.
static void expect_pixels(uint32_t control, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    const uint32_t want[] = {a, b, c, d};
    wr(&t, CONTROL, control | EN | PWR);
    display_line(screen, 0, line);
    for (unsigned i = 0; i < 4; i++)
        cr_expect_eq(line[i], want[i], "control %#x: pixel %u is %06x, not %06x", control, i, line[i],
                     want[i]);
}

Test(pl111, registers)
{
    check_id(&t, 0x00241111);
    wr(&t, TIMING0, ~0u);
    expect_reg(&t, TIMING0, 0xfffffffc);
    wr(&t, 0xc, ~0u);
    expect_reg(&t, 0xc, 0x1007f);
    wr(&t, UPBASE, ENV_RAM + 7);
    expect_reg(&t, UPBASE, ENV_RAM);
    wr(&t, CONTROL, 0xfffffffe);
    expect_reg(&t, CONTROL, 0x13ffe);
    wr(&t, IMSC, ~0u);
    expect_reg(&t, IMSC, 0x1e);
    wr(&t, PALETTE + 0x1fc, 0x12345678);
    expect_reg(&t, PALETTE + 0x1fc, 0x12345678);
    wr_sized(&t, PALETTE + 0x1fe, 2, 0xabcd);
    expect_reg(&t, PALETTE + 0x1fc, 0xabcd5678);
    cr_expect_eq(rd_sized(&t, PALETTE + 0x1ff, 1), 0xab);
    wr(&t, 0xbfc, 0x11223344);
    expect_reg(&t, 0xbfc, 0x11223344);
    wr(&t, 0xc10, ~0u);
    expect_reg(&t, 0xc10, 0x0fff0fff);
    t.d->cls->reset(t.d);
    expect_reg(&t, CONTROL, 0);
    expect_reg(&t, TIMING0, 0);
}

Test(pl111, size)
{
    unsigned w = 0, h = 0;
    cr_expect(!display_size(screen, &w, &h));
    wr(&t, CONTROL, ON);
    cr_expect(display_size(screen, &w, &h) && w == 16 && h == 4);
    wr(&t, CONTROL, EN | TFT); // no power
    cr_expect(!display_size(screen, &w, &h));
    wr(&t, CONTROL, EN | PWR | DUAL);
    cr_expect(display_size(screen, &w, &h) && w == 16 && h == 8);
    display_select(screen, 1);
    cr_expect(!display_size(screen, &w, &h));
}

Test(pl111, formats)
{
    memcpy(t.ram, "\x1f\x00\xe0\x07\x00\xf8\xff\xff", 8);
    expect_pixels(TFT | BPP565, 0xff0000, 0x00ff00, 0x0000ff, 0xffffff);
    expect_pixels(TFT | BPP565 | BGR, 0x0000ff, 0x00ff00, 0xff0000, 0xffffff);
    memcpy(t.ram, "\x1f\x00\xe0\x03\x00\x7c\xff\x7f", 8);
    expect_pixels(TFT | BPP1555, 0xff0000, 0x00ff00, 0x0000ff, 0xffffff);
    memcpy(t.ram, "\x00\x1f\x03\xe0\x7c\x00\x7f\xff", 8);
    expect_pixels(TFT | BPP1555 | BEBO, 0xff0000, 0x00ff00, 0x0000ff, 0xffffff);
    memcpy(t.ram, "\x0f\x00\xf0\x00\x00\x0f\x55\x05", 8);
    expect_pixels(TFT | BPP444, 0xff0000, 0x00ff00, 0x0000ff, 0x555555);
    memcpy(t.ram, "\x12\x34\x56\x00\xff\x00\x00\x00\x00\xff\x00\x00\x00\x00\xff\x00", 16);
    expect_pixels(TFT | BPP24, 0x123456, 0xff0000, 0x00ff00, 0x0000ff);
    expect_pixels(TFT | BPP24 | BGR, 0x563412, 0x0000ff, 0x00ff00, 0xff0000);
    memcpy(t.ram, "\x00\x56\x34\x12\0\0\0\0\0\0\0\0\0\0\0", 16);
    expect_pixels(TFT | BPP24 | BEBO, 0x123456, 0, 0, 0);
}

Test(pl111, palette)
{
    wr(&t, PALETTE, 0x001f0000);     // entries 0 black, 1 red
    wr(&t, PALETTE + 4, 0x7c0003e0); // 2 green, 3 blue
    memcpy(t.ram, "\x00\x01\x02\x03", 4);
    expect_pixels(TFT | BPP8, 0, 0xff0000, 0x00ff00, 0x0000ff);
    memcpy(t.ram, "\x10\x32", 2);
    expect_pixels(TFT | BPP4, 0, 0xff0000, 0x00ff00, 0x0000ff);
    expect_pixels(TFT | BPP4 | BEPO, 0xff0000, 0, 0x0000ff, 0x00ff00);
    memcpy(t.ram, "\xe4", 1);
    expect_pixels(TFT | BPP2, 0, 0xff0000, 0x00ff00, 0x0000ff);
    expect_pixels(TFT | BPP2 | BEPO, 0x0000ff, 0x00ff00, 0xff0000, 0);
    memcpy(t.ram, "\x0a", 1);
    expect_pixels(TFT | BPP1, 0, 0xff0000, 0, 0xff0000);
    wr(&t, PALETTE, 0x00120000); // grey: bits 4:1 of red
    expect_pixels(BW | BPP1, 0, 0x999999, 0, 0x999999);
}

Test(pl111, memory_that_is_not_there)
{
    wr(&t, UPBASE, ENV_RAM + ENV_RAM_SIZE - 8);
    wr(&t, CONTROL, ON | BPP24);
    display_line(screen, 3, line);
    cr_expect_eq(line[15], 0);
    pass_ns(&t, 1000000000);
    cr_expect(rd(&t, RIS) & 0x10, "no bus error");
    wr(&t, UPBASE, 0xfffffff8);
    pass_ns(&t, 1000000000);
    display_line(screen, 0, line);
}

Test(pl111, frames)
{
    wr(&t, IMSC, 4); // next base
    wr(&t, CONTROL, ON | BPP24);
    cr_expect(!t.line[0]);
    wr(&t, UPBASE, ENV_RAM + 0x100);
    cr_expect_lt(rd(&t, UPCURR), ENV_RAM + 0x100, "taken over before the frame ends");
    pass_ns(&t, 1000000000);
    cr_expect(t.line[0]);
    cr_expect_geq(rd(&t, UPCURR), ENV_RAM + 0x100);
    cr_expect_eq(rd(&t, MIS), 4);
    cr_expect(rd(&t, RIS) & 8, "no vertical compare");
    wr(&t, CONTROL, 0);
    wr(&t, ICR, 0x1e);
    cr_expect(!t.line[0]);
    pass_ns(&t, 1000000000);
    expect_reg(&t, RIS, 0);
}

Test(pl111, cursor)
{
    wr(&t, CONTROL, ON | BPP24);
    wr(&t, 0x800, 0x1b);          // colours 0, 1, transparent, inverted
    wr(&t, CRSR + 8, 0x0000ff);   // red
    wr(&t, CRSR + 0xc, 0x00ff00); // green
    wr(&t, CRSR + 0x10, 1 << 16 | 2);
    wr(&t, CRSR, 1);
    display_line(screen, 0, line);
    cr_expect_eq(line[2], 0);
    display_line(screen, 1, line);
    cr_expect(line[1] == 0 && line[2] == 0xff0000 && line[3] == 0x00ff00 && line[4] == 0 &&
              line[5] == 0xffffff);
    wr(&t, CRSR + 0x14, 1); // the first column is cut off
    display_line(screen, 1, line);
    cr_expect(line[2] == 0x00ff00 && line[4] == 0xffffff);
    wr(&t, CRSR + 0x20, 1);
    pass_ns(&t, 1000000000);
    cr_expect(t.line[0] && rd(&t, CRSR + 0x2c) == 1);
    wr(&t, CRSR + 0x24, 1);
    cr_expect(!t.line[0]);
}
