// PL011: every register, FIFOs and interrupts, by way of its loopback. ARM DDI 0183.
#include "dev_env.h"

enum { DR, RSR = 4, FR = 0x18, ILPR = 0x20, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34 };
enum { IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48 };
enum { FEN = 0x10, BRK = 1, UARTEN = 1, LBE = 0x80, TXE = 0x100, RXE = 0x200, DTR = 0x400, RTS = 0x800 };
enum { RXFE = 0x10, RXFF = 0x40, TXFE = 0x80 };
enum { INT_RX = 0x10, INT_TX = 0x20, INT_RT = 0x40, INT_BE = 0x200, INT_OE = 0x400 };

static struct dev_test t;

static void start(void)
{
    dev_test_start(&t, &pl011_class, NULL, NULL);
}

static void loopback(bool fifo)
{
    wr(&t, LCR_H, fifo ? 0x60 | FEN : 0x60);
    wr(&t, CR, UARTEN | TXE | RXE | LBE);
}

static void send(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        wr(&t, DR, 'a' + i);
}

TestSuite(pl011, .init = start);

Test(pl011, reset_values_and_id)
{
    static const uint32_t zero[] = {RSR, ILPR, IBRD, FBRD, LCR_H, IMSC, RIS, MIS, ICR, DMACR};
    for (unsigned i = 0; i < sizeof zero / sizeof *zero; i++)
        expect_reg(&t, zero[i], 0);
    expect_reg(&t, FR, TXFE | RXFE);
    expect_reg(&t, CR, TXE | RXE);
    expect_reg(&t, IFLS, 0x12);
    check_id(&t, 0x00141011);
}

Test(pl011, plain_registers)
{
    static const uint32_t row[][2] = {{ILPR, 0xff}, {IBRD, 0xffff}, {FBRD, 0x3f},  {LCR_H, 0xff},
                                      {CR, 0xff87}, {IFLS, 0x3f},   {IMSC, 0x7ff}, {DMACR, 7}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        wr(&t, row[i][0], 0xffffffff);
        expect_reg(&t, row[i][0], row[i][1]);
    }
    wr(&t, FR, 0);
    wr(&t, MIS, 0xffffffff);
    expect_reg(&t, MIS, rd(&t, RIS) & 0x7ff);
}

Test(pl011, sending_takes_no_time)
{
    wr(&t, CR, UARTEN | TXE);
    wr(&t, IMSC, INT_TX);
    cr_expect(!t.line[0]);
    wr(&t, DR, 'x');
    expect_reg(&t, FR, TXFE | RXFE);
    cr_expect(t.line[0]);
    expect_reg(&t, RIS, INT_TX);
    wr(&t, ICR, INT_TX);
    cr_expect(!t.line[0]);
}

Test(pl011, one_character_without_fifo)
{
    loopback(false);
    wr(&t, IMSC, INT_RX);
    send(1);
    expect_reg(&t, FR, TXFE | RXFF);
    cr_expect(t.line[0]);
    expect_reg(&t, DR, 'a');
    cr_expect(!t.line[0]);
    expect_reg(&t, FR, TXFE | RXFE);
}

Test(pl011, fifo_levels)
{
    static const unsigned level[] = {2, 4, 8, 12, 14};
    for (unsigned i = 0; i < 5; i++) {
        start();
        loopback(true);
        wr(&t, IFLS, i << 3);
        wr(&t, IMSC, INT_RX);
        send(level[i] - 1);
        cr_expect(!t.line[0], "level %u", level[i]);
        send(1);
        cr_expect(t.line[0], "level %u", level[i]);
        rd(&t, DR);
        cr_expect(!t.line[0], "level %u", level[i]);
    }
}

Test(pl011, order_and_receive_timeout)
{
    loopback(true);
    wr(&t, IMSC, INT_RT);
    send(3);
    cr_expect(t.line[0]);
    expect_reg(&t, MIS, INT_RT);
    expect_reg(&t, DR, 'a');
    expect_reg(&t, DR, 'b');
    cr_expect(t.line[0]);
    expect_reg(&t, DR, 'c');
    cr_expect(!t.line[0]); // empty
    expect_reg(&t, DR, 0);
    send(1);
    wr(&t, ICR, INT_RT);
    cr_expect(!t.line[0]);
}

Test(pl011, overrun)
{
    loopback(true);
    wr(&t, IMSC, INT_OE);
    send(16);
    expect_reg(&t, FR, TXFE | RXFF);
    cr_expect(!t.line[0]);
    send(1);
    cr_expect(t.line[0]);
    expect_reg(&t, RSR, 8);
    expect_reg(&t, DR, 0x800 | 'a');
    expect_reg(&t, DR, 'b');
    expect_reg(&t, RSR, 8); // until it is cleared
    wr(&t, RSR, 0);
    expect_reg(&t, RSR, 0);
    wr(&t, ICR, INT_OE);
    cr_expect(!t.line[0]);
}

Test(pl011, changing_the_fifo_mode_empties_it)
{
    loopback(true);
    send(5);
    wr(&t, LCR_H, 0x60);
    expect_reg(&t, FR, TXFE | RXFE);
}

Test(pl011, receiver_off)
{
    wr(&t, CR, UARTEN | TXE | LBE);
    send(1);
    expect_reg(&t, FR, TXFE | RXFE);
    wr(&t, CR, TXE | RXE | LBE);
    send(1);
    expect_reg(&t, FR, TXFE | RXFE);
}

Test(pl011, break_in_loopback)
{
    loopback(true);
    wr(&t, IMSC, INT_BE);
    wr(&t, LCR_H, 0x60 | FEN | BRK);
    cr_expect(t.line[0]);
    expect_reg(&t, DR, 0x400);
    expect_reg(&t, RSR, 4);
    wr(&t, ICR, INT_BE);
    cr_expect(!t.line[0]);
}

Test(pl011, modem_lines_in_loopback)
{
    wr(&t, IMSC, 0xf);
    loopback(true);
    wr(&t, CR, UARTEN | TXE | RXE | LBE | RTS);
    cr_expect(t.line[0]);
    expect_reg(&t, MIS, 2); // CTS
    expect_reg(&t, FR, TXFE | RXFE | 1);
    wr(&t, ICR, 0xf);
    cr_expect(!t.line[0]);
    wr(&t, CR, UARTEN | TXE | RXE | LBE | DTR | 1 << 12 | 1 << 13);
    expect_reg(&t, FR, TXFE | RXFE | 0x106);
    expect_reg(&t, MIS, 0xf);
    wr(&t, ICR, 0xf);
    wr(&t, CR, UARTEN | TXE | RXE);
    expect_reg(&t, FR, TXFE | RXFE);
}

Test(pl011, reset_silences)
{
    loopback(true);
    wr(&t, IMSC, INT_RT);
    send(4);
    cr_expect(t.line[0]);
    pl011_class.reset(t.d);
    cr_expect(!t.line[0]);
    expect_reg(&t, FR, TXFE | RXFE);
}
