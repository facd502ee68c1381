// virtio console. Virtual I/O Device (VIRTIO) 1.1, 5.3.
//
// backend: struct chardev. Port 0 alone: queue 0 is what the guest receives, queue 1 what it sends. The
// configuration space has the emergency write, a character without a queue.
#include "dev/devices.h"
#include "dev/virtio_mmio.h"
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
    struct virtio_chain chain;
    struct timer more; // goes on sending
};

static struct chardev *port(const struct virtio *v)
{
    return v->d.env.backend;
}

// The next receive buffer, which stays in the queue.
static size_t room(void *ctx)
{
    struct virtio_console *s = ctx;
    if (!virtio_pop(&s->v, RECEIVE, &s->chain)) return 0;
    virtio_unpop(&s->v, RECEIVE);
    if (!s->chain.in_len) virtio_fail(&s->v, "a receive buffer without room");
    return s->chain.in_len;
}

static void receive(void *ctx, const uint8_t *data, size_t n)
{
    struct virtio_console *s = ctx;
    if (!virtio_pop(&s->v, RECEIVE, &s->chain)) return;
    virtio_push(&s->v, RECEIVE, &s->chain, virtio_write(&s->v, &s->chain, 0, data, n));
    virtio_signal(&s->v, RECEIVE);
}

static void send(struct virtio_console *s)
{
    uint8_t bytes[4096];
    size_t n;
    for (size_t done = 0; (n = virtio_read(&s->chain, done, bytes, sizeof bytes)); done += n)
        chardev_write(port(&s->v), bytes, n);
    virtio_push(&s->v, TRANSMIT, &s->chain, 0);
}

// A queueful at a time: another CPU may fill it as fast as it empties, and the lock is held.
static void transmit(void *ctx)
{
    struct virtio_console *s = ctx;
    unsigned n = 0;
    while (n < VIRTIO_QUEUE_SIZE && virtio_pop(&s->v, TRANSMIT, &s->chain)) {
        if (s->chain.out_len > MOST)
            virtio_fail(&s->v, "a message of absurd length");
        else
            send(s);
        n++;
    }
    virtio_signal(&s->v, TRANSMIT);
    struct clock *clock = s->v.d.env.clock;
    if (n == VIRTIO_QUEUE_SIZE) timer_set(clock, &s->more, clock_ns(clock));
}

static void console_notify(struct virtio *v, unsigned queue)
{
    if (queue == RECEIVE)
        chardev_poll(port(v));
    else
        transmit(v);
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
    timer_cancel(v->d.env.clock, &((struct virtio_console *)v)->more);
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
    s->more = (struct timer){.fire = transmit, .ctx = s};
    s->config.max_nr_ports = 1;
    s->v.config = (uint8_t *)&s->config;
    s->v.config_size = sizeof s->config;
    s->v.features = F_EMERG_WRITE;
    virtio_init(&s->v, &console_kind);
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
