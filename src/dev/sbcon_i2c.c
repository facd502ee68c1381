// Serial bus interface of the Versatile boards, the two lines of an I2C bus. ARM DUI 0447 (4.4, "Two-wire serial
// bus interface").
//
// SB_CONTROL(S) at 0x000: reads the lines, sets; SB_CONTROLC at 0x004 clears. Bit 0 SCL, bit 1 SDA. No interrupt.
// On the bus: the DVI transmitter. config: const uint32_t *, pairs of phandles of the endpoints in the device
// tree that feed it, theirs and ours, up to a 0; NULL: none.
#include "base/fdt.h"
#include "dev/devices.h"
#include "dev/sii9022.h"

enum reg { CONTROLS = 0, CONTROLC = 4 };
enum { SCL = 1, SDA = 2 };

struct sbcon {
    struct device d;
    struct i2c_slave slave;
    struct i2c_bus bus;
    struct sii9022 dvi;
    uint32_t out;
};

static uint32_t sbcon_read(void *dev, uint32_t offset, unsigned size)
{
    const struct sbcon *s = dev;
    (void)size;
    return offset == CONTROLS ? (s->out & SCL) | (i2c_sda(&s->bus) ? SDA : 0u) : 0;
}

static void sbcon_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sbcon *s = dev;
    (void)size;
    switch ((enum reg)offset) {
    case CONTROLS: s->out |= v & (SCL | SDA); break;
    case CONTROLC: s->out &= ~v; break;
    }
    i2c_set(&s->bus, s->out & SCL, s->out & SDA);
}

static bool sbcon_init(struct device *d)
{
    struct sbcon *s = (struct sbcon *)d;
    s->slave = sii9022_slave(&s->dvi);
    return true;
}

static void sbcon_reset(struct device *d)
{
    struct sbcon *s = (struct sbcon *)d;
    s->out = SCL | SDA;
    i2c_init(&s->bus, &s->slave);
    sii9022_reset(&s->dvi);
}

static void sbcon_fdt(const struct device *d, struct fdt *f)
{
    const uint32_t *const phandles = d->env.config;
    fdt_string(f, "compatible", "arm,versatile-i2c");
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 0);
    fdt_begin_at(f, "dvi-transmitter", SII9022_ADDRESS);
    fdt_strings(f, "compatible", "sil,sii9022-tpi", "sil,sii9022", NULL);
    fdt_u32(f, "reg", SII9022_ADDRESS);
    fdt_begin(f, "ports");
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 0);
    for (uint32_t i = 0; phandles && phandles[2 * i]; i++) {
        fdt_begin_at(f, "port", i);
        fdt_u32(f, "reg", i);
        fdt_begin(f, "endpoint");
        fdt_u32(f, "remote-endpoint", phandles[2 * i]);
        fdt_u32(f, "phandle", phandles[2 * i + 1]);
        fdt_end(f);
        fdt_end(f);
    }
    fdt_end(f);
    fdt_end(f);
}

const struct dev_class sbcon_i2c_class = {
    .name = "sbcon-i2c",
    .state_size = sizeof(struct sbcon),
    .init = sbcon_init,
    .reset = sbcon_reset,
    .ops = {sbcon_read, sbcon_write},
    .node = "i2c",
    .fdt = sbcon_fdt,
};
