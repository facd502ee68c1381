// virtio console. Virtual I/O Device (VIRTIO) 1.1, 5.3.
//
// backend: struct chardev. Port 0 alone: queue 0 is what the guest receives, queue 1 what it sends. The
// configuration space has the emergency write, a character without a queue.
#include "dev/devices.h"
#include "dev/virtio_drain.h"
#include "host/chardev.h"

#define F_EMERG_WRITE (1ull << 2)

enum { RECEIVE, TRANSMIT };
enum { MOST = 1 << 20 }; // bytes of one message

struct console_config { // 5.3.4
    uint16_t cols, rows;
    uint32_t max_nr_ports, emerg_wr;
};

struct virtio_console {
    struct virtio v;
    struct console_config config;
    struct virtio_chain rx;
    struct virtio_drain tx;
};

static struct chardev *port(const struct virtio *v)
{
    return v->d.env.backend;
}

// The next receive buffer, which stays in the queue.
static size_t room(void *ctx)
{
    struct virtio_console *s = ctx;
    if (!virtio_pop(&s->v, RECEIVE, &s->rx)) return 0;
    virtio_unpop(&s->v, RECEIVE);
    if (!s->rx.in_len) virtio_fail(&s->v, "a receive buffer without room");
    return s->rx.in_len;
}

static void receive(void *ctx, const uint8_t *data, size_t n)
{
    struct virtio_console *s = ctx;
    if (!virtio_pop(&s->v, RECEIVE, &s->rx)) return;
    virtio_push(&s->v, RECEIVE, &s->rx, virtio_write(&s->v, &s->rx, 0, data, n));
    virtio_signal(&s->v, RECEIVE);
}

static void send(struct virtio *v, const struct virtio_chain *c)
{
    uint8_t bytes[4096];
    size_t n;
    if (c->out_len > MOST) {
        virtio_fail(v, "a message of absurd length");
        return;
    }
    for (size_t done = 0; (n = virtio_read(c, done, bytes, sizeof bytes)); done += n)
        chardev_write(port(v), bytes, n);
}

static void console_notify(struct virtio *v, unsigned queue)
{
    if (queue == RECEIVE)
        chardev_poll(port(v));
    else
        virtio_drain_notify(&((struct virtio_console *)v)->tx);
}

static void console_ready(struct virtio *v)
{
    chardev_poll(port(v));
}

static void console_config_write(struct virtio *v, uint32_t offset, unsigned size, uint32_t value)
{
    const uint8_t c = (uint8_t)value;
    (void)size;
    if (offset == offsetof(struct console_config, emerg_wr)) chardev_write(port(v), &c, 1);
}

static void console_quiesce(struct virtio *v)
{
    virtio_drain_reset(&((struct virtio_console *)v)->tx);
}

static const struct virtio_kind console_kind = {
    .id = 3,
    .nqueues = 2,
    .notify = console_notify,
    .ready = console_ready,
    .reset = console_quiesce,
    .config_write = console_config_write,
};

static bool console_init(struct device *d)
{
    struct virtio_console *s = (struct virtio_console *)d;
    s->config.max_nr_ports = 1;
    s->v.config = (uint8_t *)&s->config;
    s->v.config_size = sizeof s->config;
    s->v.features = F_EMERG_WRITE;
    virtio_init(&s->v, &console_kind);
    virtio_drain_init(&s->tx, &s->v, TRANSMIT, send);
    chardev_connect(port(&s->v), &(struct chardev_user){room, receive, s});
    return true;
}

const struct dev_class virtio_console_class = {
    .name = "virtio-console",
    .state_size = sizeof(struct virtio_console),
    .nirqs = 1,
    .node = "virtio",
    .init = console_init,
    .reset = virtio_reset,
    .ops = VIRTIO_MMIO_OPS,
    .fdt = virtio_fdt,
};
