// virtio block device. Virtual I/O Device (VIRTIO) 1.1, 5.2.
//
// backend: struct disk. One queue, served by a thread of its own (virtio_worker.h). Reads, writes, flush,
// identification, discard and write zeroes.
#include <string.h>

#include "dev/devices.h"
#include "dev/virtio_worker.h"
#include "host/disk.h"

#define F_SEG_MAX      (1ull << 2)
#define F_RO           (1ull << 5)
#define F_BLK_SIZE     (1ull << 6)
#define F_FLUSH        (1ull << 9)
#define F_DISCARD      (1ull << 13)
#define F_WRITE_ZEROES (1ull << 14)

enum {
    TYPE_IN = 0,
    TYPE_OUT = 1,
    TYPE_FLUSH = 4,
    TYPE_GET_ID = 8,
    TYPE_DISCARD = 11,
    TYPE_WRITE_ZEROES = 13
};
enum { STATUS_OK = 0, STATUS_IOERR = 1, STATUS_UNSUPP = 2 };
enum { SECTOR = 512, ID_BYTES = 20, MAX_RANGES = 32, MAX_RANGE_SECTORS = 1 << 21 };

struct blk_config { // 5.2.4
    uint64_t capacity;
    uint32_t size_max, seg_max;
    uint16_t cylinders;
    uint8_t heads, sectors;
    uint32_t blk_size;
    uint8_t physical_block_exp, alignment_offset;
    uint16_t min_io_size;
    uint32_t opt_io_size;
    uint8_t writeback, unused0;
    uint16_t num_queues;
    uint32_t max_discard_sectors, max_discard_seg, discard_sector_alignment;
    uint32_t max_write_zeroes_sectors, max_write_zeroes_seg;
    uint8_t write_zeroes_may_unmap, unused1[3];
};
enum { CONFIG_BYTES = offsetof(struct blk_config, unused1) + 3 };
_Static_assert(CONFIG_BYTES == 60, "virtio_blk_config");

struct request { // 5.2.6
    uint32_t type, reserved;
    uint64_t sector;
};

struct range { // of discard and write zeroes
    uint64_t sector;
    uint32_t num_sectors, flags;
};
enum { RANGE_UNMAP = 1 };

struct virtio_blk {
    struct virtio v;
    struct virtio_worker worker;
    struct blk_config config;
};

static struct disk *disk_of(const struct virtio *v)
{
    return v->d.env.backend;
}

// Without F_FLUSH the driver takes what is written as being on the disk (5.2.6.2).
static bool settle(const struct virtio *v)
{
    return virtio_has(v, F_FLUSH) || disk_flush(disk_of(v));
}

static int transfer(struct virtio *v, const struct virtio_chain *c, const struct request *r)
{
    const bool in = r->type == TYPE_IN;
    struct iovec iov[VIRTIO_QUEUE_SIZE];
    size_t len;
    const unsigned n =
        in ? virtio_part(c, true, 0, 1, iov, &len) : virtio_part(c, false, sizeof *r, 0, iov, &len);
    if (len % SECTOR || r->sector > disk_of(v)->size / SECTOR) return STATUS_IOERR;
    const uint64_t offset = r->sector * SECTOR;
    const bool ok =
        in ? disk_readv(disk_of(v), offset, iov, n) : disk_writev(disk_of(v), offset, iov, n) && settle(v);
    return ok ? STATUS_OK : STATUS_IOERR;
}

static int clear_ranges(struct virtio *v, const struct virtio_chain *c, bool zeroes)
{
    struct disk *disk = disk_of(v);
    struct range r;
    const size_t n = (c->out_len - sizeof(struct request)) / sizeof r;
    if (n > MAX_RANGES || (c->out_len - sizeof(struct request)) % sizeof r) return STATUS_IOERR;
    for (size_t i = 0; i < n; i++) {
        virtio_read(c, sizeof(struct request) + i * sizeof r, &r, sizeof r);
        if (r.flags & ~(zeroes ? RANGE_UNMAP : 0u)) return STATUS_UNSUPP; // 5.2.6.2
        if (r.num_sectors > MAX_RANGE_SECTORS || r.sector > disk->size / SECTOR) return STATUS_IOERR;
        const uint64_t offset = r.sector * SECTOR, len = (uint64_t)r.num_sectors * SECTOR;
        if (!disk_clear(disk, offset, len, !zeroes || r.flags & RANGE_UNMAP)) return STATUS_IOERR;
    }
    return settle(v) ? STATUS_OK : STATUS_IOERR;
}

