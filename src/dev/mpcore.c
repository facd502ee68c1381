// The Cortex-A9 MPCore's private peripherals around its GIC: snoop control unit, global timer, and per CPU a
// private timer and a watchdog. ARM DDI 0407, chapters 2 and 4.
//
// Offsets are those of the private memory region: SCU 0x000, global timer 0x200, timers 0x600; the board
// places the GIC's ranges in the gaps. Timer registers are banked by the CPU that accesses them. config:
// struct mpcore_config. Lines: per CPU global timer (PPI 27), private timer (PPI 29), watchdog (PPI 30).
#include "dev/mpcore.h"

#include "dev/devices.h"

enum { GT_ENABLE = 1, GT_COMPARE = 2, GT_IRQ = 4, GT_AUTO = 8 };
enum { PT_ENABLE = 1, PT_AUTO = 2, PT_IRQ = 4, WD_MODE = 8 };

struct mpcore;

// A private timer or watchdog: a 32-bit down counter.
struct private_timer {
    struct mpcore *owner;
    unsigned cpu;
    uint32_t load, control;
    uint64_t left;  // ticks until the counter is zero …
    uint64_t since; // … from this time on, ns
    bool event, watchdog, reset_flag, reloaded;
    uint32_t disable_word; // last word of the watchdog's disable sequence
    struct timer timer;
};

// The comparator of one CPU on the global timer.
struct comparator {
    struct mpcore *owner;
    unsigned cpu;
    uint32_t control, increment;
    uint64_t compare;
    bool event;
    bool reached; // the counter has been at compare since that was last set
    struct timer timer;
};

struct mpcore {
    struct device d;
    uint64_t at; // the time of the present access or event: one for all that is decided in it
    struct mpcore_config cfg;
    uint32_t scu_control, scu_power, scu_filter[2], scu_access, scu_ns_access;
    uint64_t global_base; // counter's value …
    uint64_t global_at;   // … at this time, ns
    bool global_on;
    uint32_t global_prescale;
    struct comparator comparator[MPCORE_MAX_CPUS];
    struct private_timer timer[MPCORE_MAX_CPUS], watchdog[MPCORE_MAX_CPUS];
};

static uint64_t now(const struct mpcore *m)
{
    return m->at;
}

static uint64_t to_ticks(const struct mpcore *m, uint64_t ns, uint32_t prescale)
{
    return (uint64_t)((unsigned __int128)ns * m->cfg.hz / (prescale + 1) / 1000000000u);
}

static uint64_t to_ns(const struct mpcore *m, uint64_t ticks, uint32_t prescale)
{
    return (uint64_t)(((unsigned __int128)ticks * 1000000000u * (prescale + 1) + m->cfg.hz - 1) / m->cfg.hz);
}

// Global timer

static uint64_t global_count(const struct mpcore *m)
{
    if (!m->global_on) return m->global_base;
    return m->global_base + to_ticks(m, now(m) - m->global_at, m->global_prescale);
}

static bool is_comparing(const struct comparator *c)
{
    return c->owner->global_on && c->control & GT_COMPARE && !c->reached;
}

// What has happened until now. Afterwards a timer is armed, unless an event waits to be cleared.
static void comparator_settle(struct comparator *c)
{
    struct mpcore *m = c->owner;
    const uint64_t count = global_count(m);
    timer_cancel(m->d.env.clock, &c->timer);
    if (is_comparing(c) && count >= c->compare) {
        c->event = c->reached = true;
        if (c->control & GT_AUTO && c->increment) {
            c->compare += ((count - c->compare) / c->increment + 1) * c->increment;
            c->reached = false;
        }
    }
    irq_set(&m->cfg.global_irq[c->cpu], c->event && c->control & GT_IRQ);
    // What is more than 2^56 ticks away is beyond the end of any run.
    if (!is_comparing(c) || c->event || (c->compare - count) >> 56) return;
    timer_set(m->d.env.clock, &c->timer,
              m->global_at + to_ns(m, c->compare - m->global_base, m->global_prescale));
}

