// SP805 watchdog. ARM DDI 0270B.
//
// A 32-bit down counter that first interrupts (irq[0]) and, if that is not answered until it is zero again,
// resets the machine. config: uint32_t, the frequency of WDOGCLK in Hz (NULL: 32768). The counter runs while
// INTEN is set.
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum reg {
    LOAD = 0x000,
    VALUE = 0x004,
    CONTROL = 0x008,
    INTCLR = 0x00c,
    RIS = 0x010,
    MIS = 0x014,
    LOCK = 0xc00,
    ITCR = 0xf00,
    ITOP = 0xf04,
};

enum { INTEN = 1, RESEN = 2 };
enum { TEST_INT = 2, TEST_RES = 1 }; // WDOGITOP
enum { UNLOCK = 0x1acce551, NS = 1000000000 };

struct sp805 {
    struct device d;
    uint32_t hz;
    uint32_t load, control, itcr, itop;
    uint32_t start; // value …
    uint64_t since; // … at this time, ns
    bool ris, locked;
    struct timer timer;
};

static void update(struct sp805 *w)
{
    const bool level = w->itcr ? w->itop & TEST_INT : w->ris && w->control & INTEN;
    irq_set(&w->d.irq[0], level);
}

// At zero it goes on from the load value.
static uint32_t value(const struct sp805 *w)
{
    if (!(w->control & INTEN)) return w->start;
    const uint64_t ns = clock_ns(w->d.env.clock) - w->since;
    const uint64_t ticks = (uint64_t)((unsigned __int128)ns * w->hz / NS);
    if (ticks < w->start) return w->start - (uint32_t)ticks;
    return w->load ? w->load - (uint32_t)((ticks - w->start) % w->load) : 0;
}

// A second zero matters only if it resets the machine.
static void restart(struct sp805 *w, uint32_t from)
{
    struct clock *c = w->d.env.clock;
    w->start = from;
    w->since = clock_ns(c);
    timer_cancel(c, &w->timer);
    if (w->control & INTEN && (!w->ris || w->control & RESEN))
        timer_set(c, &w->timer, w->since + (uint64_t)(((unsigned __int128)from * NS + w->hz - 1) / w->hz));
}

static void reset_machine(struct sp805 *w)
{
    if (w->d.env.power) w->d.env.power(w->d.env.power_ctx, DEV_REBOOT);
}

static void expired(void *ctx)
{
    struct sp805 *w = ctx;
    if (w->ris && w->control & RESEN) {
        reset_machine(w);
        return;
    }
    w->ris = true;
    restart(w, w->load ? w->load : 1); // with a load of zero the second time follows at once
    update(w);
}

static uint32_t sp805_read(void *dev, uint32_t offset, unsigned size)
{
    struct sp805 *w = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00141805, &v)) return v;
    switch ((enum reg)offset) {
    case LOAD: return w->load;
    case VALUE: return value(w);
    case CONTROL: return w->control;
    case RIS: return w->ris;
    case MIS: return w->ris && w->control & INTEN;
    case LOCK: return w->locked;
    case ITCR: return w->itcr;
    case INTCLR:
    case ITOP: return 0;
    }
    return 0;
}

static void set_control(struct sp805 *w, uint32_t v)
{
    const uint32_t at = value(w);
    const bool starts = v & INTEN && !(w->control & INTEN);
    w->control = v & (INTEN | RESEN);
    restart(w, starts ? w->load : at);
}

static void sp805_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sp805 *w = dev;
    (void)size;
    if (offset == LOCK) w->locked = v != UNLOCK;
    if (w->locked) return;
    switch ((enum reg)offset) {
    case LOAD:
        w->load = v;
        restart(w, v);
        break;
    case CONTROL: set_control(w, v); break;
    case INTCLR:
        w->ris = false;
        restart(w, w->load);
        break;
    case ITCR: w->itcr = v & 1; break;
    case ITOP:
        w->itop = v & (TEST_INT | TEST_RES);
        if (w->itcr && v & TEST_RES) reset_machine(w);
        break;
    case VALUE:
    case RIS:
    case MIS:
    case LOCK: return;
    }
    update(w);
}

static void sp805_reset(struct device *d)
{
    struct sp805 *w = (struct sp805 *)d;
    w->load = 0xffffffffu;
    w->control = w->itcr = w->itop = 0;
    w->ris = w->locked = false;
    restart(w, 0xffffffffu);
    update(w);
}

static bool sp805_init(struct device *d)
{
    struct sp805 *w = (struct sp805 *)d;
    w->hz = d->env.config ? *(const uint32_t *)d->env.config : 32768;
    w->timer = (struct timer){.fire = expired, .ctx = w};
    return true;
}

static void sp805_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,sp805", "arm,primecell", NULL);
    fdt_strings(f, "clock-names", "wdog_clk", "apb_pclk", NULL);
}

const struct dev_class sp805_class = {
    .name = "sp805",
    .state_size = sizeof(struct sp805),
    .nirqs = 1,
    .init = sp805_init,
    .reset = sp805_reset,
    .ops = {sp805_read, sp805_write},
    .node = "watchdog",
    .fdt = sp805_fdt,
};
