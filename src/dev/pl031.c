// PL031 real-time clock. ARM DDI 0224.
//
// Seconds since 1970, a match register and its interrupt: irq[0]. config: int64_t, the time at power-on
// (NULL: 0). The counter runs from power-on, as if the board's battery had kept it going, and a reset does
// not touch it.
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum reg { DR = 0x00, MR = 0x04, LR = 0x08, CR = 0x0c, IMSC = 0x10, RIS = 0x14, MIS = 0x18, ICR = 0x1c };
enum { NS = 1000000000 };

struct pl031 {
    struct device d;
    uint32_t offset; // what the counter showed at time 0 of the clock
    uint32_t match, load, imsc, ris;
    struct timer timer;
};

static uint32_t count(const struct pl031 *r)
{
    return r->offset + (uint32_t)(clock_ns(r->d.env.clock) / NS);
}

static void update(struct pl031 *r)
{
    irq_set(&r->d.irq[0], r->ris & r->imsc);
}

// The counter will be equal to the match register once in 2^32 seconds.
static void arm_timer(struct pl031 *r)
{
    struct clock *c = r->d.env.clock;
    timer_set(c, &r->timer, (clock_ns(c) / NS + (uint32_t)(r->match - count(r))) * NS);
}

static void matched(void *ctx)
{
    struct pl031 *r = ctx;
    r->ris = 1;
    update(r);
}

static uint32_t pl031_read(void *dev, uint32_t offset, unsigned size)
{
    struct pl031 *r = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00041031, &v)) return v;
    switch ((enum reg)offset) {
    case DR: return count(r);
    case MR: return r->match;
    case LR: return r->load;
    case CR: return 1; // started, and cannot be stopped
    case IMSC: return r->imsc;
    case RIS: return r->ris;
    case MIS: return r->ris & r->imsc;
    case ICR: return 0;
    }
    return 0;
}

static void pl031_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct pl031 *r = dev;
    (void)size;
    switch ((enum reg)offset) {
    case MR:
        r->match = v;
        arm_timer(r);
        return;
    case LR:
        r->load = v;
        r->offset += v - count(r);
        arm_timer(r);
        return;
    case IMSC: r->imsc = v & 1; break;
    case ICR: r->ris &= ~v; break;
    case DR:
    case CR:
    case RIS:
    case MIS: return;
    }
    update(r);
}

static void pl031_reset(struct device *d)
{
    struct pl031 *r = (struct pl031 *)d;
    timer_cancel(d->env.clock, &r->timer); // no match before one is written
    r->match = r->load = r->imsc = r->ris = 0;
    update(r);
}

static bool pl031_init(struct device *d)
{
    struct pl031 *r = (struct pl031 *)d;
    r->timer = (struct timer){.fire = matched, .ctx = r};
    r->offset = d->env.config ? (uint32_t) * (const int64_t *)d->env.config : 0;
    r->offset -= (uint32_t)(clock_ns(d->env.clock) / NS);
    return true;
}

static void pl031_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,pl031", "arm,primecell", NULL);
    fdt_string(f, "clock-names", "apb_pclk");
}

const struct dev_class pl031_class = {
    .name = "pl031",
    .state_size = sizeof(struct pl031),
    .nirqs = 1,
    .init = pl031_init,
    .reset = pl031_reset,
    .ops = {pl031_read, pl031_write},
    .node = "rtc",
    .fdt = pl031_fdt,
};
