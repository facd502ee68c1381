// The tile's memory controllers: PL341 dynamic (ARM DDI 0418) and PL354 static (DDI 0380). They are there to
// be recognised: the memory works without being configured. Their state machines go where they are told at
// once.
//
// PL341: memc_status 0x000 follows memc_cmd 0x004. PL354: reads as zero, which is "configured and awake".
// No interrupt is raised, no config.
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum { STATUS = 0x000, COMMAND = 0x004 };
enum { CMD_GO, CMD_SLEEP, CMD_WAKEUP, CMD_PAUSE, CMD_CONFIGURE };
enum { CONFIG, READY, PAUSED, LOW_POWER };

struct memc {
    struct device d;
    uint32_t state;
};

static uint32_t pl341_read(void *dev, uint32_t offset, unsigned size)
{
    const struct memc *c = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00041341, &v)) return v;
    return offset == STATUS ? c->state : 0;
}

static void pl341_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    static const uint8_t next[] = {[CMD_GO] = READY,
                                   [CMD_SLEEP] = LOW_POWER,
                                   [CMD_WAKEUP] = PAUSED,
                                   [CMD_PAUSE] = PAUSED,
                                   [CMD_CONFIGURE] = CONFIG};
    struct memc *c = dev;
    (void)size;
    if (offset == COMMAND && (v & 7) < sizeof next) c->state = next[v & 7];
}

static uint32_t pl354_read(void *dev, uint32_t offset, unsigned size)
{
    uint32_t v;
    (void)dev;
    (void)size;
    return primecell_id(offset, 0x00041354, &v) ? v : 0;
}

static void pl354_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    (void)dev;
    (void)offset;
    (void)size;
    (void)v;
}

static void memc_reset(struct device *d)
{
    ((struct memc *)d)->state = READY; // as the boot firmware leaves it
}

static void pl341_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,pl341", "arm,primecell", NULL);
    fdt_string(f, "clock-names", "apb_pclk");
}

static void pl354_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,pl354", "arm,primecell", NULL);
    fdt_string(f, "clock-names", "apb_pclk");
}

const struct dev_class pl341_class = {
    .name = "pl341",
    .state_size = sizeof(struct memc),
    .reset = memc_reset,
    .ops = {pl341_read, pl341_write},
    .node = "memory-controller",
    .fdt = pl341_fdt,
};

const struct dev_class pl354_class = {
    .name = "pl354",
    .state_size = sizeof(struct memc),
    .nirqs = 2,
    .reset = memc_reset,
    .ops = {pl354_read, pl354_write},
    .node = "memory-controller",
    .fdt = pl354_fdt,
};