static void comparator_expire(void *ctx)
{
    struct mpcore *m = ((struct comparator *)ctx)->owner;
    m->at = clock_ns(m->d.env.clock);
    comparator_settle(ctx);
}

static void set_global(struct mpcore *m, uint64_t count)
{
    m->global_base = count;
    m->global_at = now(m);
    for (unsigned i = 0; i < m->cfg.ncpus; i++)
        comparator_settle(&m->comparator[i]);
}

static uint32_t global_read(struct mpcore *m, uint32_t offset)
{
    struct comparator *c = &m->comparator[bus_master];
    if (is_comparing(c) && global_count(m) >= c->compare) comparator_settle(c);
    switch (offset) {
    case 0x00: return (uint32_t)global_count(m);
    case 0x04: return (uint32_t)(global_count(m) >> 32);
    case 0x08: return (c->control & 0xe) | m->global_on | m->global_prescale << 8;
    case 0x0c: return c->event;
    case 0x10: return (uint32_t)c->compare;
    case 0x14: return (uint32_t)(c->compare >> 32);
    case 0x18: return c->increment;
    default: return 0;
    }
}

static void global_write(struct mpcore *m, uint32_t offset, uint32_t v)
{
    struct comparator *c = &m->comparator[bus_master];
    comparator_settle(c);
    const uint64_t count = global_count(m);
    switch (offset) {
    case 0x00: set_global(m, (count & ~0xffffffffull) | v); return;
    case 0x04: set_global(m, (count & 0xffffffffull) | (uint64_t)v << 32); return;
    case 0x08:
        m->global_on = v & GT_ENABLE;
        m->global_prescale = v >> 8 & 0xff;
        if (!(c->control & GT_COMPARE)) c->reached = false;
        c->control = v & 0xe;
        set_global(m, count);
        return;
    case 0x0c:
        if (v & 1) c->event = false;
        break;
    case 0x10:
        c->compare = (c->compare & ~0xffffffffull) | v;
        c->reached = false;
        break;
    case 0x14:
        c->compare = (c->compare & 0xffffffffull) | (uint64_t)v << 32;
        c->reached = false;
        break;
    case 0x18: c->increment = v; break;
    default: return;
    }
    comparator_settle(c);
}

// Private timers and watchdogs

static uint32_t prescale_of(const struct private_timer *t)
{
    return t->control >> 8 & 0xff;
}

static bool is_watchdog_mode(const struct private_timer *t)
{
    return t->watchdog && t->control & WD_MODE;
}

// At zero the counter stands until it is loaded, unless it reloads itself: one tick later, so that the period
// is load + 1 (4.1.1).
static bool is_counting(const struct private_timer *t)
{
    return t->control & PT_ENABLE && t->left;
}

static uint64_t passed(const struct private_timer *t)
{
    return is_counting(t) ? to_ticks(t->owner, now(t->owner) - t->since, prescale_of(t)) : 0;
}

static uint32_t timer_count(const struct private_timer *t)
{
    const uint64_t left = t->left - passed(t);
    return t->reloaded && left > t->load ? 0 : (uint32_t)left;
}

// While an event waits to be cleared the next one would change nothing: a timer is only armed without.
static void timer_arm(struct private_timer *t)
{
    struct clock *clk = t->owner->d.env.clock;
    timer_cancel(clk, &t->timer);
    if (is_counting(t) && !t->event)
        timer_set(clk, &t->timer, t->since + to_ns(t->owner, t->left, prescale_of(t)));
}

static void timer_restart(struct private_timer *t, uint32_t from)
{
    t->left = from;
    t->since = now(t->owner);
    t->reloaded = false;
    timer_arm(t);
}

