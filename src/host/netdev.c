#include "host/netdev.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/usernet.h"

struct netdev {
    enum netdev_nic nic;
    struct usernet *usernet; // NULL: nothing is connected
};

// "ADDR:PORT" up to end; an empty address stays as it is.
static bool parse_end(const char *s, const char *end, uint32_t *addr, uint16_t *port)
{
    char text[32];
    const size_t n = (size_t)(end - s);
    if (n >= sizeof text) return false;
    memcpy(text, s, n);
    text[n] = 0;
    char *colon = strchr(text, ':'), *stop;
    if (!colon) return false;
    *colon = 0;
    struct in_addr a;
    if (*text && !inet_aton(text, &a)) return false;
    if (*text) *addr = ntohl(a.s_addr);
    const unsigned long p = strtoul(colon + 1, &stop, 10);
    if (colon[1] < '0' || colon[1] > '9' || *stop || p < 1 || p > 65535) return false;
    *port = (uint16_t)p;
    return true;
}

// tcp|udp:[HOSTADDR]:HOSTPORT-[GUESTADDR]:GUESTPORT
static bool parse_forward(struct usernet_config *cfg, const char *s, size_t n)
{
    if (cfg->nforwards == UN_MAX_FORWARDS) {
        warn("--net: more than %d forwarded ports", UN_MAX_FORWARDS);
        return false;
    }
    struct un_forward *f = &cfg->forward[cfg->nforwards];
    *f = (struct un_forward){.host_addr = UN_LOOPBACK, .guest_addr = UN_GUEST};
    const char *end = s + n, *dash = memchr(s, '-', n);
    const bool tcp = n > 4 && !memcmp(s, "tcp:", 4);
    f->udp = n > 4 && !memcmp(s, "udp:", 4);
    if ((!tcp && !f->udp) || !dash || !parse_end(s + 4, dash, &f->host_addr, &f->host_port) ||
        !parse_end(dash + 1, end, &f->guest_addr, &f->guest_port)) {
        warn("--net: hostfwd=%.*s: must be tcp|udp:[HOSTADDR]:HOSTPORT-[GUESTADDR]:GUESTPORT, for example "
             "tcp::2222-:22",
             (int)n, s);
        return false;
    }
    if ((f->guest_addr & UN_MASK) != UN_NET || f->guest_addr == UN_GATEWAY || f->guest_addr == UN_DNS) {
        warn("--net: hostfwd=%.*s: the guest's address must be one of 10.0.2.0/24 that is not the gateway's",
             (int)n, s);
        return false;
    }
    cfg->nforwards++;
    return true;
}

static bool is(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && !memcmp(s, word, n);
}

static bool parse_option(struct netdev *d, struct usernet_config *cfg, const char *s, size_t n)
{
    const char *eq = memchr(s, '=', n), *v = eq ? eq + 1 : s + n;
    const size_t nkey = eq ? (size_t)(eq - s) : n, nv = (size_t)(s + n - v);
    const bool on = is(v, nv, "on"), off = is(v, nv, "off");
    if (is(s, nkey, "hostfwd")) return parse_forward(cfg, v, nv);
    if (is(s, nkey, "nic") && (is(v, nv, "lan9118") || is(v, nv, "virtio"))) {
        d->nic = *v == 'v' ? NETDEV_VIRTIO : NETDEV_LAN9118;
        return true;
    }
    if (is(s, nkey, "dns") && (on || off)) {
        cfg->dns = on;
        return true;
    }
    if (is(s, nkey, "restrict") && (on || off)) {
        cfg->restricted = on;
        return true;
    }
    warn("--net: '%.*s': must be nic=lan9118|virtio, hostfwd=…, dns=on|off or restrict=on|off", (int)n, s);
    return false;
}

static bool parse(struct netdev *d, struct usernet_config *cfg, const char *spec)
{
    while (*spec == ',') {
        const size_t n = strcspn(++spec, ",");
        if (!parse_option(d, cfg, spec, n)) return false;
        spec += n;
    }
    return true;
}

struct netdev *netdev_open(const char *spec, struct loop *loop, struct clock *clock)
{
    const bool user = !strncmp(spec, "user", 4) && (!spec[4] || spec[4] == ',');
    if (!user && strcmp(spec, "none")) {
        warn("--net '%s': must be none or user[,OPTION…]", spec);
        return NULL;
    }
    struct usernet_config cfg = {0};
    struct netdev *d = calloc(1, sizeof *d);
    if (!d || !user) return d;
    if (!parse(d, &cfg, spec + 4) || !(d->usernet = usernet_new(&cfg, loop, clock))) {
        free(d);
        return NULL;
    }
    return d;
}

enum netdev_nic netdev_nic(const struct netdev *d)
{
    return d->nic;
}

void netdev_connect(struct netdev *d, const struct netdev_user *user)
{
    if (d->usernet) d->usernet->user = *user;
}

void netdev_send(struct netdev *d, const uint8_t *frame, size_t len)
{
    if (d && d->usernet) usernet_input(d->usernet, frame, len);
}

void netdev_poll(struct netdev *d)
{
    if (d && d->usernet) usernet_poll(d->usernet);
}

void netdev_close(struct netdev *d)
{
    if (d->usernet) usernet_free(d->usernet);
    free(d);
}
