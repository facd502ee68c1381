#include "dev/sii9022.h"

#include <string.h>

enum { SYS_CTRL = 0x1a, CHIP_ID = 0x1b, INT_STATUS = 0x3d };
enum { DDC_REQUEST = 4, DDC_GRANTED = 2, PLUGGED = 4 };

void sii9022_reset(struct sii9022 *s)
{
    memset(s, 0, sizeof *s);
    s->reg[SYS_CTRL] = 0x10; // powered down
    memcpy(s->reg + CHIP_ID, "\xb0\x02\x03", 3);
}

static bool is_selected(void *ctx, uint8_t address, bool read)
{
    struct sii9022 *s = ctx;
    s->monitor = address == EDID_ADDRESS && s->reg[SYS_CTRL] & DDC_GRANTED;
    s->first = !read;
    return s->monitor || address == SII9022_ADDRESS;
}

static void write_register(struct sii9022 *s, uint8_t reg, uint8_t v)
{
    if (reg >= CHIP_ID && reg < CHIP_ID + 3) return;
    if (reg == INT_STATUS) return; // ones clear events, of which there are none
    if (reg == SYS_CTRL) v = (uint8_t)((v & ~DDC_GRANTED) | (v & DDC_REQUEST ? DDC_GRANTED : 0));
    s->reg[reg] = v;
}

static bool on_write(void *ctx, uint8_t v)
{
    struct sii9022 *s = ctx;
    uint8_t *pointer = s->monitor ? &s->edid_pointer : &s->pointer;
    if (s->first)
        *pointer = v;
    else if (s->monitor)
        return false;
    else
        write_register(s, s->pointer++, v);
    s->first = false;
    return true;
}

static uint8_t on_read(void *ctx)
{
    struct sii9022 *s = ctx;
    if (s->monitor) return edid_byte(s->edid_pointer++ % EDID_SIZE);
    const uint8_t reg = s->pointer++;
    return reg == INT_STATUS ? PLUGGED : s->reg[reg];
}

struct i2c_slave sii9022_slave(struct sii9022 *s)
{
    return (struct i2c_slave){is_selected, on_write, on_read, s};
}
