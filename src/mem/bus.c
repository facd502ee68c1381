#include "mem/bus.h"

#include <string.h>

#include "base/log.h"

_Thread_local unsigned bus_master;

static const char *range_name(const struct stats_list *l, unsigned i)
{
    return ((const struct bus *)l->ctx)->range[i].name;
}

void bus_init(struct bus *b)
{
    memset(b, 0, sizeof *b);
    pthread_mutex_init(&b->lock, NULL);
    b->stats = (struct stats_list){.key = "devices",
                                   .title = "accesses to devices:",
                                   .timed = true,
                                   .n = BUS_MAX_RANGES,
                                   .row = b->accesses,
                                   .name = range_name,
                                   .ctx = b};
    if (stats_on) stats_add_list(&b->stats);
}

static void add(struct bus *b, struct bus_range r)
{
    if (b->nranges == BUS_MAX_RANGES) {
        warn("bus: no room for %s", r.name);
        return;
    }
    unsigned i = b->nranges++;
    for (; i > 0 && b->range[i - 1].base > r.base; i--)
        b->range[i] = b->range[i - 1];
    b->range[i] = r;
}

void bus_add_ram(struct bus *b, const char *name, uint64_t base, uint64_t size, uint8_t *host, uint8_t *code)
{
    add(b, (struct bus_range){.base = base,
                              .size = size,
                              .kind = BUS_RAM,
                              .name = name,
                              .host = host,
                              .file = -1,
                              .code = code});
}

void bus_set_file(struct bus *b, const uint8_t *host, int file)
{
    for (unsigned i = 0; i < b->nranges; i++)
        if (b->range[i].kind == BUS_RAM && b->range[i].host == host) b->range[i].file = file;
}

void bus_add_rom(struct bus *b, const char *name, uint64_t base, uint64_t size, uint8_t *host,
                 const struct mmio_ops *ops, void *dev)
{
    add(b,
        (struct bus_range){
            .base = base, .size = size, .kind = BUS_ROM, .name = name, .host = host, .ops = ops, .dev = dev});
}

void bus_add_mmio(struct bus *b, const char *name, uint64_t base, uint64_t size, const struct mmio_ops *ops,
                  void *dev)
{
    bus_add_mmio_at(b, name, base, size, ops, dev, 0);
}

void bus_add_mmio_at(struct bus *b, const char *name, uint64_t base, uint64_t size,
                     const struct mmio_ops *ops, void *dev, uint32_t dev_offset)
{
    add(b, (struct bus_range){.base = base,
                              .size = size,
                              .kind = BUS_MMIO,
                              .name = name,
                              .ops = ops,
                              .dev = dev,
                              .dev_offset = dev_offset});
}

void bus_set_device(struct bus *b, const void *dev, const char *name)
{
    for (unsigned i = 0; i < b->nranges; i++)
        if (b->range[i].dev == dev) b->range[i].device = name;
}

// For --log device. r: NULL, nobody is there.
static void log_access(const struct bus_range *r, uint64_t addr, unsigned size, uint32_t value, bool write)
{
    const char *name = r ? r->name : BUS_ABSENT;
    if (!log_device_on(name, r ? r->device : NULL)) return;
    log_event("device %s: %s 0x%08llx (+0x%llx), %u byte%s: 0x%0*x,%s", name, write ? "write" : "read",
              (unsigned long long)addr, (unsigned long long)(r ? addr - r->base : addr), size,
              size == 1 ? "" : "s", (int)(2 * size), value, log_place().text);
}

void bus_rom_readable(struct bus *b, void *dev, bool readable)
{
    for (unsigned i = 0; i < b->nranges; i++) {
        struct bus_range *r = &b->range[i];
        if (r->dev != dev || !r->host) continue;
        __atomic_store_n(&r->kind, readable ? BUS_ROM : BUS_MMIO, __ATOMIC_SEQ_CST);
        if (!readable && b->withdrawn) b->withdrawn(b->written_ctx, r->host, r->size);
    }
}

void bus_rom_changed(struct bus *b, const void *dev, uint32_t offset, uint32_t len)
{
    for (unsigned i = 0; i < b->nranges; i++) {
        const struct bus_range *r = &b->range[i];
        if (r->dev == dev && r->host && b->written) b->written(b->written_ctx, r->base + offset, len);
    }
}