static void timer_lines(struct private_timer *t)
{
    struct mpcore *m = t->owner;
    const struct irq_line *line = t->watchdog ? &m->cfg.watchdog_irq[t->cpu] : &m->cfg.timer_irq[t->cpu];
    irq_set(line, t->event && t->control & PT_IRQ && !is_watchdog_mode(t));
}

static void timer_at_zero(struct private_timer *t, uint64_t ticks)
{
    struct mpcore *m = t->owner;
    if (is_watchdog_mode(t)) {
        t->reset_flag = true;
        t->left = 0;
        if (m->d.env.power) m->d.env.power(m->d.env.power_ctx, DEV_REBOOT);
        return;
    }
    t->event = true;
    if (t->control & PT_AUTO && t->load) {
        const uint64_t period = (uint64_t)t->load + 1, zeros = (ticks - t->left) / period;
        t->since += to_ns(m, t->left + zeros * period, prescale_of(t));
        t->left = period;
        t->reloaded = true;
    } else {
        t->left = 0;
    }
}

// What has happened until now: what the registers say must not depend on the event loop's haste.
static void timer_settle(struct private_timer *t)
{
    const uint64_t ticks = passed(t);
    if (!is_counting(t) || ticks < t->left) return;
    timer_at_zero(t, ticks);
    timer_arm(t);
    timer_lines(t);
}

static void timer_expire(void *ctx)
{
    struct mpcore *m = ((struct private_timer *)ctx)->owner;
    m->at = clock_ns(m->d.env.clock);
    timer_settle(ctx);
}

static uint32_t timer_read(struct private_timer *t, uint32_t offset)
{
    timer_settle(t);
    switch (offset) {
    case 0x00: return t->load;
    case 0x04: return timer_count(t);
    case 0x08: return t->control;
    case 0x0c: return t->event;
    case 0x10: return t->watchdog && t->reset_flag;
    default: return 0;
    }
}

static void timer_write(struct private_timer *t, uint32_t offset, uint32_t v)
{
    timer_settle(t);
    switch (offset) {
    case 0x00:
        t->load = v;
        timer_restart(t, v);
        break;
    case 0x04:
        if (!is_watchdog_mode(t)) timer_restart(t, v);
        break;
    case 0x08: {
        const uint32_t count = timer_count(t);
        // Watchdog mode is left by the disable sequence alone.
        t->control = is_watchdog_mode(t) ? v | WD_MODE : v;
        t->control &= t->watchdog ? 0xff0fu : 0xff07u;
        timer_restart(t, !count && t->control & PT_AUTO ? t->load : count);
        break;
    }
    case 0x0c:
        if (v & 1) t->event = false;
        timer_arm(t);
        break;
    case 0x10:
        if (t->watchdog && v & 1) t->reset_flag = false;
        break;
    case 0x14:
        if (t->watchdog && v == 0x87654321u && t->disable_word == 0x12345678u)
            t->control &= ~(uint32_t)WD_MODE;
        t->disable_word = v;
        break;
    default: return;
    }
    timer_lines(t);
}

// Snoop control unit

static uint32_t scu_read(const struct mpcore *m, uint32_t offset)
{
    switch (offset) {
    case 0x00: return m->scu_control;
    case 0x04: return (m->cfg.ncpus - 1) | ((1u << m->cfg.ncpus) - 1) << 4; // all in SMP mode
    case 0x08: return m->scu_power;
    case 0x40: return m->scu_filter[0];
    case 0x44: return m->scu_filter[1];
    case 0x50: return m->scu_access;
    case 0x54: return m->scu_ns_access;
    default: return 0;
    }
}

