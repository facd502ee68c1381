#include "dev/virtio_drain.h"

static void drain(void *ctx)
{
    struct virtio_drain *d = ctx;
    struct clock *clock = d->v->d.env.clock;
    unsigned n = 0;
    while (n < VIRTIO_QUEUE_SIZE && virtio_pop(d->v, d->queue, &d->chain)) {
        d->serve(d->v, &d->chain);
        virtio_push(d->v, d->queue, &d->chain, 0);
        n++;
    }
    virtio_signal(d->v, d->queue);
    if (n == VIRTIO_QUEUE_SIZE) timer_set(clock, &d->more, clock_ns(clock) + 1); // others come first
}

void virtio_drain_init(struct virtio_drain *d, struct virtio *v, unsigned queue,
                       void (*serve)(struct virtio *v, const struct virtio_chain *c))
{
    d->v = v;
    d->queue = queue;
    d->serve = serve;
    d->more = (struct timer){.fire = drain, .ctx = d};
}

void virtio_drain_notify(struct virtio_drain *d)
{
    drain(d);
}

void virtio_drain_reset(struct virtio_drain *d)
{
    timer_cancel(d->v->d.env.clock, &d->more);
}