const struct bus_range *bus_find(const struct bus *b, uint64_t addr)
{
    unsigned lo = 0, hi = b->nranges;
    while (lo < hi) {
        const unsigned mid = (lo + hi) / 2;
        const struct bus_range *r = &b->range[mid];
        if (addr < r->base)
            hi = mid;
        else if (addr - r->base >= r->size)
            lo = mid + 1;
        else
            return r;
    }
    return NULL;
}

// Nobody answers: said once per address (--log unimp).
static bool absent(struct bus *b, uint64_t addr, unsigned size, bool write)
{
    if (!log_on(LOG_UNIMP) || b->nabsent == BUS_MAX_ABSENT) return false;
    for (unsigned i = 0; i < b->nabsent; i++)
        if (b->absent[i] == addr) return false;
    b->absent[b->nabsent++] = addr;
    log_line("no device at %#llx: %u-byte %s", (unsigned long long)addr, size,
             write ? "write ignored" : "read as 0");
    return false;
}

static void count_access(struct bus *b, const struct bus_range *r, uint64_t start)
{
    if (!r || !r->ops) return;
    stats_row(&b->accesses[r - b->range]);
    stats_row_since(&b->accesses[r - b->range], start);
}

bool bus_read(struct bus *b, uint64_t addr, unsigned size, uint32_t *value)
{
    const enum stats_part former = stats_enter(PART_DEVICES);
    pthread_mutex_lock(&b->lock);
    const uint64_t start = stats_clock();
    const struct bus_range *r = bus_find(b, addr);
    bool there = true;
    *value = 0;
    if (!r)
        there = absent(b, addr, size, false);
    else if (r->kind != BUS_MMIO)
        memcpy(value, r->host + (addr - r->base), size);
    else
        *value = r->ops->read(r->dev, (uint32_t)(addr - r->base) + r->dev_offset, size) &
                 0xffffffffu >> (32 - 8 * size);
    if (stats_on) count_access(b, r, start);
    if (log_any(LOG_DEVICE) && (!r || r->kind == BUS_MMIO)) log_access(r, addr, size, *value, false);
    pthread_mutex_unlock(&b->lock);
    stats_enter(former);
    return there;
}

bool bus_write(struct bus *b, uint64_t addr, unsigned size, uint32_t value)
{
    const enum stats_part former = stats_enter(PART_DEVICES);
    pthread_mutex_lock(&b->lock);
    const uint64_t start = stats_clock();
    const struct bus_range *r = bus_find(b, addr);
    bool there = true;
    if (log_any(LOG_DEVICE) && (!r || r->kind != BUS_RAM)) log_access(r, addr, size, value, true);
    if (!r)
        there = absent(b, addr, size, true);
    else if (r->kind == BUS_RAM)
        memcpy(r->host + (addr - r->base), &value, size);
    else if (r->ops)
        r->ops->write(r->dev, (uint32_t)(addr - r->base) + r->dev_offset, size, value);
    if (stats_on) count_access(b, r, start);
    pthread_mutex_unlock(&b->lock);
    stats_enter(former);
    return there;
}

static bool dma(struct bus *b, uint64_t addr, void *host, size_t len, bool to_guest)
{
    uint8_t *p = host;
    while (len) {
        const struct bus_range *r = bus_find(b, addr);
        if (!r || !r->host || (to_guest && r->kind != BUS_RAM)) return false;
        const uint64_t left = r->base + r->size - addr;
        const size_t n = len < left ? len : (size_t)left;
        if (to_guest) {
            memcpy(r->host + (addr - r->base), p, n);
            if (b->written) b->written(b->written_ctx, addr, n);
        } else {
            memcpy(p, r->host + (addr - r->base), n);
        }
        addr += n, p += n, len -= n;
    }
    return true;
}

bool bus_dma_read(struct bus *b, uint64_t addr, void *to, size_t len)
{
    return dma(b, addr, to, len, false);
}

bool bus_dma_write(struct bus *b, uint64_t addr, const void *from, size_t len)
{
    return dma(b, addr, (void *)from, len, true);
}

const uint8_t *bus_dma_ptr(struct bus *b, uint64_t addr, size_t len)
{
    const struct bus_range *r = bus_find(b, addr);
    if (!r || !r->host || len > r->base + r->size - addr) return NULL;
    return r->host + (addr - r->base);
}
