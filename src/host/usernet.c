#include "host/usernet.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { ETH_HEADER = 14, ETH_MIN = 60, TYPE_IP = 0x0800, TYPE_ARP = 0x0806, ARP_LEN = 28 };
enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

// Locally administered, and different for every address: 52:55 and the four bytes of the address.
static void mac_of(uint32_t addr, uint8_t *mac)
{
    mac[0] = 0x52;
    mac[1] = 0x55;
    un_put32(mac + 2, addr);
}

// Frames to the guest

bool un_has_room(const struct usernet *u)
{
    return !u->queue_len && u->user.room && u->user.room(u->user.ctx);
}

static void give(struct usernet *u, const uint8_t *frame, size_t len)
{
    if (un_has_room(u)) {
        u->user.receive(u->user.ctx, frame, len);
        return;
    }
    if (u->queue_len == UN_QUEUE) return; // as a full switch: whoever sent it sends it again
    struct un_queued *q = &u->queue[(u->queue_head + u->queue_len++) % UN_QUEUE];
    q->len = (uint16_t)len;
    memcpy(q->data, frame, len);
}

void usernet_poll(struct usernet *u)
{
    if (u->polling || !u->user.room) return;
    u->polling = true;
    while (u->queue_len && u->user.room(u->user.ctx)) {
        const struct un_queued *q = &u->queue[u->queue_head];
        u->queue_head = (u->queue_head + 1) % UN_QUEUE;
        u->queue_len--;
        u->user.receive(u->user.ctx, q->data, q->len);
    }
    if (un_has_room(u)) un_tcp_room(u);
    u->polling = false;
}

// frame: with room for the header in front of len bytes of payload
static void send_frame(struct usernet *u, const uint8_t *to, uint16_t type, uint8_t *frame, size_t len)
{
    memcpy(frame, to, 6);
    mac_of(UN_GATEWAY, frame + 6);
    un_put16(frame + 12, type);
    len += ETH_HEADER;
    if (len < ETH_MIN) {
        memset(frame + len, 0, ETH_MIN - len);
        len = ETH_MIN;
    }
    give(u, frame, len);
}

// ARP

static void send_arp(struct usernet *u, unsigned op, uint32_t from, const uint8_t *to_mac, uint32_t to)
{
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t frame[ETH_MIN], *arp = frame + ETH_HEADER;
    un_put16(arp, 1); // ethernet
    un_put16(arp + 2, TYPE_IP);
    arp[4] = 6;
    arp[5] = 4;
    un_put16(arp + 6, op);
    mac_of(UN_GATEWAY, arp + 8);
    un_put32(arp + 14, from);
    memset(arp + 18, 0, 6);
    if (op == ARP_REPLY) memcpy(arp + 18, to_mac, 6);
    un_put32(arp + 24, to);
    send_frame(u, op == ARP_REPLY ? to_mac : everybody, TYPE_ARP, frame, ARP_LEN);
}

static struct un_neighbour *find_neighbour(struct usernet *u, uint32_t addr)
{
    for (unsigned i = 0; i < UN_NEIGHBOURS; i++)
        if (u->neighbour[i].addr == addr) return &u->neighbour[i];
    return NULL;
}

// Remembers who has an address, and sends what has been waiting for that.
void un_learn(struct usernet *u, uint32_t addr, const uint8_t *mac)
{
    if ((addr & UN_MASK) != UN_NET || addr == UN_NET || un_is_broadcast(addr) || addr == UN_GATEWAY ||
        addr == UN_DNS || mac[0] & 1)
        return;
    struct un_neighbour *n = find_neighbour(u, addr);
    if (!n) {
        n = &u->neighbour[u->next_neighbour];
        u->next_neighbour = (u->next_neighbour + 1) % UN_NEIGHBOURS;
    }
    n->addr = addr;
    memcpy(n->mac, mac, 6);
    if (u->waiting_for != addr) return;
    u->waiting_for = 0;
    send_frame(u, mac, TYPE_IP, u->waiting.data, u->waiting.len);
}

