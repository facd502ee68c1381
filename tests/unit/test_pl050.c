// PL050 by registers, with the keyboard and the mouse behind it.
#include "dev/pl050.h"
#include "dev_env.h"
#include "host/display.h"
#include "host/display_kind.h"

enum { CR = 0, STAT = 4, DATA = 8, CLKDIV = 0xc, IR = 0x10, EN = 4, TXI = 8, RXI = 0x10, RXFULL = 0x10 };

static struct dev_test t;
static struct display *screen;

static void begin(enum pl050_end end)
{
    const struct pl050_config config = {end};
    screen = display_open("none", NULL);
    dev_test_start(&t, &pl050_class, &config, screen);
    wr(&t, CR, EN | RXI);
}

static void end(void)
{
    dev_test_end(&t);
    display_close(screen);
}

// All that comes now is these bytes.
static void expect(unsigned n, const char *bytes)
{
    for (unsigned i = 0; i < n; i++) {
        cr_assert(rd(&t, STAT) & RXFULL && t.line[0] && rd(&t, IR) == 1, "byte %u does not come", i);
        const uint32_t got = rd(&t, DATA);
        cr_expect_eq(got, (uint8_t)bytes[i], "byte %u is %02x, not %02x", i, got, (uint8_t)bytes[i]);
    }
    cr_expect(!(rd(&t, STAT) & RXFULL) && !t.line[0], "%02x comes after that", rd(&t, DATA));
}

static void command(const char *bytes, unsigned n, const char *answer)
{
    wr(&t, DATA, (uint8_t)bytes[0]);
    expect(n, answer);
    if (!bytes[1]) return;
    wr(&t, DATA, (uint8_t)bytes[1]);
    expect(1, "\xfa");
}

static void key(uint32_t keysym, bool down)
{
    screen->keyboard.key(screen->keyboard.ctx, keysym, down);
}

static void move(int dx, int dy, int dz, unsigned buttons)
{
    screen->mouse.move(screen->mouse.ctx, dx, dy, dz, buttons);
}

Test(pl050, registers)
{
    begin(PL050_KEYBOARD);
    check_id(&t, 0x00041050);
    wr(&t, CLKDIV, 0xff);
    expect_reg(&t, CLKDIV, 0xf);
    expect(1, "\xaa");
    expect_reg(&t, STAT, 0x43);
    wr(&t, CR, EN | TXI);
    expect_reg(&t, IR, 2);
    cr_expect(t.line[0]);
    wr(&t, CR, 3);
    expect_reg(&t, STAT, 0x40); // both lines are held low
    cr_expect(!t.line[0]);
    t.d->cls->reset(t.d);
    expect_reg(&t, CR, 0);
    expect_reg(&t, STAT, 0x43);
    end();
}

Test(pl050, nothing_comes_while_it_is_off)
{
    begin(PL050_KEYBOARD);
    expect(1, "\xaa");
    wr(&t, CR, RXI);
    key('a', true);
    cr_expect(!(rd(&t, STAT) & RXFULL) && !t.line[0]);
    wr(&t, CR, EN | RXI | 1); // the clock held low
    cr_expect(!(rd(&t, STAT) & RXFULL));
    wr(&t, CR, EN | RXI);
    expect(1, "\x1c");
    end();
}

Test(pl050, keyboard_commands)
{
    begin(PL050_KEYBOARD);
    expect(1, "\xaa");
    command("\xff", 2, "\xfa\xaa");
    command("\xee", 1, "\xee");
    command("\xf2", 3, "\xfa\xab\x83");
    command("\xed\x07", 1, "\xfa");
    command("\xf3\x20", 1, "\xfa");
    command("\xf0\x02", 1, "\xfa");
    wr(&t, DATA, 0xf0);
    expect(1, "\xfa");
    wr(&t, DATA, 0);
    expect(2, "\xfa\x02");
    wr(&t, DATA, 0xf0);
    expect(1, "\xfa");
    wr(&t, DATA, 3);
    expect(1, "\xfe");
    command("\x12", 1, "\xfe");
    command("\xfe", 1, "\xfe"); // what it sent last
    wr(&t, DATA, 0xed);
    expect(1, "\xfa");
    command("\xf4", 1, "\xfa"); // a command instead of the argument
    end();
}

Test(pl050, keys)
{
    begin(PL050_KEYBOARD);
    expect(1, "\xaa");
    key('a', true);
    key('A', false);
    expect(3, "\x1c\xf0\x1c");
    key(0xff52, true); // Up
    key(0xff52, false);
    expect(5, "\xe0\x75\xe0\xf0\x75");
    key(0x20ac, true); // no such key
    expect(0, "");
    command("\xf5", 1, "\xfa");
    key('a', true);
    expect(0, "");
    command("\xf4", 1, "\xfa");
    for (int i = 0; i < 100; i++)
        key('x', true); // more than it can keep
    for (int i = 0; i < 33; i++)
        cr_expect_eq(rd(&t, DATA), 0x22);
    cr_expect(!(rd(&t, STAT) & RXFULL));
    end();
}

Test(pl050, mouse_commands)
{
    begin(PL050_MOUSE);
    expect(2, "\xaa\0");
    command("\xff", 3, "\xfa\xaa\0");
    command("\xf2", 2, "\xfa\0");
    command("\xe9", 4, "\xfa\0\x02\x64");
    command("\xe8\x03", 1, "\xfa");
    command("\xf4", 1, "\xfa");
    command("\xe7", 1, "\xfa");
    command("\xe9", 4, "\xfa\x30\x03\x64");
    command("\xf6", 1, "\xfa");
    wr(&t, DATA, 0xf3);
    expect(1, "\xfa");
    wr(&t, DATA, 77); // no such rate: to be sent again
    expect(1, "\xfe");
    wr(&t, DATA, 60);
    expect(1, "\xfa");
    command("\xe9", 4, "\xfa\0\x02\x3c");
    command("\xee", 1, "\xfa"); // echoes from here on
    command("\xf4", 1, "\xf4");
    command("\xec", 1, "\xfa");
    command("\xf3\xc8", 1, "\xfa");
    command("\xf3\x64", 1, "\xfa");
    command("\xf3\x50", 1, "\xfa");
    command("\xf2", 2, "\xfa\x03"); // with a wheel
    end();
}

Test(pl050, movements)
{
    begin(PL050_MOUSE);
    expect(2, "\xaa\0");
    move(1, 1, 0, 0);
    expect(0, ""); // not enabled
    command("\xf4", 1, "\xfa");
    move(3, 2, 0, 1);
    expect(3, "\x29\x03\xfe");
    move(3, 2, 0, 1);
    move(4, 2, 0, 4); // while the first one is being read
    expect(6, "\x29\x03\xfe\x2a\x04\xfe");
    move(-300, 0, 0, 2);
    expect(9, "\x1c\x80\0\x1c\x80\0\x1c\xd4\0");
    move(0, 0, 1, 2);
    expect(0, "");              // it has no wheel
    command("\xf0", 1, "\xfa"); // only when it is asked
    move(5, 0, 0, 0);
    expect(0, "");
    command("\xeb", 4, "\xfa\x08\x05\0");
    end();
}