static int get_id(struct virtio *v, const struct virtio_chain *c)
{
    char id[ID_BYTES] = ""; // not terminated if it fills the field
    const size_t len = strlen(v->d.id);
    memcpy(id, v->d.id, len < sizeof id ? len : sizeof id);
    virtio_fill(c, 0, id, c->in_len - 1 < sizeof id ? c->in_len - 1 : sizeof id);
    return STATUS_OK;
}

static int serve(struct virtio *v, const struct virtio_chain *c, const struct request *r)
{
    switch (r->type) {
    case TYPE_IN:
    case TYPE_OUT: return transfer(v, c, r);
    case TYPE_FLUSH: return disk_flush(disk_of(v)) ? STATUS_OK : STATUS_IOERR;
    case TYPE_GET_ID: return get_id(v, c);
    case TYPE_DISCARD:
    case TYPE_WRITE_ZEROES: return clear_ranges(v, c, r->type == TYPE_WRITE_ZEROES);
    default: return STATUS_UNSUPP;
    }
}

static size_t blk_serve(struct virtio *v, const struct virtio_chain *c)
{
    struct request r;
    if (!c->in_len) return 0; // no place to say so
    uint8_t status = STATUS_IOERR;
    if (virtio_read(c, 0, &r, sizeof r) == sizeof r) status = (uint8_t)serve(v, c, &r);
    virtio_fill(c, c->in_len - 1, &status, 1);
    return c->in_len;
}

static void blk_notify(struct virtio *v, unsigned queue)
{
    (void)queue;
    virtio_worker_notify(&((struct virtio_blk *)v)->worker);
}

static void blk_quiesce(struct virtio *v)
{
    virtio_worker_reset(&((struct virtio_blk *)v)->worker);
}

static const struct virtio_kind blk_kind = {
    .id = 2, .nqueues = 1, .notify = blk_notify, .reset = blk_quiesce};

static bool blk_init(struct device *d)
{
    struct virtio_blk *b = (struct virtio_blk *)d;
    const struct disk *disk = d->env.backend;
    b->config = (struct blk_config){.capacity = disk->size / SECTOR,
                                    .seg_max = VIRTIO_QUEUE_SIZE - 2, // header and status
                                    .blk_size = SECTOR,
                                    .num_queues = 1,
                                    .max_discard_sectors = MAX_RANGE_SECTORS,
                                    .max_discard_seg = MAX_RANGES,
                                    .discard_sector_alignment = 8,
                                    .max_write_zeroes_sectors = MAX_RANGE_SECTORS,
                                    .max_write_zeroes_seg = MAX_RANGES,
                                    .write_zeroes_may_unmap = 1};
    b->v.features = F_SEG_MAX | F_BLK_SIZE | F_FLUSH | (disk->read_only ? F_RO : F_DISCARD | F_WRITE_ZEROES);
    b->v.config = (uint8_t *)&b->config;
    b->v.config_size = CONFIG_BYTES;
    virtio_init(&b->v, &blk_kind);
    virtio_worker_init(&b->worker, &b->v, 0, blk_serve);
    return true;
}

static void blk_end(struct device *d)
{
    virtio_worker_end(&((struct virtio_blk *)d)->worker);
}

const struct dev_class virtio_blk_class = {
    .name = "virtio-blk",
    .state_size = sizeof(struct virtio_blk),
    .nirqs = 1,
    .node = "virtio",
    .init = blk_init,
    .reset = virtio_reset,
    .end = blk_end,
    .ops = VIRTIO_MMIO_OPS,
    .fdt = virtio_fdt,
};