static void arp_input(struct usernet *u, const uint8_t *arp, size_t len)
{
    if (len < ARP_LEN || un_get16(arp) != 1 || un_get16(arp + 2) != TYPE_IP || arp[4] != 6 || arp[5] != 4)
        return;
    const uint32_t sender = un_get32(arp + 14), target = un_get32(arp + 24);
    un_learn(u, sender, arp + 8);
    if (un_get16(arp + 6) == ARP_REQUEST && (target == UN_GATEWAY || target == UN_DNS))
        send_arp(u, ARP_REPLY, target, arp + 8, sender);
}

bool un_is_broadcast(uint32_t addr)
{
    return addr == 0xffffffffu || addr == (UN_NET | ~UN_MASK);
}

void un_transmit(struct usernet *u, uint32_t dst, const uint8_t *packet, size_t len)
{
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t frame[NETDEV_MAX_FRAME];
    memcpy(frame + ETH_HEADER, packet, len);
    const struct un_neighbour *n = find_neighbour(u, dst);
    if (n || un_is_broadcast(dst)) {
        send_frame(u, n ? n->mac : everybody, TYPE_IP, frame, len);
        return;
    }
    // The last one waits; TCP sends again by itself.
    memcpy(u->waiting.data + ETH_HEADER, packet, len);
    u->waiting.len = (uint16_t)len;
    u->waiting_for = dst;
    send_arp(u, ARP_REQUEST, UN_GATEWAY, NULL, dst);
}

void usernet_input(struct usernet *u, const uint8_t *frame, size_t len)
{
    uint8_t mine[6];
    mac_of(UN_GATEWAY, mine);
    if (len < ETH_HEADER || len > NETDEV_MAX_FRAME) return;
    if (memcmp(frame, mine, 6) && !(frame[0] & 1)) return; // to somebody else
    const uint8_t *payload = frame + ETH_HEADER;
    len -= ETH_HEADER;
    switch (un_get16(frame + 12)) {
    case TYPE_ARP: arp_input(u, payload, len); break;
    case TYPE_IP:
        if (len >= 20) un_learn(u, un_get32(payload + 12), frame + 6);
        un_ip_input(u, payload, len);
        break;
    default: break; // IPv6 and others: nobody here
    }
}

// Addresses

uint32_t un_to_host(const struct usernet *u, uint32_t addr, uint16_t port)
{
    if (u->cfg.restricted) return 0;
    if (addr == UN_GATEWAY) return UN_LOOPBACK;
    if (addr == UN_DNS) return port == 53 ? u->resolver : 0;
    const uint32_t net = addr >> 24;
    if ((addr & UN_MASK) == UN_NET || net == 0 || net == 127 || net >= 224) return 0;
    return addr;
}

uint32_t un_from_host(uint32_t addr)
{
    return addr >> 24 == 127 ? UN_GATEWAY : addr;
}

// Time

void un_schedule(struct usernet *u, uint64_t deadline)
{
    if (!u->timer.armed || deadline < u->timer.deadline) timer_set(u->clock, &u->timer, deadline);
}

static void tick(void *ctx)
{
    struct usernet *u = ctx;
    const uint64_t now = clock_ns(u->clock);
    un_ip_tick(u, now);
    un_icmp_tick(u, now);
    un_udp_tick(u, now);
    un_tcp_tick(u, now);
}

// Life

struct usernet *usernet_new(const struct usernet_config *cfg, struct loop *loop, struct clock *clock)
{
    struct usernet *u = calloc(1, sizeof *u);
    if (!u) return NULL;
    u->cfg = *cfg;
    u->loop = loop;
    u->clock = clock;
    u->timer = (struct timer){.fire = tick, .ctx = u};
    u->queue = calloc(UN_QUEUE, sizeof *u->queue);
    if (cfg->dns && !(u->resolver = un_sock_resolver()))
        warn("network: dns=on, but /etc/resolv.conf names no server");
    if (!u->queue || !un_udp_init(u) || !un_tcp_init(u)) {
        usernet_free(u);
        return NULL;
    }
    return u;
}

void usernet_free(struct usernet *u)
{
    timer_cancel(u->clock, &u->timer);
    un_tcp_free(u);
    un_udp_free(u);
    un_icmp_free(u);
    un_ip_free(u);
    free(u->queue);
    free(u);
}
