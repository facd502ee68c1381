// The user-mode network: a gateway in software between the guest's ethernet and the host's sockets. Internal
// to its files:
//   usernet.c       life, ethernet, ARP (RFC 826), frames to the guest
//   usernet_ip.c    IPv4 (RFC 791): checks, reassembly, fragments
//   usernet_icmp.c  ICMP (RFC 792): echo, unreachable
//   usernet_dhcp.c  the DHCP server (RFC 2131)
//   usernet_udp.c   UDP (RFC 768) and its flows to sockets
//   usernet_tcp*.c  TCP (RFC 9293): connections to the guest, each with a socket
//   usernet_sock.c  all that makes sockets
// Addresses are in host byte order. Everything in a frame is the guest's word: lengths are checked where they
// are read.
#ifndef STINKARM_HOST_USERNET_H
#define STINKARM_HOST_USERNET_H

#include "host/clock.h"
#include "host/loop.h"
#include "host/netdev.h"

#define UN_NET      0x0a000200u // 10.0.2.0/24
#define UN_MASK     0xffffff00u
#define UN_GATEWAY  0x0a000202u // 10.0.2.2: the gateway, and the host's loopback services
#define UN_DNS      0x0a000203u
#define UN_GUEST    0x0a00020fu
#define UN_LOOPBACK 0x7f000001u

enum { UN_MTU = 1500, UN_MAX_FORWARDS = 32, UN_MAX_TCP = 256, UN_MAX_UDP = 128, UN_MAX_PINGS = 16 };
enum { UN_ICMP = 1, UN_TCP = 6, UN_UDP = 17 };

struct un_forward {
    bool udp;
    uint32_t host_addr, guest_addr;
    uint16_t host_port, guest_port;
};

struct usernet_config {
    bool dns, restricted;
    struct un_forward forward[UN_MAX_FORWARDS];
    unsigned nforwards;
};

// An IPv4 packet from the guest, whole and checked; len bytes of payload.
struct un_packet {
    uint32_t src, dst;
    uint8_t proto;
    const uint8_t *header; // with header_len bytes, for errors
    size_t header_len;
    const uint8_t *data;
    size_t len;
};

struct un_neighbour {
    uint32_t addr; // 0: free
    uint8_t mac[6];
};

struct un_queued {
    uint16_t len;
    uint8_t data[NETDEV_MAX_FRAME];
};

enum { UN_NEIGHBOURS = 8, UN_QUEUE = 64, UN_REASSEMBLIES = 4 };

struct un_reassembly;
struct un_tcp;
struct un_udp;
struct un_ping;
struct un_listener;

struct usernet {
    struct usernet_config cfg;
    struct loop *loop;
    struct clock *clock;
    struct timer timer;
    struct netdev_user user;
    uint32_t resolver; // where 10.0.2.3 leads; 0: nowhere
    struct un_neighbour neighbour[UN_NEIGHBOURS];
    unsigned next_neighbour;
    struct un_queued waiting; // a packet for an address that is being asked for
    uint32_t waiting_for;
    struct un_queued *queue; // for the guest: a ring of UN_QUEUE
    unsigned queue_head, queue_len;
    bool polling;
    uint16_t ip_id;
    struct un_reassembly *reassembly[UN_REASSEMBLIES];
    struct un_udp *udp[UN_MAX_UDP];
    struct un_ping *ping[UN_MAX_PINGS];
    struct un_tcp *tcp[UN_MAX_TCP];
    struct un_listener *listener[UN_MAX_FORWARDS];
    unsigned next_tcp;      // whose turn it is to send
    uint8_t scratch[65536]; // a datagram on its way
};

struct usernet *usernet_new(const struct usernet_config *cfg, struct loop *loop, struct clock *clock);
void usernet_free(struct usernet *u);
void usernet_input(struct usernet *u, const uint8_t *frame, size_t len);
void usernet_poll(struct usernet *u);

