#include "host/usernet.h"

#include <stdlib.h>
#include <string.h>

enum { IP_HEADER = 20, IP_MAX = 65535, MORE_FRAGMENTS = 0x2000, OFFSET_MASK = 0x1fff };
#define REASSEMBLY_NS 15000000000u // RFC 791, 3.2: the suggested 15 s

// A datagram of which fragments have arrived. have: one bit per 8 bytes.
struct un_reassembly {
    uint32_t src, dst;
    uint16_t id;
    uint8_t proto;
    uint64_t deadline;
    size_t total; // of the payload, once the last fragment has come; else 0
    size_t units; // how many bits are set
    uint8_t have[8192 / 8];
    uint8_t header[IP_HEADER];
    uint8_t data[IP_MAX];
};

uint32_t un_sum(uint32_t sum, const uint8_t *data, size_t len)
{
    uint64_t s = sum;
    for (; len > 1; data += 2, len -= 2)
        s += un_get16(data);
    if (len) s += (uint32_t)*data << 8;
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return (uint32_t)s;
}

uint16_t un_sum_end(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint32_t un_pseudo_sum(uint32_t src, uint32_t dst, uint8_t proto, size_t len)
{
    return (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + proto + (uint32_t)len;
}

// Input

static void dispatch(struct usernet *u, const struct un_packet *p)
{
    switch (p->proto) {
    case UN_ICMP: un_icmp_input(u, p); break;
    case UN_UDP: un_udp_input(u, p); break;
    case UN_TCP: un_tcp_input(u, p); break;
    default: break; // no such protocol here: as a firewall, silence
    }
}

static void forget(struct un_reassembly **slot)
{
    free(*slot);
    *slot = NULL;
}

static struct un_reassembly **find_reassembly(struct usernet *u, const struct un_packet *p, uint16_t id)
{
    struct un_reassembly **free_slot = NULL, **oldest = &u->reassembly[0];
    for (unsigned i = 0; i < UN_REASSEMBLIES; i++) {
        struct un_reassembly **r = &u->reassembly[i];
        if (!*r) {
            free_slot = r;
            continue;
        }
        if ((*r)->src == p->src && (*r)->dst == p->dst && (*r)->id == id && (*r)->proto == p->proto) return r;
        if (*oldest && (*r)->deadline < (*oldest)->deadline) oldest = r;
    }
    if (!free_slot) {
        forget(oldest);
        free_slot = oldest;
    }
    struct un_reassembly *r = *free_slot = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->src = p->src;
    r->dst = p->dst;
    r->id = id;
    r->proto = p->proto;
    r->deadline = clock_ns(u->clock) + REASSEMBLY_NS;
    un_schedule(u, r->deadline);
    return free_slot;
}

static void fragment_input(struct usernet *u, struct un_packet *p, uint16_t id, uint16_t flags)
{
    const size_t offset = (size_t)(flags & OFFSET_MASK) * 8;
    const bool more = flags & MORE_FRAGMENTS;
    if (!p->len || (more && p->len % 8) || offset + p->len > IP_MAX - IP_HEADER) return;
    struct un_reassembly **slot = find_reassembly(u, p, id), *r = slot ? *slot : NULL;
    if (!r) return;
    if (r->total && (offset + p->len > r->total || (!more && offset + p->len != r->total))) {
        forget(slot); // contradicts what came before
        return;
    }
    if (!more) r->total = offset + p->len;
    if (!offset) memcpy(r->header, p->header, IP_HEADER);
    memcpy(r->data + offset, p->data, p->len);
    for (size_t i = offset / 8; i < (offset + p->len + 7) / 8; i++) {
        if (!(r->have[i / 8] >> i % 8 & 1)) r->units++;
        r->have[i / 8] |= (uint8_t)(1 << i % 8);
    }
    if (!r->total || r->units < (r->total + 7) / 8) return;
    if (r->units == (r->total + 7) / 8) { // more: something was beyond the end
        p->header = r->header;
        p->header_len = IP_HEADER;
        p->data = r->data;
        p->len = r->total;
        *slot = NULL;
        dispatch(u, p);
        free(r);
        return;
    }
    forget(slot);
}

void un_ip_input(struct usernet *u, const uint8_t *packet, size_t len)
{
    if (len < IP_HEADER || packet[0] >> 4 != 4) return;
    const size_t header = (size_t)(packet[0] & 15) * 4, total = un_get16(packet + 2);
    if (header < IP_HEADER || total < header || total > len || un_sum_end(un_sum(0, packet, header))) return;
    if (!packet[8]) return; // time to live
    struct un_packet p = {.src = un_get32(packet + 12),
                          .dst = un_get32(packet + 16),
                          .proto = packet[9],
                          .header = packet,
                          .header_len = header,
                          .data = packet + header,
                          .len = total - header};
    // The guest's own network, or none yet (DHCP).
    if (p.src && ((p.src & UN_MASK) != UN_NET || un_is_broadcast(p.src))) return;
    const uint16_t flags = un_get16(packet + 6);
    if (flags & (MORE_FRAGMENTS | OFFSET_MASK))
        fragment_input(u, &p, un_get16(packet + 4), flags);
    else
        dispatch(u, &p);
}

void un_ip_tick(struct usernet *u, uint64_t now)
{
    for (unsigned i = 0; i < UN_REASSEMBLIES; i++) {
        struct un_reassembly **r = &u->reassembly[i];
        if (!*r) continue;
        if ((*r)->deadline <= now)
            forget(r);
        else
            un_schedule(u, (*r)->deadline);
    }
}

void un_ip_free(struct usernet *u)
{
    for (unsigned i = 0; i < UN_REASSEMBLIES; i++)
        forget(&u->reassembly[i]);
}

// Output

void un_ip_send(struct usernet *u, uint32_t src, uint32_t dst, uint8_t proto, const uint8_t *data, size_t len)
{
    enum { PIECE = (UN_MTU - IP_HEADER) & ~7 };
    if (!dst || len > IP_MAX - IP_HEADER) return;
    const uint16_t id = u->ip_id++;
    size_t offset = 0;
    do {
        const bool more = len - offset > UN_MTU - IP_HEADER;
        const size_t n = more ? PIECE : len - offset;
        uint8_t packet[UN_MTU] = {0x45};
        un_put16(packet + 2, (uint32_t)(IP_HEADER + n));
        un_put16(packet + 4, id);
        un_put16(packet + 6, (uint32_t)(offset / 8) | (more ? MORE_FRAGMENTS : 0));
        packet[8] = 64;
        packet[9] = proto;
        un_put32(packet + 12, src);
        un_put32(packet + 16, dst);
        un_put16(packet + 10, un_sum_end(un_sum(0, packet, IP_HEADER)));
        memcpy(packet + IP_HEADER, data + offset, n);
        un_transmit(u, dst, packet, IP_HEADER + n);
        offset += n;
    } while (offset < len);
}
