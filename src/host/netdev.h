// What is behind a network interface: ethernet frames both ways. Everything here runs with the bus lock held
// and never waits for the host.
#ifndef STINKARM_HOST_NETDEV_H
#define STINKARM_HOST_NETDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct loop;
struct netdev;

// An ethernet frame without preamble and check sequence: header and 1500 bytes.
enum { NETDEV_MAX_FRAME = 1514 };

// The guest's interface. receive is called only right after room said yes.
struct netdev_user {
    bool (*room)(void *ctx); // it can take a frame of any length now
    void (*receive)(void *ctx, const uint8_t *frame, size_t n);
    void *ctx;
};

// Which of the machine's interfaces the network is plugged into: the spec's nic=.
enum netdev_nic { NETDEV_LAN9118, NETDEV_VIRTIO };

// spec: "none", or "user" with options behind commas:
//   nic=lan9118|virtio           the interface (lan9118)
//   hostfwd=tcp|udp:[HOSTADDR]:HOSTPORT-[GUESTADDR]:GUESTPORT
//                                a port of the host (127.0.0.1) leads to one of the guest (10.0.2.15);
//                                repeatable
//   dns=on|off                   10.0.2.3 is the host's first name server (off)
//   restrict=on|off              nothing but forwarded ports (off)
// NULL with a message on stderr if it cannot be had.
struct netdev *netdev_open(const char *spec, struct loop *loop, struct clock *clock);
enum netdev_nic netdev_nic(const struct netdev *n);
void netdev_connect(struct netdev *n, const struct netdev_user *user);
// A frame from the guest. Answers may arrive before it returns. n may be NULL: no cable.
void netdev_send(struct netdev *n, const uint8_t *frame, size_t len);
// The user has room again.
void netdev_poll(struct netdev *n);
void netdev_close(struct netdev *n);

#endif
