// virtio 9p device: a folder of the host. Device ID 9 (VIRTIO 1.1, 5); its configuration space is a length
// and the tag by which the guest mounts it: mount -t 9p -o trans=virtio,version=9p2000.L TAG DIR.
//
// backend: struct share. One queue of messages (p9.h), each a request to read and room for the reply, served
// by a thread of its own.
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dev/devices.h"
#include "dev/p9.h"
#include "dev/virtio_worker.h"

#define F_MOUNT_TAG (1ull << 0)

struct virtio_9p {
    struct virtio v;
    struct virtio_worker worker;
    struct p9 p9;
    uint8_t *request, *reply; // P9_MAX_MESSAGE each
    struct {
        uint16_t tag_len;
        char tag[SHARE_TAG_MAX + 1];
    } config;
};

static size_t p9_request(struct virtio *v, const struct virtio_chain *c)
{
    struct virtio_9p *s = (struct virtio_9p *)v;
    const size_t n = virtio_read(c, 0, s->request, P9_MAX_MESSAGE);
    const size_t cap = c->in_len < P9_MAX_MESSAGE ? c->in_len : P9_MAX_MESSAGE;
    return virtio_fill(c, 0, s->reply, p9_serve(&s->p9, s->request, n, s->reply, cap));
}

static void p9_notify(struct virtio *v, unsigned queue)
{
    (void)queue;
    virtio_worker_notify(&((struct virtio_9p *)v)->worker);
}

static void p9_quiesce(struct virtio *v)
{
    struct virtio_9p *s = (struct virtio_9p *)v;
    virtio_worker_reset(&s->worker);
    p9_reset(&s->p9);
}

static const struct virtio_kind p9_kind = {.id = 9, .nqueues = 1, .notify = p9_notify, .reset = p9_quiesce};

static bool p9_device_init(struct device *d)
{
    struct virtio_9p *s = (struct virtio_9p *)d;
    const struct share *share = d->env.backend;
    s->request = malloc(2 * P9_MAX_MESSAGE);
    if (!s->request) {
        warn("%s: out of memory", d->id);
        return false;
    }
    s->reply = s->request + P9_MAX_MESSAGE;
    s->config.tag_len = (uint16_t)strlen(share->tag);
    strcpy(s->config.tag, share->tag);
    s->v.config = (uint8_t *)&s->config;
    s->v.config_size = sizeof s->config.tag_len + s->config.tag_len;
    s->v.features = F_MOUNT_TAG;
    p9_init(&s->p9, share);
    virtio_init(&s->v, &p9_kind);
    virtio_worker_init(&s->worker, &s->v, 0, p9_request);
    return true;
}

static void p9_device_end(struct device *d)
{
    struct virtio_9p *s = (struct virtio_9p *)d;
    virtio_worker_end(&s->worker);
    p9_reset(&s->p9);
    free(s->request);
}

const struct dev_class virtio_9p_class = {
    .name = "virtio-9p",
    .state_size = sizeof(struct virtio_9p),
    .nirqs = 1,
    .node = "virtio",
    .init = p9_device_init,
    .reset = virtio_reset,
    .end = p9_device_end,
    .ops = VIRTIO_MMIO_OPS,
    .fdt = virtio_fdt,
};
