// L2C-310 level 2 cache controller, r3p3. ARM DDI 0246H.
//
// There is no cache to control: registers remember what they are told, and every maintenance operation is
// complete at once. 8 ways of 64 KiB, as on the CoreTile Express A9x4. Event counters count nothing; no
// interrupt is raised.
#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum reg {
    CACHE_ID = 0x000,
    CACHE_TYPE = 0x004,
    CONTROL = 0x100,
    AUX = 0x104,
    TAG_LATENCY = 0x108,
    DATA_LATENCY = 0x10c,
    EVENT_CONTROL = 0x200,
    EVENT1_CONFIG = 0x204,
    EVENT0_CONFIG = 0x208,
    EVENT1 = 0x20c,
    EVENT0 = 0x210,
    INT_MASK = 0x214,
    LOCKDOWN = 0x900, // data and instructions in turn, for eight masters
    LOCKDOWN_END = 0x940,
    LOCK_LINE = 0x950,
    UNLOCK_WAY = 0x954,
    FILTER_START = 0xc00,
    FILTER_END = 0xc04,
    DEBUG = 0xf40,
    PREFETCH = 0xf60,
    POWER = 0xf80,
};

enum { ENABLED = 1, AUX_RESET = 0x02060000, LATENCY_RESET = 0x777 };

struct l2c310 {
    struct device d;
    uint32_t control, aux, tag, data, event_control, event_config[2], event[2], int_mask;
    uint32_t lockdown[16], lock_line, filter[2], debug, prefetch, power;
};

// Instruction and data cache alike: way size and associativity as the auxiliary control register has them.
static uint32_t cache_type(const struct l2c310 *l)
{
    const uint32_t half = (l->aux >> 17 & 7) << 8 | (l->aux >> 16 & 1) << 6;
    return 0x1c000000 | half << 12 | half;
}

// Registers that are plain words; writable: which bits. NULL: none at this offset.
static uint32_t *word(struct l2c310 *l, uint32_t offset, uint32_t *writable)
{
    *writable = 0xffffffffu;
    if (offset >= LOCKDOWN && offset < LOCKDOWN_END) {
        *writable = 0xffff;
        return &l->lockdown[(offset - LOCKDOWN) / 4];
    }
    switch ((enum reg)offset) {
    case CONTROL: *writable = ENABLED; return &l->control;
    case AUX: *writable = 0x7fffffff; return &l->aux;
    case TAG_LATENCY: *writable = 0x777; return &l->tag;
    case DATA_LATENCY: *writable = 0x777; return &l->data;
    case EVENT_CONTROL: *writable = 1; return &l->event_control; // bits 2:1 clear the counters
    case EVENT1_CONFIG: *writable = 0x3f; return &l->event_config[1];
    case EVENT0_CONFIG: *writable = 0x3f; return &l->event_config[0];
    case EVENT1: return &l->event[1];
    case EVENT0: return &l->event[0];
    case INT_MASK: *writable = 0x1ff; return &l->int_mask;
    case LOCK_LINE: *writable = 1; return &l->lock_line;
    case FILTER_START: *writable = 0xfff00001; return &l->filter[0];
    case FILTER_END: *writable = 0xfff00000; return &l->filter[1];
    case DEBUG: *writable = 3; return &l->debug;
    case PREFETCH: *writable = 0x79a0001f; return &l->prefetch;
    case POWER: *writable = 3; return &l->power;
    case CACHE_ID:
    case CACHE_TYPE:
    case UNLOCK_WAY:
    case LOCKDOWN:
    case LOCKDOWN_END: return NULL;
    }
    return NULL; // maintenance operations, interrupt status
}

static uint32_t l2c310_read(void *dev, uint32_t offset, unsigned size)
{
    struct l2c310 *l = dev;
    uint32_t writable;
    (void)size;
    if (offset == CACHE_ID) return 0x410000c8;
    if (offset == CACHE_TYPE) return cache_type(l);
    const uint32_t *w = word(l, offset, &writable);
    return w ? *w : 0;
}

static void l2c310_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct l2c310 *l = dev;
    uint32_t writable;
    (void)size;
    uint32_t *w = word(l, offset, &writable);
    if (!w) return;
    // These describe the memories and may change only while the cache is off (3.3.3 to 3.3.5).
    if (l->control & ENABLED && (w == &l->aux || w == &l->tag || w == &l->data)) return;
    if (w == &l->event_control) {
        if (v & 2) l->event[0] = 0;
        if (v & 4) l->event[1] = 0;
    }
    *w = v & writable;
    // Two bits of the auxiliary control register are also in the prefetch register (3.3.13).
    if (w == &l->aux) l->prefetch = (l->prefetch & ~0x30000000u) | (l->aux & 0x30000000u);
    if (w == &l->prefetch) l->aux = (l->aux & ~0x30000000u) | (l->prefetch & 0x30000000u);
}

static void l2c310_reset(struct device *d)
{
    struct l2c310 *l = (struct l2c310 *)d;
    *l = (struct l2c310){.d = *d, .aux = AUX_RESET, .tag = LATENCY_RESET, .data = LATENCY_RESET};
}

static void l2c310_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_string(f, "compatible", "arm,pl310-cache");
    fdt_empty(f, "cache-unified");
    fdt_u32(f, "cache-level", 2);
    fdt_u32s(f, "arm,data-latency", (const uint32_t[]){1, 1, 1}, 3);
    fdt_u32s(f, "arm,tag-latency", (const uint32_t[]){1, 1, 1}, 3);
}

const struct dev_class l2c310_class = {
    .name = "l2c310",
    .state_size = sizeof(struct l2c310),
    .nirqs = 1,
    .reset = l2c310_reset,
    .ops = {l2c310_read, l2c310_write},
    .node = "cache-controller",
    .fdt = l2c310_fdt,
};