// usernet.c
void un_transmit(struct usernet *u, uint32_t dst, const uint8_t *packet, size_t len); // an IPv4 packet
bool un_has_room(const struct usernet *u); // the guest takes a frame right now
void un_schedule(struct usernet *u, uint64_t deadline);
bool un_is_broadcast(uint32_t addr);
void un_learn(struct usernet *u, uint32_t addr, const uint8_t *mac);
// Where an address that the guest uses leads on the host; 0: nowhere. And back: loopback is the gateway.
uint32_t un_to_host(const struct usernet *u, uint32_t addr, uint16_t port);
uint32_t un_from_host(uint32_t addr);

// usernet_ip.c
uint32_t un_sum(uint32_t sum, const uint8_t *data, size_t len); // partial Internet checksum (RFC 1071)
uint16_t un_sum_end(uint32_t sum);
uint32_t un_pseudo_sum(uint32_t src, uint32_t dst, uint8_t proto, size_t len);
void un_ip_input(struct usernet *u, const uint8_t *packet, size_t len);
// Sends a payload of at most 65515 bytes, in fragments if it must be.
void un_ip_send(struct usernet *u, uint32_t src, uint32_t dst, uint8_t proto, const uint8_t *data,
                size_t len);
void un_ip_tick(struct usernet *u, uint64_t now);
void un_ip_free(struct usernet *u);

// usernet_icmp.c
enum { UN_NET_UNREACHABLE = 0, UN_HOST_UNREACHABLE = 1, UN_PORT_UNREACHABLE = 3, UN_PROHIBITED = 13 };
void un_icmp_input(struct usernet *u, const struct un_packet *p);
// Tells the guest that a packet of its own could not be delivered: its header and the first 8 bytes.
void un_icmp_unreachable(struct usernet *u, const struct un_packet *p, uint8_t code);
void un_icmp_tick(struct usernet *u, uint64_t now);
void un_icmp_free(struct usernet *u);

// usernet_dhcp.c: the payload of a datagram to port 67
void un_dhcp_input(struct usernet *u, const uint8_t *data, size_t len);

// usernet_udp.c
bool un_udp_init(struct usernet *u);
void un_udp_input(struct usernet *u, const struct un_packet *p);
void un_udp_send(struct usernet *u, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
                 const uint8_t *data, size_t len);
void un_udp_tick(struct usernet *u, uint64_t now);
void un_udp_free(struct usernet *u);

// usernet_tcp.c
bool un_tcp_init(struct usernet *u);
void un_tcp_input(struct usernet *u, const struct un_packet *p);
void un_tcp_room(struct usernet *u); // the guest takes frames again
void un_tcp_tick(struct usernet *u, uint64_t now);
void un_tcp_free(struct usernet *u);

// usernet_sock.c: non-blocking sockets; -1 with errno.
int un_sock_tcp(uint32_t addr, uint16_t port); // connected, or connecting
int un_sock_udp(void);
int un_sock_listen(const struct un_forward *f);
int un_sock_accept(int fd, uint32_t *addr, uint16_t *port);
int un_sock_ping(void);
bool un_sock_send_to(int fd, uint32_t addr, uint16_t port, const void *data, size_t len);
long un_sock_receive_from(int fd, uint32_t *addr, uint16_t *port, void *data, size_t len);
// The next error of a UDP socket, and whose datagram it was; 0: none.
int un_sock_next_error(int fd, uint32_t *addr, uint16_t *port);
uint32_t un_sock_resolver(void); // the host's first IPv4 name server, 0: none

static inline uint16_t un_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t un_get32(const uint8_t *p)
{
    return (uint32_t)un_get16(p) << 16 | un_get16(p + 2);
}

static inline void un_put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void un_put32(uint8_t *p, uint32_t v)
{
    un_put16(p, v >> 16);
    un_put16(p + 2, v);
}

#endif
