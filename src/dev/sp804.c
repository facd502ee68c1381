// SP804 dual timer. ARM DDI 0271.
//
// Two 32-bit down counters at 0x000 and 0x020, one combined interrupt: irq[0].
// config: uint32_t, the frequency of TIMCLK in Hz (NULL: 1 MHz, as the Versatile Express clocks it).
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum reg { LOAD = 0x00, VALUE = 0x04, CONTROL = 0x08, INTCLR = 0x0c, RIS = 0x10, MIS = 0x14, BGLOAD = 0x18 };
enum { ONESHOT = 1, SIZE32 = 2, INTEN = 0x20, PERIODIC = 0x40, ENABLE = 0x80 };

struct sp804;

struct counter {
    struct sp804 *owner;
    uint32_t load, control;
    uint32_t start; // value …
    uint64_t since; // … at this time, in ns
    bool ris;
    struct timer timer;
};

struct sp804 {
    struct device d;
    struct counter counter[2];
    uint32_t hz;
};

static void update(struct sp804 *t)
{
    bool level = false;
    for (int i = 0; i < 2; i++)
        level |= t->counter[i].ris && t->counter[i].control & INTEN;
    irq_set(&t->d.irq[0], level);
}

static unsigned prescale(const struct counter *c)
{
    static const uint16_t divide[] = {1, 16, 256, 256};
    return divide[c->control >> 2 & 3];
}

static uint64_t tick_rate(const struct counter *c)
{
    return c->owner->hz / prescale(c);
}

static uint32_t mask(const struct counter *c)
{
    return c->control & SIZE32 ? 0xffffffffu : 0xffffu;
}

static uint64_t elapsed(const struct counter *c)
{
    const uint64_t ns = clock_ns(c->owner->d.env.clock) - c->since;
    return (uint64_t)((unsigned __int128)ns * tick_rate(c) / 1000000000u);
}

static uint32_t value(const struct counter *c)
{
    if (!(c->control & ENABLE)) return c->start & mask(c);
    const uint64_t passed = elapsed(c);
    if (passed <= (c->start & mask(c))) return (c->start & mask(c)) - (uint32_t)passed;
    if (c->control & ONESHOT) return 0;
    // Behind zero it goes on from the load value (periodic), or wraps (free running).
    const uint64_t period = (uint64_t)(c->control & PERIODIC ? c->load & mask(c) : mask(c)) + 1;
    return (uint32_t)(period - 1 - (passed - (c->start & mask(c)) - 1) % period);
}

static void arm_timer(struct counter *c)
{
    struct clock *clk = c->owner->d.env.clock;
    timer_cancel(clk, &c->timer);
    if (!(c->control & ENABLE) || !(c->control & INTEN)) return;
    const uint64_t ticks = value(c) ? value(c) : 1;
    timer_set(clk, &c->timer,
              clock_ns(clk) + (uint64_t)((unsigned __int128)ticks * 1000000000u / tick_rate(c)) + 1);
}

static void restart(struct counter *c, uint32_t from)
{
    c->start = from;
    c->since = clock_ns(c->owner->d.env.clock);
    arm_timer(c);
}

static void expire(void *ctx)
{
    struct counter *c = ctx;
    c->ris = true;
    if (c->control & ONESHOT) {
        c->start = 0;
        c->control &= ~(uint32_t)ENABLE;
    } else {
        restart(c, c->control & PERIODIC ? c->load : mask(c));
    }
    update(c->owner);
}

static uint32_t sp804_read(void *dev, uint32_t offset, unsigned size)
{
    struct sp804 *t = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00141804, &v)) return v;
    if (offset >= 0x40) return 0; // integration test registers
    struct counter *c = &t->counter[offset >> 5];
    switch ((enum reg)(offset & 0x1f)) {
    case LOAD:
    case BGLOAD: return c->load;
    case VALUE: return value(c);
    case CONTROL: return c->control;
    case INTCLR: return 0;
    case RIS: return c->ris;
    case MIS: return c->ris && c->control & INTEN;
    }
    return 0;
}

static void sp804_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sp804 *t = dev;
    (void)size;
    if (offset >= 0x40) return;
    struct counter *c = &t->counter[offset >> 5];
    switch ((enum reg)(offset & 0x1f)) {
    case LOAD:
        c->load = v;
        restart(c, v);
        break;
    case BGLOAD: c->load = v; break;
    case CONTROL: {
        const uint32_t now = value(c);
        c->control = v & 0xef;
        restart(c, now);
        break;
    }
    case INTCLR: c->ris = false; break;
    case VALUE:
    case RIS:
    case MIS: return;
    }
    update(t);
}

static void sp804_reset(struct device *d)
{
    struct sp804 *t = (struct sp804 *)d;
    for (int i = 0; i < 2; i++) {
        struct counter *c = &t->counter[i];
        timer_cancel(d->env.clock, &c->timer);
        c->load = 0;
        c->start = 0xffffffffu;
        c->control = INTEN;
        c->ris = false;
    }
    update(t);
}

static bool sp804_init(struct device *d)
{
    struct sp804 *t = (struct sp804 *)d;
    t->hz = d->env.config ? *(const uint32_t *)d->env.config : 1000000;
    for (int i = 0; i < 2; i++) {
        t->counter[i].owner = t;
        t->counter[i].timer = (struct timer){.fire = expire, .ctx = &t->counter[i]};
    }
    return true;
}

static void sp804_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,sp804", "arm,primecell", NULL);
}

const struct dev_class sp804_class = {
    .name = "sp804",
    .state_size = sizeof(struct sp804),
    .nirqs = 1,
    .init = sp804_init,
    .reset = sp804_reset,
    .ops = {sp804_read, sp804_write},
    .fdt = sp804_fdt,
};
