// A queue whose chains are served where the driver tells of them, with the bus lock held: a queueful at a
// time, since another CPU may fill it as fast as it empties, and everybody else waits for the lock.
#ifndef STINKARM_DEV_VIRTIO_DRAIN_H
#define STINKARM_DEV_VIRTIO_DRAIN_H

#include "dev/virtio_mmio.h"

struct virtio_drain {
    struct virtio *v;
    unsigned queue;
    void (*serve)(struct virtio *v, const struct virtio_chain *c); // reads; the chain goes back after it
    struct virtio_chain chain;
    struct timer more; // goes on
};

void virtio_drain_init(struct virtio_drain *d, struct virtio *v, unsigned queue,
                       void (*serve)(struct virtio *v, const struct virtio_chain *c));
void virtio_drain_notify(struct virtio_drain *d);
void virtio_drain_reset(struct virtio_drain *d);

#endif
