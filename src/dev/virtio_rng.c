// virtio entropy device. Virtual I/O Device (VIRTIO) 1.1, 5.4.
//
// One queue of buffers to fill with random bytes: the host's, or if instructions are time (--icount), where
// every run is the same, a sequence that always starts alike.
#include <sys/random.h>

#include "dev/devices.h"
#include "dev/virtio_worker.h"

enum { MOST = 4096 }; // bytes for one request: the rest may stay (5.4.6.2)

struct virtio_rng {
    struct virtio v;
    struct virtio_worker worker;
    uint64_t sequence;
};

// SplitMix64 (Steele, Lea, Flood 2014)
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static size_t rng_serve(struct virtio *v, const struct virtio_chain *c)
{
    struct virtio_rng *g = (struct virtio_rng *)v;
    uint64_t bytes[MOST / 8];
    size_t n = c->in_len < MOST ? c->in_len : MOST;
    if (v->d.env.clock->icount) {
        for (unsigned i = 0; i < MOST / 8; i++)
            bytes[i] = next(&g->sequence);
    } else {
        const ssize_t got = getrandom(bytes, n, 0);
        n = got < 0 ? 0 : (size_t)got;
    }
    return virtio_fill(c, 0, bytes, n);
}

static void rng_notify(struct virtio *v, unsigned queue)
{
    (void)queue;
    virtio_worker_notify(&((struct virtio_rng *)v)->worker);
}

static void rng_quiesce(struct virtio *v)
{
    virtio_worker_reset(&((struct virtio_rng *)v)->worker);
}

static const struct virtio_kind rng_kind = {
    .id = 4, .nqueues = 1, .notify = rng_notify, .reset = rng_quiesce};

static bool rng_init(struct device *d)
{
    struct virtio_rng *g = (struct virtio_rng *)d;
    virtio_init(&g->v, &rng_kind);
    virtio_worker_init(&g->worker, &g->v, 0, rng_serve);
    return true;
}

static void rng_end(struct device *d)
{
    virtio_worker_end(&((struct virtio_rng *)d)->worker);
}

const struct dev_class virtio_rng_class = {
    .name = "virtio-rng",
    .state_size = sizeof(struct virtio_rng),
    .nirqs = 1,
    .node = "virtio",
    .init = rng_init,
    .reset = virtio_reset,
    .end = rng_end,
    .ops = VIRTIO_MMIO_OPS,
    .fdt = virtio_fdt,
};
