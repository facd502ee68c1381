// The virtio transport that every virtio device stands on: Virtual I/O Device (VIRTIO) 1.1, 2.6 (split
// virtqueues) and 4.2 (MMIO). A device of this kind is a dev_class whose state starts with struct virtio,
// whose ops are VIRTIO_MMIO_OPS, reset is virtio_reset, fdt is virtio_fdt, and whose init calls virtio_init.
//
// The device is told of the driver's doings by a struct virtio_kind, takes chains of buffers with virtio_pop,
// copies with virtio_read and virtio_write, gives them back with virtio_push and, after one or more of them,
// raises the interrupt with virtio_signal. The bus lock is held in all of this.
#ifndef STINKARM_DEV_VIRTIO_MMIO_H
#define STINKARM_DEV_VIRTIO_MMIO_H

#include <sys/uio.h>

#include "dev/device.h"

struct virtio;
struct fdt;

enum { VIRTIO_MAX_QUEUES = 8, VIRTIO_QUEUE_SIZE = 256 };

// Feature bits of every device (6); the lower 24 are the device's.
#define VIRTIO_F_NOTIFY_ON_EMPTY (1ull << 24)
#define VIRTIO_F_ANY_LAYOUT      (1ull << 27)
#define VIRTIO_F_INDIRECT_DESC   (1ull << 28)
#define VIRTIO_F_EVENT_IDX       (1ull << 29)
#define VIRTIO_F_VERSION_1       (1ull << 32)

// What a device is, and what it is told. Functions may be NULL.
struct virtio_kind {
    uint32_t id; // 5: network 1, block 2, …
    unsigned nqueues;
    void (*notify)(struct virtio *v, unsigned queue); // there may be new buffers
    void (*ready)(struct virtio *v);                  // the driver has set DRIVER_OK
    // The driver or the machine resets: nothing that was popped may be touched after it.
    void (*reset)(struct virtio *v);
    // Writes to the configuration space that the device accepts, inside it; it changes v->config itself.
    void (*config_write)(struct virtio *v, uint32_t offset, unsigned size, uint32_t value);
};

struct virtio_queue {
    uint32_t num, align, pfn; // num: 0 until set; align, pfn: version 1
    bool ready;
    uint64_t desc, avail, used;                // guest addresses
    uint8_t *desc_p, *avail_p, *used_p;        // … in the host, while ready
    uint16_t next_avail, next_used, signalled; // indices that run freely
    bool signalled_valid;
    unsigned epoch; // changes when the ring goes away
};

struct virtio {
    struct device d;
    const struct virtio_kind *kind;
    uint64_t features;   // offered; init adds the device's own bits
    uint64_t negotiated; // what the driver took of them
    uint8_t *config;     // the device-specific configuration space, little-endian
    uint32_t config_size;
    // The transport's own
    bool modern, broken;
    uint32_t host_sel, driver_sel, queue_sel, page_size, status, isr, generation;
    struct virtio_queue queue[VIRTIO_MAX_QUEUES];
};

// A chain of buffers, as it came from the driver: out is what the device reads, in what it writes. Everything
// in it is RAM.
struct virtio_chain {
    uint16_t head;
    unsigned nout, nin;
    size_t out_len, in_len;
    struct iovec iov[VIRTIO_QUEUE_SIZE]; // nout for reading, then nin for writing
    uint64_t addr[VIRTIO_QUEUE_SIZE];    // of the same in the guest
};

uint32_t virtio_mmio_read(void *dev, uint32_t offset, unsigned size);
void virtio_mmio_write(void *dev, uint32_t offset, unsigned size, uint32_t value);
#define VIRTIO_MMIO_OPS                                                                                      \
    {                                                                                                        \
        virtio_mmio_read, virtio_mmio_write                                                                  \
    }

// To be called by init of a device. env.config: bool, whether the register layout is version 2 (NULL or
// false: version 1, legacy, which kernels of any age speak).
void virtio_init(struct virtio *v, const struct virtio_kind *kind);
void virtio_reset(struct device *d);
void virtio_fdt(const struct device *d, struct fdt *f);

static inline bool virtio_has(const struct virtio *v, uint64_t feature)
{
    return v->negotiated & feature;
}

// The next chain that the driver made available; false: none. A malformed ring stops the device until it is
// reset (2.1.1, DEVICE_NEEDS_RESET).
bool virtio_pop(struct virtio *v, unsigned queue, struct virtio_chain *c);
// Takes back the last virtio_pop: the chain will come again.
void virtio_unpop(struct virtio *v, unsigned queue);
// Copy from the out part or to the in part, starting at offset; returns how much was there to copy.
size_t virtio_read(const struct virtio_chain *c, size_t offset, void *to, size_t len);
size_t virtio_write(struct virtio *v, const struct virtio_chain *c, size_t offset, const void *from,
                    size_t len);
// The two halves of virtio_write, for threads: the copy, which needs no lock, and telling the bus of it.
size_t virtio_fill(const struct virtio_chain *c, size_t offset, const void *from, size_t len);
void virtio_written(struct virtio *v, const struct virtio_chain *c, size_t offset, size_t len);
// One part of a chain without so many bytes at its front and back: the pieces' number, and the bytes in *len.
unsigned virtio_part(const struct virtio_chain *c, bool in, size_t front, size_t back, struct iovec *iov,
                     size_t *len);
// Gives a chain back, with the first `written` bytes of its in part filled.
void virtio_push(struct virtio *v, unsigned queue, const struct virtio_chain *c, size_t written);
void virtio_signal(struct virtio *v, unsigned queue);
// The device has changed its configuration space.
void virtio_config_changed(struct virtio *v);
// The driver broke the rules; says so and stops the device until it is reset.
void virtio_fail(struct virtio *v, const char *why);

// Between the transport's two files
bool virtio_queue_start(struct virtio *v, struct virtio_queue *q); // checks the addresses
void virtio_queue_reset(struct virtio_queue *q);
void virtio_interrupt(struct virtio *v, uint32_t why);
enum { VIRTIO_ISR_USED = 1, VIRTIO_ISR_CONFIG = 2 };

#endif
