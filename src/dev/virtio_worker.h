// A host thread that serves a queue whose requests may wait for the host's files, so that no CPU does.
#ifndef STINKARM_DEV_VIRTIO_WORKER_H
#define STINKARM_DEV_VIRTIO_WORKER_H

#include <pthread.h>

#include "dev/virtio_mmio.h"

// Does what a chain asks for and returns how many bytes of its in part it has filled. Without the lock: only
// the chain's memory and the host may be touched.
typedef size_t virtio_serve_fn(struct virtio *v, const struct virtio_chain *c);

struct virtio_worker {
    struct virtio *v;
    unsigned queue;
    virtio_serve_fn *serve;
    pthread_t thread;
    pthread_cond_t work, idle; // with the bus lock
    bool started, stop, busy;
    struct virtio_chain chain;
};

void virtio_worker_init(struct virtio_worker *w, struct virtio *v, unsigned queue, virtio_serve_fn *serve);
// There may be requests. They are served in the caller instead if instructions are time (--icount), where
// everything happens at a reproducible moment. The lock is held.
void virtio_worker_notify(struct virtio_worker *w);
// Waits for the present request. The lock is held (and let go meanwhile).
void virtio_worker_reset(struct virtio_worker *w);
void virtio_worker_end(struct virtio_worker *w); // the lock is not held

#endif
