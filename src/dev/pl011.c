// PL011 UART. ARM DDI 0183 (r1p4 and r1p5).
//
// Registers at 0x000 … 0x048, identification at 0xfe0. One combined interrupt: irq[0].
// Backend: struct chardev, or NULL for a port that nothing is connected to.
// Transmission takes no time: the transmit FIFO is always empty. Modem inputs are inactive, but in
// loopback.
#include <string.h>

#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"
#include "host/chardev.h"

enum reg {
    DR = 0x000,
    RSR = 0x004,
    FR = 0x018,
    ILPR = 0x020,
    IBRD = 0x024,
    FBRD = 0x028,
    LCR_H = 0x02c,
    CR = 0x030,
    IFLS = 0x034,
    IMSC = 0x038,
    RIS = 0x03c,
    MIS = 0x040,
    ICR = 0x044,
    DMACR = 0x048,
};

enum {
    FR_RXFE = 0x10,
    FR_RXFF = 0x40,
    FR_TXFE = 0x80,
    LCR_FEN = 0x10,
    CR_UARTEN = 1,
    CR_LBE = 0x80,
    CR_TXE = 0x100,
    CR_RXE = 0x200
};
enum { INT_RX = 0x10, INT_TX = 0x20, INT_RT = 0x40, INT_BE = 0x200, INT_OE = 0x400, INT_ALL = 0x7ff };
enum { LCR_BRK = 1, RSR_OE = 8 };
enum { FIFO = 16, DR_BE = 0x400, DR_OE = 0x800 };
// Nothing arrives for this long after the receiver was switched on. On a wire a first character takes as
// long, and drivers that empty the FIFO of what came before would lose what a pipe has ready.
enum { QUIET_NS = 5000000 };

struct pl011 {
    struct device d;
    uint16_t fifo[FIFO]; // data with its error bits
    unsigned count, head;
    uint32_t rsr, ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr;
    bool overrun; // a character was lost, DR has not said so yet
    struct timer quiet;
};

static void update(struct pl011 *u)
{
    irq_set(&u->d.irq[0], u->ris & u->imsc);
}

static unsigned depth(const struct pl011 *u)
{
    return u->lcr_h & LCR_FEN ? FIFO : 1;
}

// Bytes in the FIFO that raise the receive interrupt: IFLS bits 5:3 in eighths 1, 2, 4, 6, 7.
static unsigned trigger(const struct pl011 *u)
{
    static const uint8_t level[] = {2, 4, 8, 12, 14, 14, 14, 14};
    return u->lcr_h & LCR_FEN ? level[u->ifls >> 3 & 7] : 1;
}

static bool receives(const struct pl011 *u)
{
    return (u->cr & (CR_UARTEN | CR_RXE)) == (CR_UARTEN | CR_RXE);
}

static void push(struct pl011 *u, uint16_t data)
{
    if (u->count == depth(u)) {
        u->rsr |= RSR_OE;
        u->overrun = true;
        u->ris |= INT_OE;
    } else {
        u->fifo[(u->head + u->count++) % FIFO] = data;
    }
    // There is no bit clock to wait 32 periods of: what has arrived raises the receive timeout at once.
    u->ris |= INT_RT;
    if (u->count >= trigger(u)) u->ris |= INT_RX;
}

static size_t room(void *ctx)
{
    const struct pl011 *u = ctx;
    return receives(u) && !u->quiet.armed ? depth(u) - u->count : 0;
}

static void receive(void *ctx, const uint8_t *data, size_t n)
{
    struct pl011 *u = ctx;
    for (size_t i = 0; i < n; i++)
        push(u, data[i]);
    update(u);
}

static void quiet_ends(void *ctx)
{
    const struct pl011 *u = ctx;
    if (u->d.env.backend) chardev_poll(u->d.env.backend);
}

static uint32_t read_data(struct pl011 *u)
{
    if (!u->count) return 0;
    const uint16_t v = u->fifo[u->head];
    u->head = (u->head + 1) % FIFO;
    u->count--;
    if (u->count < trigger(u)) u->ris &= ~(uint32_t)INT_RX;
    if (!u->count) u->ris &= ~(uint32_t)INT_RT;
    u->rsr = (u->rsr & RSR_OE) | v >> 8; // an overrun stays until it is cleared
    update(u);
    if (u->d.env.backend) chardev_poll(u->d.env.backend);
    const bool overrun = u->overrun;
    u->overrun = false; // there is room again
    return overrun ? v | DR_OE : v;
}

