// virtio-mmio: the registers of a virtio device. Virtual I/O Device (VIRTIO) 1.1, 4.2.2 (version 2) and 4.2.4
// (version 1, legacy).
//
// 0x000 … 0x0ff, 32 bits wide each; from 0x100 the device's configuration space, of bytes, halfwords or
// words. irq[0]: high while InterruptStatus is not 0. config: see virtio_init. As a class of its own it is an
// empty slot: device ID 0, which a driver leaves alone (4.2.3.1.1).
#include "dev/virtio_mmio.h"

#include <string.h>

#include "base/fdt.h"
#include "base/log.h"
#include "dev/devices.h"

enum reg {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    GUEST_PAGE_SIZE = 0x028, // version 1
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_ALIGN = 0x03c, // version 1
    QUEUE_PFN = 0x040,   // version 1
    QUEUE_READY = 0x044, // version 2, as all of the queue's addresses
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC_LOW = 0x080,
    QUEUE_DESC_HIGH = 0x084,
    QUEUE_DRIVER_LOW = 0x090,
    QUEUE_DRIVER_HIGH = 0x094,
    QUEUE_DEVICE_LOW = 0x0a0,
    QUEUE_DEVICE_HIGH = 0x0a4,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};

enum { STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8, STATUS_NEEDS_RESET = 0x40 };

// "STNK": who made it; drivers do not care.
enum { MAGIC_VALUE = 0x74726976, VENDOR = 0x4b4e5453 };

void virtio_interrupt(struct virtio *v, uint32_t why)
{
    v->isr |= why;
    irq_set(&v->d.irq[0], v->isr);
}

void virtio_config_changed(struct virtio *v)
{
    v->generation++;
    if (v->status & STATUS_DRIVER_OK) virtio_interrupt(v, VIRTIO_ISR_CONFIG);
}

void virtio_fail(struct virtio *v, const char *why)
{
    if (v->broken) return;
    v->broken = true;
    if (log_on(LOG_UNIMP)) log_line("%s: %s: stopped until it is reset", v->d.id, why);
    if (!v->modern) return; // version 1 does not know the bit
    v->status |= STATUS_NEEDS_RESET;
    virtio_config_changed(v);
}

static struct virtio_queue *selected(struct virtio *v)
{
    return v->kind && v->queue_sel < v->kind->nqueues ? &v->queue[v->queue_sel] : NULL;
}

static uint32_t config_read(const struct virtio *v, uint32_t offset, unsigned size)
{
    uint32_t value = 0;
    if (offset < v->config_size && size <= v->config_size - offset) memcpy(&value, v->config + offset, size);
    return value;
}

static uint32_t read_register(struct virtio *v, enum reg reg)
{
    const struct virtio_queue *q = selected(v);
    switch (reg) {
    case MAGIC: return MAGIC_VALUE;
    case VERSION: return v->modern ? 2 : 1;
    case DEVICE_ID: return v->kind ? v->kind->id : 0;
    case VENDOR_ID: return VENDOR;
    case DEVICE_FEATURES: return v->host_sel < 2 ? (uint32_t)(v->features >> 32 * v->host_sel) : 0;
    case QUEUE_NUM_MAX: return q ? VIRTIO_QUEUE_SIZE : 0;
    case QUEUE_PFN: return q && !v->modern ? q->pfn : 0;
    case QUEUE_READY: return q && v->modern && q->ready;
    case INTERRUPT_STATUS: return v->isr;
    case STATUS: return v->status;
    case CONFIG_GENERATION: return v->modern ? v->generation : 0;
    case DEVICE_FEATURES_SEL:
    case DRIVER_FEATURES:
    case DRIVER_FEATURES_SEL:
    case GUEST_PAGE_SIZE:
    case QUEUE_SEL:
    case QUEUE_NUM:
    case QUEUE_ALIGN:
    case QUEUE_NOTIFY:
    case INTERRUPT_ACK:
    case QUEUE_DESC_LOW:
    case QUEUE_DESC_HIGH:
    case QUEUE_DRIVER_LOW:
    case QUEUE_DRIVER_HIGH:
    case QUEUE_DEVICE_LOW:
    case QUEUE_DEVICE_HIGH: // for writing
    case CONFIG: return 0;
    }
    return 0;
}

