// virtio network device. Virtual I/O Device (VIRTIO) 1.1, 5.1.
//
// backend: struct netdev. Queue 0 receives, queue 1 transmits; no control queue, since nothing but the
// guest's own frames and broadcasts comes from there. Checksums of what the guest sends can be left to the
// device (CSUM), and those of what it gets are known to be right (GUEST_CSUM).
#include <string.h>

#include "dev/devices.h"
#include "dev/virtio_drain.h"
#include "host/netdev.h"

#define F_CSUM       (1ull << 0)
#define F_GUEST_CSUM (1ull << 1)
#define F_MAC        (1ull << 5)
#define F_STATUS     (1ull << 16)

enum { RECEIVE, TRANSMIT };
enum { HDR_NEEDS_CSUM = 1, HDR_DATA_VALID = 2, STATUS_LINK_UP = 1 };

struct net_header { // 5.1.6
    uint8_t flags, gso_type;
    uint16_t hdr_len, gso_size, csum_start, csum_offset;
    uint16_t num_buffers; // version 1 of the standard only
};

struct net_config { // 5.1.4
    uint8_t mac[6];
    uint16_t status;
};

struct virtio_net {
    struct virtio v;
    struct net_config config;
    struct virtio_drain tx;
    struct virtio_chain rx;
    bool have_rx; // rx waits for a frame
    uint8_t frame[NETDEV_MAX_FRAME];
};

static struct netdev *net(const struct virtio *v)
{
    return v->d.env.backend;
}

static size_t header_size(const struct virtio *v)
{
    return virtio_has(v, VIRTIO_F_VERSION_1) ? sizeof(struct net_header)
                                             : offsetof(struct net_header, num_buffers);
}

static bool room(void *ctx)
{
    struct virtio_net *s = ctx;
    if (s->have_rx) return true;
    if (!virtio_pop(&s->v, RECEIVE, &s->rx)) return false;
    s->have_rx = s->rx.in_len >= header_size(&s->v) + NETDEV_MAX_FRAME; // 5.1.6.3.1
    if (!s->have_rx) virtio_fail(&s->v, "a receive buffer that is too small for a frame");
    return s->have_rx;
}

static void receive(void *ctx, const uint8_t *frame, size_t n)
{
    struct virtio_net *s = ctx;
    const size_t header = header_size(&s->v);
    struct net_header h = {.num_buffers = 1};
    if (virtio_has(&s->v, F_GUEST_CSUM)) h.flags = HDR_DATA_VALID;
    s->have_rx = false;
    virtio_write(&s->v, &s->rx, 0, &h, header);
    virtio_push(&s->v, RECEIVE, &s->rx, header + virtio_write(&s->v, &s->rx, header, frame, n));
    virtio_signal(&s->v, RECEIVE);
}

// The driver has summed up the pseudo header; the rest, from csum_start on, is for the device (5.1.6.2).
static bool complete_checksum(uint8_t *frame, size_t n, const struct net_header *h)
{
    const size_t start = h->csum_start, at = start + h->csum_offset;
    if (at + 2 > n) return false;
    uint64_t sum = 0;
    for (size_t i = start; i < n; i++)
        sum += (i - start) & 1 ? frame[i] : (uint32_t)frame[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    const uint16_t v = (uint16_t)(~sum & 0xffff ? ~sum : 0xffff); // 0 would mean: none (UDP)
    frame[at] = (uint8_t)(v >> 8);
    frame[at + 1] = (uint8_t)v;
    return true;
}

static void send(struct virtio *v, const struct virtio_chain *c)
{
    struct virtio_net *s = (struct virtio_net *)v;
    const size_t header = header_size(v);
    struct net_header h = {0};
    if (virtio_read(c, 0, &h, header) < header || c->out_len - header > sizeof s->frame) return;
    const size_t n = virtio_read(c, header, s->frame, sizeof s->frame);
    if (virtio_has(v, F_CSUM) && h.flags & HDR_NEEDS_CSUM && !complete_checksum(s->frame, n, &h)) return;
    netdev_send(net(v), s->frame, n);
}

static void net_notify(struct virtio *v, unsigned queue)
{
    if (queue == RECEIVE)
        netdev_poll(net(v));
    else
        virtio_drain_notify(&((struct virtio_net *)v)->tx);
}

static void net_ready(struct virtio *v)
{
    netdev_poll(net(v));
}

static void net_reset(struct virtio *v)
{
    struct virtio_net *s = (struct virtio_net *)v;
    s->have_rx = false;
    virtio_drain_reset(&s->tx);
}

static const struct virtio_kind net_kind = {
    .id = 1,
    .nqueues = 2,
    .notify = net_notify,
    .ready = net_ready,
    .reset = net_reset,
};

static bool net_init(struct device *d)
{
    static const uint8_t address[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57}; // LAN9118's, and one
    struct virtio_net *s = (struct virtio_net *)d;
    memcpy(s->config.mac, address, sizeof address);
    s->config.status = STATUS_LINK_UP;
    s->v.config = (uint8_t *)&s->config;
    s->v.config_size = sizeof s->config;
    s->v.features = F_CSUM | F_GUEST_CSUM | F_MAC | F_STATUS;
    virtio_init(&s->v, &net_kind);
    virtio_drain_init(&s->tx, &s->v, TRANSMIT, send);
    netdev_connect(net(&s->v), &(struct netdev_user){room, receive, s});
    return true;
}

const struct dev_class virtio_net_class = {
    .name = "virtio-net",
    .state_size = sizeof(struct virtio_net),
    .nirqs = 1,
    .node = "virtio",
    .init = net_init,
    .reset = virtio_reset,
    .ops = VIRTIO_MMIO_OPS,
    .fdt = virtio_fdt,
};