// Modem lines as FR has them: CTS, DSR, DCD and RI are the outputs RTS, DTR, Out1 and Out2 in loopback, else
// inactive.
static uint32_t modem(const struct pl011 *u)
{
    if (!(u->cr & CR_LBE)) return 0;
    return (u->cr >> 11 & 1) | (u->cr >> 10 & 1) << 1 | (u->cr >> 12 & 1) << 2 | (u->cr >> 13 & 1) << 8;
}

// A change of RI, CTS, DCD or DSR raises an interrupt: bits 0 to 3.
static void modem_changed(struct pl011 *u, uint32_t before)
{
    const uint32_t changed = modem(u) ^ before;
    u->ris |= (changed >> 8 & 1) | (changed & 1) << 1 | (changed >> 2 & 1) << 2 | (changed >> 1 & 1) << 3;
    update(u);
}

static void write_control(struct pl011 *u, uint32_t v)
{
    const bool before = receives(u);
    const uint32_t lines = modem(u);
    u->cr = v & 0xff87;
    if (!before && receives(u)) timer_set(u->d.env.clock, &u->quiet, clock_ns(u->d.env.clock) + QUIET_NS);
    modem_changed(u, lines);
}

static void write_data(struct pl011 *u, uint32_t v)
{
    const uint8_t byte = (uint8_t)v;
    if (u->cr & CR_LBE) {
        if (receives(u)) push(u, byte);
    } else if (u->d.env.backend) {
        chardev_write(u->d.env.backend, &byte, 1);
    }
    u->ris |= INT_TX; // sent already
    update(u);
}

static uint32_t pl011_read(void *dev, uint32_t offset, unsigned size)
{
    struct pl011 *u = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00141011, &v)) return v;
    switch ((enum reg)offset) {
    case DR: return read_data(u);
    case RSR: return u->rsr;
    case FR: return FR_TXFE | modem(u) | (u->count ? 0 : FR_RXFE) | (u->count == depth(u) ? FR_RXFF : 0);
    case ILPR: return u->ilpr;
    case IBRD: return u->ibrd;
    case FBRD: return u->fbrd;
    case LCR_H: return u->lcr_h;
    case CR: return u->cr;
    case IFLS: return u->ifls;
    case IMSC: return u->imsc;
    case RIS: return u->ris;
    case MIS: return u->ris & u->imsc;
    case ICR: return 0;
    case DMACR: return u->dmacr;
    }
    return 0;
}

static void pl011_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct pl011 *u = dev;
    (void)size;
    switch ((enum reg)offset) {
    case DR: write_data(u, v); return;
    case RSR: u->rsr = 0; return;
    case ILPR: u->ilpr = v & 0xff; return;
    case IBRD: u->ibrd = v & 0xffff; return;
    case FBRD: u->fbrd = v & 0x3f; return;
    case LCR_H:
        if ((u->lcr_h ^ v) & LCR_FEN) u->count = u->head = 0;
        if (v & ~u->lcr_h & LCR_BRK && u->cr & CR_LBE && receives(u)) {
            push(u, DR_BE);
            u->ris |= INT_BE;
        }
        u->lcr_h = v & 0xff;
        update(u);
        return;
    case CR: write_control(u, v); return;
    case IFLS: u->ifls = v & 0x3f; return;
    case IMSC:
        u->imsc = v & INT_ALL;
        update(u);
        return;
    case ICR:
        u->ris &= ~v;
        update(u);
        return;
    case DMACR: u->dmacr = v & 7; return;
    case FR:
    case RIS:
    case MIS: return; // read only
    }
}

static void pl011_reset(struct device *d)
{
    struct pl011 *u = (struct pl011 *)d;
    u->count = u->head = 0;
    u->overrun = false;
    u->rsr = u->ilpr = u->ibrd = u->fbrd = u->lcr_h = u->imsc = u->ris = u->dmacr = 0;
    u->cr = CR_TXE | CR_RXE;
    u->ifls = 0x12;
    timer_cancel(u->d.env.clock, &u->quiet);
    update(u);
}

static bool pl011_init(struct device *d)
{
    ((struct pl011 *)d)->quiet = (struct timer){.fire = quiet_ends, .ctx = d};
    if (d->env.backend) chardev_connect(d->env.backend, &(struct chardev_user){room, receive, d});
    return true;
}

static void pl011_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,pl011", "arm,primecell", NULL);
    fdt_strings(f, "clock-names", "uartclk", "apb_pclk", NULL);
}

const struct dev_class pl011_class = {
    .name = "pl011",
    .state_size = sizeof(struct pl011),
    .nirqs = 1,
    .init = pl011_init,
    .reset = pl011_reset,
    .ops = {pl011_read, pl011_write},
    .node = "serial",
    .fdt = pl011_fdt,
};
