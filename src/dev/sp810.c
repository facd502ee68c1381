// SP810 PrimeXsys system controller. ARM DDI 0254B.
//
// Mode control, clock selection of the timers, and general registers that nothing is connected to here. No
// interrupt, no config. The timers run on the 1 MHz TIMCLK whatever is selected: software that uses them
// selects it. A change of mode is complete at once.
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum reg {
    CTRL = 0x000,
    SYSSTAT = 0x004,
    IMCTRL = 0x008,
    IMSTAT = 0x00c,
    XTALCTRL = 0x010,
    PLLCTRL = 0x014,
    PLLFCTRL = 0x018,
    PERCTRL0 = 0x01c,
    PERCTRL1 = 0x020,
    PEREN = 0x024,
    PERDIS = 0x028,
    PERCLKEN = 0x02c,
    PERSTAT = 0x030,
};

enum { MODE_SLEEP, MODE_DOZE, MODE_SLOW, MODE_NORMAL = 4 };
enum { CTRL_MASK = 0x00ffff87, CTRL_DOZE = 1, IMSTAT_ACTIVE = 1 };

struct sp810 {
    struct device d;
    uint32_t ctrl, imctrl, imstat, xtal, pll, pllf, perctrl[2], enabled;
};

// SCCTRL bits 2:0 ask for a mode by their highest bit, bits 6:3 say which one it is.
static uint32_t with_status(uint32_t ctrl)
{
    const uint32_t mode = ctrl & 4 ? MODE_NORMAL : ctrl & 2 ? MODE_SLOW : ctrl & 1 ? MODE_DOZE : MODE_SLEEP;
    return (ctrl & CTRL_MASK) | mode << 3;
}

static uint32_t sp810_read(void *dev, uint32_t offset, unsigned size)
{
    const struct sp810 *s = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00041810, &v)) return v;
    switch ((enum reg)offset) {
    case CTRL: return with_status(s->ctrl);
    case SYSSTAT: return 0;
    case IMCTRL: return s->imctrl;
    case IMSTAT: return s->imstat;
    case XTALCTRL: return s->xtal;
    case PLLCTRL: return s->pll;
    case PLLFCTRL: return s->pllf;
    case PERCTRL0: return s->perctrl[0];
    case PERCTRL1: return s->perctrl[1];
    case PEREN:
    case PERDIS: return 0; // write only
    case PERCLKEN:
    case PERSTAT: return s->enabled;
    }
    return 0;
}

static void sp810_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sp810 *s = dev;
    (void)size;
    switch ((enum reg)offset) {
    case CTRL: s->ctrl = v & CTRL_MASK; return;
    case IMCTRL: s->imctrl = v & 0x8f; return;
    case IMSTAT: s->imstat = v & IMSTAT_ACTIVE; return;
    case XTALCTRL: s->xtal = v & 0x7ffff; return;
    case PLLCTRL: s->pll = v & 0xfffffff; return;
    case PLLFCTRL: s->pllf = v; return;
    case PERCTRL0: s->perctrl[0] = v; return;
    case PERCTRL1: s->perctrl[1] = v; return;
    case PEREN: s->enabled |= v; return;
    case PERDIS: s->enabled &= ~v; return;
    case SYSSTAT: // asks for a soft reset of the system, which the board does not connect
    case PERCLKEN:
    case PERSTAT: return;
    }
}

static void sp810_reset(struct device *d)
{
    struct sp810 *s = (struct sp810 *)d;
    s->ctrl = CTRL_DOZE;
    s->imctrl = s->imstat = s->xtal = s->pll = s->pllf = s->perctrl[0] = s->perctrl[1] = 0;
    s->enabled = 0xffffffffu;
}

static void sp810_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,sp810", "arm,primecell", NULL);
    fdt_strings(f, "clock-names", "refclk", "timclk", "apb_pclk", NULL);
    fdt_u32(f, "#clock-cells", 1);
    fdt_strings(f, "clock-output-names", "timerclken0", "timerclken1", "timerclken2", "timerclken3", NULL);
}

const struct dev_class sp810_class = {
    .name = "sp810",
    .state_size = sizeof(struct sp810),
    .reset = sp810_reset,
    .ops = {sp810_read, sp810_write},
    .node = "sysctl",
    .fdt = sp810_fdt,
};
