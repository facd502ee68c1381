// Versatile Express system registers, with the configuration bus. ARM DUI 0447 (motherboard), DUI 0448 (A9
// tile).
//
// No interrupt. config: struct sysreg_config. Backend: struct display, which of whose inputs SYS_MUXFPGA
// selects, or NULL. Power-off and reboot come through SYS_CFGCTRL.
#include "dev/sysreg.h"

#include "base/fdt.h"
#include "base/log.h"
#include "dev/devices.h"
#include "host/display.h"

enum reg {
    ID = 0x000,
    SW = 0x004,
    LED = 0x008,
    COUNTER_100HZ = 0x024,
    FLAGS = 0x030, // FLAGSSET on write
    FLAGSCLR = 0x034,
    NVFLAGS = 0x038,
    NVFLAGSCLR = 0x03c,
    MCI = 0x048,
    FLASH = 0x04c,
    CFGSW = 0x058,
    COUNTER_24MHZ = 0x05c,
    MISC = 0x060,
    DMA = 0x064,
    PROCID0 = 0x084,
    PROCID1 = 0x088,
    CFGDATA = 0x0a0,
    CFGCTRL = 0x0a4,
    CFGSTAT = 0x0a8,
};

enum function {
    F_OSC = 1,
    F_VOLT,
    F_AMP,
    F_TEMP,
    F_RESET,
    F_SCC,
    F_MUXFPGA,
    F_SHUTDOWN,
    F_REBOOT,
    F_DVIMODE = 11,
    F_POWER,
    F_ENERGY
};
enum { MAX_OSC = 12, MAX_VOLT = 8, STAT_COMPLETE = 1, STAT_ERROR = 2 };

struct sysreg {
    struct device d;
    struct sysreg_config cfg;
    uint32_t led, flags, nvflags, flash, cfgsw, misc, dma, cfgdata, cfgctrl, cfgstat;
    uint32_t osc[2][MAX_OSC];   // Hz, of motherboard (site 0) and tile
    uint32_t volt[2][MAX_VOLT]; // microvolts
    uint32_t muxfpga, dvimode;
};

static uint32_t ticks(const struct sysreg *s, uint32_t hz)
{
    return (uint32_t)((unsigned __int128)clock_ns(s->d.env.clock) * hz / 1000000000u);
}

// The word that a function at (site, device) reads and writes; NULL if there is no such thing.
static uint32_t *config_word(struct sysreg *s, unsigned function, unsigned site, unsigned device)
{
    switch (function) {
    case F_OSC:
        if (site > 1 || device >= MAX_OSC || !s->osc[site][device]) return NULL;
        return &s->osc[site][device];
    case F_VOLT:
        if (site > 1 || device >= MAX_VOLT || !s->volt[site][device]) return NULL;
        return &s->volt[site][device];
    case F_MUXFPGA: return site == 0 ? &s->muxfpga : NULL;
    case F_DVIMODE: return site == 0 ? &s->dvimode : NULL;
    default: return NULL;
    }
}

// The transmitter's input: the controller of the motherboard or of the tile's site.
static void select_display(struct sysreg *s)
{
    if (s->d.env.backend) display_select(s->d.env.backend, s->muxfpga);
}

uint32_t sysreg_osc(const struct device *sysreg, unsigned site, unsigned n)
{
    return site < 2 && n < MAX_OSC ? ((const struct sysreg *)sysreg)->osc[site][n] : 0;
}

static bool configure(struct sysreg *s, uint32_t ctrl)
{
    const bool write = ctrl >> 30 & 1;
    const unsigned function = ctrl >> 20 & 63, site = ctrl >> 16 & 3, device = ctrl & 0xfff;
    if (ctrl >> 26 & 15 || ctrl >> 12 & 15) return false; // one controller on each site, and nothing stacked
    uint32_t *word = config_word(s, function, site, device);
    if (word) {
        if (write)
            *word = s->cfgdata;
        else
            s->cfgdata = *word;
        select_display(s);
        return true;
    }
    switch (function) {
    case F_AMP:
    case F_POWER:
    case F_ENERGY: // nothing flows here; energy is two words for each supply
        if (write || site != 1 || device >= s->cfg.namps * (function == F_ENERGY ? 2 : 1)) return false;
        s->cfgdata = 0;
        return true;
    case F_TEMP: // microdegrees
        if (write || site > 1 || device) return false;
        s->cfgdata = 40000000;
        return true;
    case F_SHUTDOWN:
    case F_REBOOT:
    case F_RESET:
        if (!write) return false;
        if (s->d.env.power)
            s->d.env.power(s->d.env.power_ctx, function == F_SHUTDOWN ? DEV_POWER_OFF : DEV_REBOOT);
        return true;
    default: return false;
    }
}

