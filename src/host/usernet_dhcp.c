#include "host/usernet.h"

#include <string.h>

// Message layout: RFC 2131, 2; options: RFC 2132. One address to give: the guest's.
enum { BOOTREQUEST = 1, BOOTREPLY = 2, YIADDR = 16, SIADDR = 20, CHADDR = 28, FIXED = 236, OPTIONS = 240 };
enum {
    OPT_MASK = 1,
    OPT_ROUTER = 3,
    OPT_DNS = 6,
    OPT_REQUESTED = 50,
    OPT_LEASE = 51,
    OPT_TYPE = 53,
    OPT_SERVER = 54
};
enum { OPT_RENEW = 58, OPT_REBIND = 59, OPT_END = 255 };
enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };
enum { LEASE_S = 86400, MESSAGE_LEN = 300 };
#define COOKIE 0x63825363u

// The value of an option with at least min bytes, or NULL.
static const uint8_t *option(const uint8_t *data, size_t len, uint8_t which, size_t min)
{
    for (size_t i = OPTIONS; i < len && data[i] != OPT_END;) {
        if (!data[i]) { // pad
            i++;
            continue;
        }
        if (i + 2 > len || i + 2 + data[i + 1] > len) return NULL;
        if (data[i] == which) return data[i + 1] >= min ? data + i + 2 : NULL;
        i += 2u + data[i + 1];
    }
    return NULL;
}

static uint8_t *put_option(uint8_t *p, uint8_t which, uint32_t value)
{
    p[0] = which;
    p[1] = 4;
    un_put32(p + 2, value);
    return p + 6;
}

static void reply(struct usernet *u, const uint8_t *query, uint8_t type, uint32_t addr)
{
    uint8_t m[MESSAGE_LEN] = {BOOTREPLY, 1, 6};
    memcpy(m + 4, query + 4, 4);                    // transaction
    memcpy(m + 10, query + 10, 2);                  // flags
    if (type == ACK) memcpy(m + 12, query + 12, 4); // client's address
    un_put32(m + YIADDR, addr);
    if (type != NAK) un_put32(m + SIADDR, UN_GATEWAY);
    memcpy(m + CHADDR, query + CHADDR, 16);
    un_put32(m + FIXED, COOKIE);
    uint8_t *p = m + OPTIONS;
    *p++ = OPT_TYPE;
    *p++ = 1;
    *p++ = type;
    p = put_option(p, OPT_SERVER, UN_GATEWAY);
    if (type != NAK) {
        p = put_option(p, OPT_MASK, UN_MASK);
        if (!u->cfg.restricted) p = put_option(p, OPT_ROUTER, UN_GATEWAY);
        if (u->resolver && !u->cfg.restricted) p = put_option(p, OPT_DNS, UN_DNS);
        if (addr) {
            p = put_option(p, OPT_LEASE, LEASE_S);
            p = put_option(p, OPT_RENEW, LEASE_S / 2);
            p = put_option(p, OPT_REBIND, LEASE_S / 8 * 7);
        }
    }
    *p = OPT_END;
    // To everybody: the client has no address yet, or takes it as well.
    un_udp_send(u, UN_GATEWAY, 67, 0xffffffffu, 68, m, sizeof m);
}

void un_dhcp_input(struct usernet *u, const uint8_t *data, size_t len)
{
    if (len < OPTIONS || data[0] != BOOTREQUEST || data[1] != 1 || data[2] != 6) return;
    if (un_get32(data + FIXED) != COOKIE) return;
    const uint8_t *type = option(data, len, OPT_TYPE, 1);
    if (!type) return;
    const uint8_t *server = option(data, len, OPT_SERVER, 4), *wanted = option(data, len, OPT_REQUESTED, 4);
    switch (*type) {
    case DISCOVER: reply(u, data, OFFER, UN_GUEST); break;
    case REQUEST: {
        if (server && un_get32(server) != UN_GATEWAY) return; // took another server's offer
        // RFC 2131, 4.3.2: the address is in the option (selecting, rebooting) or in ciaddr (renewing).
        const uint32_t addr = un_get32(wanted ? wanted : data + 12);
        if (addr != UN_GUEST) {
            reply(u, data, NAK, 0);
            return;
        }
        un_learn(u, UN_GUEST, data + CHADDR);
        reply(u, data, ACK, UN_GUEST);
        break;
    }
    case INFORM: reply(u, data, ACK, 0); break;
    default: break; // DECLINE, RELEASE: there is nobody else to give it to
    }
}
