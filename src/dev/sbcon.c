// Two-wire serial interface of the Versatile boards. ARM DUI 0447, 4.3.
//
// Two open-drain lines that software drives: bit 0 SCL, bit 1 SDA. SB_CONTROL 0x000 reads the lines,
// SB_CONTROLS 0x000 releases those whose bit is 1, SB_CONTROLC 0x004 pulls them low. No interrupt. config:
// struct sbcon_config for the bus of the DVI transmitter; NULL: no device is connected, nobody acknowledges
// an address.
#include "dev/sbcon.h"

#include "base/fdt.h"
#include "dev/devices.h"
#include "dev/sii9022.h"

enum { CONTROL = 0x000, CONTROLC = 0x004, SCL = 1, SDA = 2 };

struct sbcon {
    struct device d;
    uint32_t lines; // as the master drives them
    bool connected;
    struct sbcon_config cfg;
    struct sii9022 dvi;
    struct i2c_slave slave;
    struct i2c_bus bus;
};

static uint32_t sbcon_read(void *dev, uint32_t offset, unsigned size)
{
    const struct sbcon *s = dev;
    (void)size;
    if (offset != CONTROL) return 0;
    return s->connected && !i2c_sda(&s->bus) ? s->lines & SCL : s->lines;
}

static void sbcon_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct sbcon *s = dev;
    (void)size;
    if (offset == CONTROL) s->lines |= v & (SCL | SDA);
    if (offset == CONTROLC) s->lines &= ~v;
    if (s->connected) i2c_set(&s->bus, s->lines & SCL, s->lines & SDA);
}

static bool sbcon_init(struct device *d)
{
    struct sbcon *s = (struct sbcon *)d;
    s->slave = sii9022_slave(&s->dvi);
    s->connected = d->env.config != NULL;
    if (s->connected) s->cfg = *(const struct sbcon_config *)d->env.config;
    return true;
}

static void sbcon_reset(struct device *d)
{
    struct sbcon *s = (struct sbcon *)d;
    s->lines = SCL | SDA;
    i2c_init(&s->bus, &s->slave);
    sii9022_reset(&s->dvi);
}

static void add_transmitter(const struct sbcon_config *c, struct fdt *f)
{
    fdt_begin_at(f, "dvi-transmitter", SII9022_ADDRESS);
    fdt_strings(f, "compatible", "sil,sii9022-tpi", "sil,sii9022", NULL);
    fdt_u32(f, "reg", SII9022_ADDRESS);
    fdt_begin(f, "port"); // one input, which the board connects to one of them
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 0);
    for (uint32_t i = 0; i < 2 && c->source[i]; i++) {
        fdt_begin_at(f, "endpoint", i);
        fdt_u32(f, "reg", i);
        fdt_u32(f, "remote-endpoint", c->source[i]);
        fdt_u32(f, "phandle", c->endpoint[i]);
        fdt_end(f);
    }
    fdt_end(f);
    fdt_end(f);
}

static void sbcon_fdt(const struct device *d, struct fdt *f)
{
    const struct sbcon *s = (const struct sbcon *)d;
    fdt_string(f, "compatible", "arm,versatile-i2c");
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 0);
    if (s->connected) add_transmitter(&s->cfg, f);
}

const struct dev_class sbcon_class = {
    .name = "sbcon",
    .state_size = sizeof(struct sbcon),
    .init = sbcon_init,
    .reset = sbcon_reset,
    .ops = {sbcon_read, sbcon_write},
    .node = "i2c",
    .fdt = sbcon_fdt,
};
