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

// A counter is a value at a time; what has happened since is worked out when somebody looks (settle), and a
// timer runs only while an interrupt is awaited.
struct counter {
    struct sp804 *owner;
    uint32_t load, control;
    uint64_t left;    // ticks until it is zero …
    uint64_t since;   // … from this time on, in ns
    bool ris, halted; // halted: one-shot, at zero
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

static uint32_t mask(const struct counter *c)
{
    return c->control & SIZE32 ? 0xffffffffu : 0xffffu;
}

static uint64_t to_ticks(const struct counter *c, uint64_t ns)
{
    return (uint64_t)((unsigned __int128)ns * c->owner->hz / (1000000000ull * prescale(c)));
}

// The time by which so many ticks have passed.
static uint64_t to_ns(const struct counter *c, uint64_t ticks)
{
    const uint32_t hz = c->owner->hz;
    return (uint64_t)(((unsigned __int128)ticks * 1000000000u * prescale(c) + hz - 1) / hz);
}

static uint64_t now(const struct counter *c)
{
    return clock_ns(c->owner->d.env.clock);
}

// Ticks from one zero to the next. The interval is the load value (TRM 2.2.6), and free running all values.
static uint64_t period(const struct counter *c)
{
    if (!(c->control & PERIODIC)) return (uint64_t)mask(c) + 1;
    return c->load & mask(c) ? c->load & mask(c) : 1;
}

static bool is_counting(const struct counter *c)
{
    return c->control & ENABLE && !c->halted;
}

static void settle(struct counter *c)
{
    if (!is_counting(c)) return;
    const uint64_t passed = to_ticks(c, now(c) - c->since);
    if (passed < c->left) return;
    c->ris = true;
    c->halted = c->control & ONESHOT;
    const uint64_t zeros = c->halted ? 0 : (passed - c->left) / period(c);
    c->since += to_ns(c, c->left + zeros * period(c));
    c->left = c->halted ? 0 : period(c);
}

static uint32_t value(const struct counter *c)
{
    return (uint32_t)(c->left - (is_counting(c) ? to_ticks(c, now(c) - c->since) : 0));
}

static void arm_timer(struct counter *c)
{
    struct clock *clk = c->owner->d.env.clock;
    timer_cancel(clk, &c->timer);
    if (is_counting(c) && c->control & INTEN && !c->ris)
        timer_set(clk, &c->timer, c->since + to_ns(c, c->left));
}

static void expire(void *ctx)
{
    settle(ctx);
    arm_timer(ctx); // again if rounding left a bit
    update(((struct counter *)ctx)->owner);
}

static void restart(struct counter *c, uint32_t from)
{
    c->left = from & mask(c);
    c->since = now(c);
    c->halted = false;
}

static uint32_t sp804_read(void *dev, uint32_t offset, unsigned size)
{
    struct sp804 *t = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00141804, &v)) return v;
    if (offset >= 0x40) return 0; // integration test registers
    struct counter *c = &t->counter[offset >> 5];
    settle(c);
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
    settle(c);
    switch ((enum reg)(offset & 0x1f)) {
    case LOAD:
        c->load = v;
        restart(c, v);
        break;
    case BGLOAD: c->load = v; break;
    case CONTROL: {
        const uint32_t at = value(c);
        const bool halted = c->halted && v & ONESHOT;
        c->control = v & 0xef;
        restart(c, at);
        c->halted = halted;
        break;
    }
    case INTCLR: c->ris = false; break;
    case VALUE:
    case RIS:
    case MIS: return;
    }
    settle(c); // a load of zero interrupts at once
    arm_timer(c);
    update(t);
}

static void sp804_reset(struct device *d)
{
    struct sp804 *t = (struct sp804 *)d;
    for (int i = 0; i < 2; i++) {
        struct counter *c = &t->counter[i];
        timer_cancel(d->env.clock, &c->timer);
        c->load = 0;
        c->left = 0xffffffffu;
        c->control = INTEN;
        c->ris = c->halted = false;
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
    fdt_strings(f, "clock-names", "timclken1", "timclken2", "apb_pclk", NULL);
}

const struct dev_class sp804_class = {
    .name = "sp804",
    .state_size = sizeof(struct sp804),
    .nirqs = 1,
    .init = sp804_init,
    .reset = sp804_reset,
    .ops = {sp804_read, sp804_write},
    .node = "timer",
    .fdt = sp804_fdt,
};