static void scu_write(struct mpcore *m, uint32_t offset, unsigned size, uint32_t v)
{
    switch (offset) {
    case 0x00: m->scu_control = v & 0x7f; return;
    case 0x40: m->scu_filter[0] = v & 0xfff00000; return;
    case 0x44: m->scu_filter[1] = v & 0xfff00000; return;
    case 0x50: m->scu_access = v & 0xf; return;
    case 0x54: m->scu_ns_access = v & 0xfff; return;
    default: break;
    }
    if (offset >= 0x08 && offset < 0x0c) { // a byte a CPU
        const unsigned shift = 8 * (offset & 3);
        const uint32_t bits = size == 4 ? 0xffffffffu : ((1u << 8 * size) - 1) << shift;
        m->scu_power = (m->scu_power & ~bits) | (v << shift & bits);
    }
}

static uint32_t mpcore_read(void *dev, uint32_t offset, unsigned size)
{
    struct mpcore *m = dev;
    m->at = clock_ns(m->d.env.clock);
    (void)size;
    if (offset < 0x100) return scu_read(m, offset & ~3u) >> 8 * (offset & 3);
    if (offset >= 0x200 && offset < 0x220) return global_read(m, offset - 0x200);
    if (offset >= 0x600 && offset < 0x620) return timer_read(&m->timer[bus_master], offset - 0x600);
    if (offset >= 0x620 && offset < 0x640) return timer_read(&m->watchdog[bus_master], offset - 0x620);
    return 0;
}

static void mpcore_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct mpcore *m = dev;
    m->at = clock_ns(m->d.env.clock);
    if (offset < 0x100)
        scu_write(m, offset, size, v);
    else if (offset >= 0x200 && offset < 0x220)
        global_write(m, offset - 0x200, v);
    else if (offset >= 0x600 && offset < 0x620)
        timer_write(&m->timer[bus_master], offset - 0x600, v);
    else if (offset >= 0x620 && offset < 0x640)
        timer_write(&m->watchdog[bus_master], offset - 0x620, v);
}

static void timer_init(struct mpcore *m, struct private_timer *t, unsigned cpu, bool watchdog)
{
    t->owner = m;
    t->cpu = cpu;
    t->watchdog = watchdog;
    t->timer = (struct timer){.fire = timer_expire, .ctx = t};
}

static bool mpcore_init(struct device *d)
{
    struct mpcore *m = (struct mpcore *)d;
    m->cfg = *(const struct mpcore_config *)d->env.config;
    for (unsigned i = 0; i < MPCORE_MAX_CPUS; i++) {
        timer_init(m, &m->timer[i], i, false);
        timer_init(m, &m->watchdog[i], i, true);
        m->comparator[i].owner = m;
        m->comparator[i].cpu = i;
        m->comparator[i].timer = (struct timer){.fire = comparator_expire, .ctx = &m->comparator[i]};
    }
    return true;
}

static void timer_reset(struct private_timer *t)
{
    timer_cancel(t->owner->d.env.clock, &t->timer);
    t->load = t->control = t->disable_word = 0;
    t->left = 0;
    t->event = t->reloaded = false;
    timer_lines(t);
}

static void mpcore_reset(struct device *d)
{
    struct mpcore *m = (struct mpcore *)d;
    m->at = clock_ns(d->env.clock);
    m->scu_control = m->scu_power = m->scu_filter[0] = m->scu_filter[1] = m->scu_ns_access = 0;
    m->scu_access = 0xf;
    m->global_on = false;
    m->global_base = 0;
    m->global_prescale = 0;
    for (unsigned i = 0; i < MPCORE_MAX_CPUS; i++) {
        struct comparator *c = &m->comparator[i];
        timer_cancel(d->env.clock, &c->timer);
        c->control = c->increment = 0;
        c->compare = 0;
        c->event = c->reached = false;
        irq_set(&m->cfg.global_irq[i], false);
        timer_reset(&m->timer[i]);
        timer_reset(&m->watchdog[i]);
    }
}

const struct dev_class mpcore_class = {
    .name = "a9-mpcore",
    .state_size = sizeof(struct mpcore),
    .init = mpcore_init,
    .reset = mpcore_reset,
    .ops = {mpcore_read, mpcore_write},
};
