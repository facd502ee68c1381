// PL050 PS/2 keyboard and mouse interface (KMI). ARM DDI 0143 (r1p0), with what is plugged in: ps2.h.
//
// Registers at 0x000 … 0x010, identification at 0xfe0. One combined interrupt: irq[0]. config: struct
// pl050_config. Backend: struct display, where the keys and movements come from, or NULL.
// A byte takes no time on the cable. The device is held back while the interface is off or the clock forced
// low.
#include "dev/pl050.h"

#include "base/fdt.h"
#include "dev/devices.h"
#include "dev/ps2.h"
#include "host/display.h"

enum reg { CR = 0x00, STAT = 0x04, DATA = 0x08, CLKDIV = 0x0c, IR = 0x10 };
enum { CR_FORCE_CLOCK = 1, CR_FORCE_DATA = 2, CR_EN = 4, CR_TX_INT = 8, CR_RX_INT = 0x10, CR_ALL = 0x3f };
enum { STAT_DATA_IN = 1, STAT_CLOCK_IN = 2, STAT_PARITY = 4, STAT_RX_FULL = 0x10, STAT_TX_EMPTY = 0x40 };
enum { IR_RX = 1, IR_TX = 2 };

struct pl050 {
    struct device d;
    struct ps2 ps2;
    uint32_t cr, clkdiv;
    bool full; // a byte has been received and not been read
    uint8_t data;
};

static uint32_t pending(const struct pl050 *k)
{
    if (!(k->cr & CR_EN)) return 0;
    return (k->full && k->cr & CR_RX_INT ? IR_RX : 0u) |
           (k->cr & CR_TX_INT ? IR_TX : 0u); // TX is always empty
}

// Takes the next byte off the cable, if one comes.
static void receive(void *ctx)
{
    struct pl050 *k = ctx;
    if (!k->full && k->ps2.count && (k->cr & (CR_EN | CR_FORCE_CLOCK)) == CR_EN) {
        k->full = true;
        k->data = ps2_read(&k->ps2);
    }
    irq_set(&k->d.irq[0], pending(k));
}

static uint32_t status(const struct pl050 *k)
{
    const uint32_t lines =
        (k->cr & CR_FORCE_CLOCK ? 0u : STAT_CLOCK_IN) | (k->cr & CR_FORCE_DATA ? 0u : STAT_DATA_IN);
    const bool parity = k->full && !__builtin_parity(k->data); // odd
    return lines | STAT_TX_EMPTY | (k->full ? STAT_RX_FULL : 0u) | (parity ? STAT_PARITY : 0u);
}

static uint32_t pl050_read(void *dev, uint32_t offset, unsigned size)
{
    struct pl050 *k = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00041050, &v)) return v;
    switch ((enum reg)offset) {
    case CR: return k->cr;
    case STAT: return status(k);
    case DATA:
        v = k->data;
        k->full = false;
        receive(k);
        return v;
    case CLKDIV: return k->clkdiv;
    case IR: return pending(k);
    }
    return 0;
}

static void pl050_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct pl050 *k = dev;
    (void)size;
    switch ((enum reg)offset) {
    case CR:
        k->cr = v & CR_ALL;
        if (!(v & CR_EN)) k->full = false;
        receive(k);
        return;
    case DATA:
        if (!(k->cr & CR_EN)) return;
        ps2_write(&k->ps2, (uint8_t)v);
        return;
    case CLKDIV: k->clkdiv = v & 0xf; return;
    case STAT:
    case IR: return; // read only
    }
}

static void on_key(void *ctx, uint32_t keysym, bool down)
{
    ps2_key(&((struct pl050 *)ctx)->ps2, keysym, down);
}

static void on_move(void *ctx, int dx, int dy, int dz, unsigned buttons)
{
    ps2_move(&((struct pl050 *)ctx)->ps2, dx, dy, dz, buttons);
}

static bool pl050_init(struct device *d)
{
    struct pl050 *k = (struct pl050 *)d;
    const struct pl050_config *c = d->env.config;
    if (c->end == PL050_KEYBOARD) {
        ps2_keyboard_init(&k->ps2, receive, k);
        if (d->env.backend) display_connect_keyboard(d->env.backend, &(struct display_keyboard){on_key, k});
    } else {
        ps2_mouse_init(&k->ps2, receive, k);
        if (d->env.backend) display_connect_mouse(d->env.backend, &(struct display_mouse){on_move, k});
    }
    return true;
}

static void pl050_reset(struct device *d)
{
    struct pl050 *k = (struct pl050 *)d;
    k->cr = k->clkdiv = 0;
    k->full = false;
    k->data = 0;
    ps2_reset(&k->ps2); // which is told by receive, and that updates the line
}

static void pl050_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,pl050", "arm,primecell", NULL);
    fdt_strings(f, "clock-names", "KMIREFCLK", "apb_pclk", NULL);
}

const struct dev_class pl050_class = {
    .name = "pl050",
    .state_size = sizeof(struct pl050),
    .nirqs = 1,
    .init = pl050_init,
    .reset = pl050_reset,
    .ops = {pl050_read, pl050_write},
    .node = "kmi",
    .fdt = pl050_fdt,
};