static uint32_t read_word(struct sysreg *s, uint32_t offset)
{
    switch ((enum reg)offset) {
    case ID: return 0x1190f500;
    case SW: return 0;
    case LED: return s->led;
    case COUNTER_100HZ: return ticks(s, 100);
    case FLAGS: return s->flags;
    case NVFLAGS: return s->nvflags;
    case MCI:
        return s->cfg.mci ? s->cfg.mci(s->cfg.mci_ctx) : 0; // bit 0 card detected, bit 1 write protected
    case FLASH: return s->flash;
    case CFGSW: return s->cfgsw;
    case COUNTER_24MHZ: return ticks(s, 24000000);
    case MISC: return s->misc;
    case DMA: return s->dma;
    case PROCID0: return s->cfg.procid;
    case PROCID1: return 0xff000000; // no second tile
    case CFGDATA: return s->cfgdata;
    case CFGCTRL: return s->cfgctrl & 0x7fffffff; // never busy
    case CFGSTAT: return s->cfgstat;
    case FLAGSCLR:
    case NVFLAGSCLR: return 0;
    }
    return 0;
}

static uint32_t sysreg_read(void *dev, uint32_t offset, unsigned size)
{
    (void)size;
    return read_word(dev, offset & ~3u) >> 8 * (offset & 3);
}

static void sysreg_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sysreg *s = dev;
    (void)size;
    switch ((enum reg)offset) {
    case LED: s->led = v & 0xff; return;
    case FLAGS: s->flags |= v; return;
    case FLAGSCLR: s->flags &= ~v; return;
    case NVFLAGS: s->nvflags |= v; return;
    case NVFLAGSCLR: s->nvflags &= ~v; return;
    case FLASH: s->flash = v & 1; return;
    case CFGSW: s->cfgsw = v & 0xff; return;
    case MISC: s->misc = v; return;
    case DMA: s->dma = v; return;
    case CFGDATA: s->cfgdata = v; return;
    case CFGCTRL:
        s->cfgctrl = v;
        if (v >> 31) s->cfgstat = configure(s, v) ? STAT_COMPLETE : STAT_COMPLETE | STAT_ERROR;
        return;
    case CFGSTAT: s->cfgstat = v & 3; return;
    case ID:
    case SW:
    case COUNTER_100HZ:
    case MCI:
    case COUNTER_24MHZ:
    case PROCID0:
    case PROCID1: return; // read only
    }
}

static void sysreg_reset(struct device *d)
{
    struct sysreg *s = (struct sysreg *)d;
    static const uint32_t motherboard[] = {50000000, 23750000, 24000000, 24000000, 24000000, 24000000};
    s->led = s->flags = s->flash = s->cfgsw = s->misc = s->dma = s->cfgdata = s->cfgctrl = s->cfgstat = 0;
    s->muxfpga = s->dvimode = 0;
    select_display(s);
    for (unsigned i = 0; i < sizeof motherboard / sizeof *motherboard; i++)
        s->osc[0][i] = motherboard[i];
    for (unsigned i = 0; i < s->cfg.noscs; i++)
        s->osc[1][i] = s->cfg.osc[i];
    s->volt[0][0] = 3300000; // VIO
    for (unsigned i = 0; i < s->cfg.nvolts; i++)
        s->volt[1][i] = s->cfg.volt[i];
}

static bool sysreg_init(struct device *d)
{
    ((struct sysreg *)d)->cfg = *(const struct sysreg_config *)d->env.config;
    return true;
}

// Bits of a register that other nodes refer to as lines.
static void add_gpio(struct fdt *f, enum reg reg, const char *compatible, uint32_t phandle)
{
    fdt_begin_at(f, "gpio", reg);
    fdt_string(f, "compatible", compatible);
    fdt_u32s(f, "reg", (const uint32_t[]){reg, 4}, 2);
    fdt_empty(f, "gpio-controller");
    fdt_u32(f, "#gpio-cells", 2);
    if (phandle) fdt_u32(f, "phandle", phandle);
    fdt_end(f);
}

static void sysreg_fdt(const struct device *d, struct fdt *f)
{
    fdt_string(f, "compatible", "arm,vexpress-sysreg");
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 1);
    fdt_u32s(f, "ranges", (const uint32_t[]){0, (uint32_t)d->base, 0x1000}, 3);
    const struct sysreg *s = (const struct sysreg *)d;
    add_gpio(f, LED, "arm,vexpress-sysreg,sys_led", s->cfg.led_phandle);
    add_gpio(f, MCI, "arm,vexpress-sysreg,sys_mci", s->cfg.mci_phandle);
    add_gpio(f, FLASH, "arm,vexpress-sysreg,sys_flash", 0);
}

const struct dev_class sysreg_class = {
    .name = "vexpress-sysreg",
    .state_size = sizeof(struct sysreg),
    .init = sysreg_init,
    .reset = sysreg_reset,
    .ops = {sysreg_read, sysreg_write},
    .node = "sysreg",
    .fdt = sysreg_fdt,
};
