// Two-wire serial interface of the Versatile boards. ARM DUI 0447, 4.3.
//
// Two open-drain lines that software drives: bit 0 SCL, bit 1 SDA. SB_CONTROL 0x000 reads the lines,
// SB_CONTROLS 0x000 releases those whose bit is 1, SB_CONTROLC 0x004 pulls them low. No device is connected:
// nobody acknowledges an address. No interrupt, no config.
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum { CONTROL = 0x000, CONTROLC = 0x004, LINES = 3 };

struct sbcon {
    struct device d;
    uint32_t lines;
};

static uint32_t sbcon_read(void *dev, uint32_t offset, unsigned size)
{
    (void)size;
    return offset == CONTROL ? ((struct sbcon *)dev)->lines : 0;
}

static void sbcon_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sbcon *s = dev;
    (void)size;
    if (offset == CONTROL) s->lines |= v & LINES;
    if (offset == CONTROLC) s->lines &= ~v;
}

static void sbcon_reset(struct device *d)
{
    ((struct sbcon *)d)->lines = LINES;
}

static void sbcon_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_string(f, "compatible", "arm,versatile-i2c");
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 0);
}

const struct dev_class sbcon_class = {
    .name = "sbcon",
    .state_size = sizeof(struct sbcon),
    .reset = sbcon_reset,
    .ops = {sbcon_read, sbcon_write},
    .node = "i2c",
    .fdt = sbcon_fdt,
};