uint32_t virtio_mmio_read(void *dev, uint32_t offset, unsigned size)
{
    struct virtio *v = dev;
    if (offset >= CONFIG) return config_read(v, offset - CONFIG, size);
    const uint32_t value = read_register(v, (enum reg)(offset & ~3u)) >> 8 * (offset & 3);
    return size == 4 ? value : value & ((1u << 8 * size) - 1);
}

static void set_features(struct virtio *v, uint32_t value)
{
    // Version 2 has them agreed on before FEATURES_OK (3.1.1).
    if (v->driver_sel > 1 || v->status & (v->modern ? STATUS_FEATURES_OK : STATUS_DRIVER_OK)) return;
    const unsigned shift = 32 * v->driver_sel;
    v->negotiated &= ~(0xffffffffull << shift);
    v->negotiated |= (uint64_t)value << shift & v->features;
}

static void set_status(struct virtio *v, uint32_t value)
{
    if (value == 0) {
        virtio_reset(&v->d);
        return;
    }
    const uint32_t set = value & ~v->status;
    // A version 2 driver that does not know VERSION_1 is none: it sees its FEATURES_OK gone (2.2.2).
    if (v->modern && set & STATUS_FEATURES_OK && !virtio_has(v, VIRTIO_F_VERSION_1))
        value &= ~(uint32_t)STATUS_FEATURES_OK;
    v->status = (value & 0xff) | (v->status & STATUS_NEEDS_RESET);
    if (set & STATUS_DRIVER_OK && v->kind && v->kind->ready) v->kind->ready(v);
}

// Version 1 has the three parts in one piece at a page: descriptors, available ring, and from the next
// multiple of QueueAlign on the used ring (2.6.2).
static void set_pfn(struct virtio *v, struct virtio_queue *q, uint32_t pfn)
{
    virtio_queue_reset(q);
    q->pfn = pfn;
    if (!pfn) return;
    const uint64_t align = q->align;
    q->desc = (uint64_t)pfn * v->page_size;
    q->avail = q->desc + 16ull * q->num;
    q->used = (q->avail + 2ull * (3 + q->num) + align - 1) & ~(align - 1);
    if (!virtio_queue_start(v, q)) virtio_fail(v, "a queue that is not in memory");
}

static void set_ready(struct virtio *v, struct virtio_queue *q, bool ready)
{
    if (q->ready == ready) return;
    virtio_queue_reset(q);
    if (ready && !virtio_queue_start(v, q)) virtio_fail(v, "a queue that is not in memory");
}

static void set_half(uint64_t *address, bool high, uint32_t value)
{
    const unsigned shift = high ? 32 : 0;
    *address = (*address & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

static bool power_of_two(uint32_t n)
{
    return n && !(n & (n - 1));
}

static void write_legacy_queue(struct virtio *v, struct virtio_queue *q, enum reg reg, uint32_t value)
{
    if (reg == QUEUE_ALIGN && power_of_two(value))
        q->align = value;
    else if (reg == QUEUE_PFN)
        set_pfn(v, q, value);
}

static void write_modern_queue(struct virtio *v, struct virtio_queue *q, enum reg reg, uint32_t value)
{
    const bool high = reg & 4;
    if (reg == QUEUE_READY)
        set_ready(v, q, value & 1);
    else if (q->ready)
        return; // the addresses of a live queue stay
    else if (reg == QUEUE_DESC_LOW || reg == QUEUE_DESC_HIGH)
        set_half(&q->desc, high, value);
    else if (reg == QUEUE_DRIVER_LOW || reg == QUEUE_DRIVER_HIGH)
        set_half(&q->avail, high, value);
    else if (reg == QUEUE_DEVICE_LOW || reg == QUEUE_DEVICE_HIGH)
        set_half(&q->used, high, value);
}

void virtio_mmio_write(void *dev, uint32_t offset, unsigned size, uint32_t value)
{
    struct virtio *v = dev;
    if (!v->kind) return;
    if (offset >= CONFIG) {
        offset -= CONFIG;
        if (v->kind->config_write && offset < v->config_size && size <= v->config_size - offset)
            v->kind->config_write(v, offset, size, value);
        return;
    }
    if (size != 4 || offset & 3) return; // 4.2.2.2: drivers use 32-bit accesses
    struct virtio_queue *q = selected(v);
    switch ((enum reg)offset) {
    case DEVICE_FEATURES_SEL: v->host_sel = value; break;
    case DRIVER_FEATURES: set_features(v, value); break;
    case DRIVER_FEATURES_SEL: v->driver_sel = value; break;
    case GUEST_PAGE_SIZE:
        if (power_of_two(value)) v->page_size = value;
        break;
    case QUEUE_SEL: v->queue_sel = value; break;
    case QUEUE_NUM:
        if (q && !q->ready && power_of_two(value) && value <= VIRTIO_QUEUE_SIZE) q->num = value;
        break;
    case QUEUE_NOTIFY:
        if (value < v->kind->nqueues && v->queue[value].ready && v->kind->notify) v->kind->notify(v, value);
        break;
    case INTERRUPT_ACK:
        v->isr &= ~value;
        irq_set(&v->d.irq[0], v->isr);
        break;
    case STATUS: set_status(v, value); break;
    case QUEUE_ALIGN:
    case QUEUE_PFN:
        if (q && !v->modern) write_legacy_queue(v, q, (enum reg)offset, value);
        break;
    case QUEUE_READY:
    case QUEUE_DESC_LOW:
    case QUEUE_DESC_HIGH:
    case QUEUE_DRIVER_LOW:
    case QUEUE_DRIVER_HIGH:
    case QUEUE_DEVICE_LOW:
    case QUEUE_DEVICE_HIGH:
        if (q && v->modern) write_modern_queue(v, q, (enum reg)offset, value);
        break;
    case MAGIC:
    case VERSION:
    case DEVICE_ID:
    case VENDOR_ID:
    case DEVICE_FEATURES:
    case QUEUE_NUM_MAX:
    case INTERRUPT_STATUS:
    case CONFIG_GENERATION: // for reading
    case CONFIG: break;
    }
}

void virtio_reset(struct device *d)
{
    struct virtio *v = (struct virtio *)d;
    v->broken = true; // no more chains while the device gets rid of those it has
    if (v->kind && v->kind->reset) v->kind->reset(v);
    v->negotiated = 0;
    v->broken = false;
    v->host_sel = v->driver_sel = v->queue_sel = v->status = v->isr = 0;
    v->page_size = 4096;
    for (unsigned i = 0; i < VIRTIO_MAX_QUEUES; i++)
        v->queue[i] = (struct virtio_queue){
            .num = v->modern ? VIRTIO_QUEUE_SIZE : 0, .align = 4096, .epoch = v->queue[i].epoch + 1};
    irq_set(&d->irq[0], false);
}

void virtio_init(struct virtio *v, const struct virtio_kind *kind)
{
    v->kind = kind;
    v->modern = v->d.env.config && *(const bool *)v->d.env.config;
    v->features |= VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX;
    v->features |= v->modern ? VIRTIO_F_VERSION_1 : VIRTIO_F_ANY_LAYOUT;
}

void virtio_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_string(f, "compatible", "virtio,mmio");
    fdt_empty(f, "dma-coherent");
}

const struct dev_class virtio_mmio_class = {
    .name = "virtio-mmio",
    .state_size = sizeof(struct virtio),
    .nirqs = 1,
    .node = "virtio",
    .reset = virtio_reset,
    .ops = VIRTIO_MMIO_OPS,
    .fdt = virtio_fdt,
};
