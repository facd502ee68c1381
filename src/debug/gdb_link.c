#include "debug/gdb_link.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static const char digits[] = "0123456789abcdef";

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void put(struct gdb_link *l, const char *p, size_t n)
{
    while (n && !l->broken) {
        const ssize_t done = write(l->out, p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            l->broken = true;
            return;
        }
        p += done;
        n -= (size_t)done;
    }
}

// One line of a packet, shortened; bytes that are none to print as \\xNN.
static void log_packet(const char *direction, const char *data, size_t n)
{
    enum { SHOWN = 120 };
    char text[4 * SHOWN + 1];
    size_t to = 0;
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        const uint8_t c = (uint8_t)data[i];
        if (c >= ' ' && c < 0x7f && c != '\\')
            text[to++] = (char)c;
        else
            to += (size_t)snprintf(text + to, 5, "\\x%02x", c);
    }
    text[to] = 0;
    if (n > SHOWN)
        log_line("gdb %s %s… (%zu bytes)", direction, text, n);
    else
        log_line("gdb %s %s", direction, text);
}

void gdb_link_read(struct gdb_link *l)
{
    if (l->n == sizeof l->bytes) l->n = 0; // no packet is that long: what came is none
    const ssize_t n = read(l->in, l->bytes + l->n, sizeof l->bytes - l->n);
    if (n > 0)
        l->n += (size_t)n;
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        l->broken = true;
}

static void drop(struct gdb_link *l, size_t n)
{
    l->n -= n;
    memmove(l->bytes, l->bytes + n, l->n);
}

// The contents of a packet at [1, end) without escapes. False: its sum is wrong, or it is too long.
static bool unpack(const struct gdb_link *l, size_t end, char *packet, size_t *len)
{
    uint8_t sum = 0;
    size_t n = 0;
    for (size_t i = 1; i < end; i++) {
        char c = l->bytes[i];
        sum = (uint8_t)(sum + (uint8_t)c);
        if (c == '}' && i + 1 < end) {
            c = l->bytes[++i];
            sum = (uint8_t)(sum + (uint8_t)c);
            c ^= 0x20;
        }
        if (n == GDB_PACKET) return false;
        packet[n++] = c;
    }
    packet[n] = 0;
    *len = n;
    const int high = digit(l->bytes[end + 1]), low = digit(l->bytes[end + 2]);
    return high >= 0 && low >= 0 && sum == (high << 4 | low);
}

enum gdb_link_event gdb_link_next(struct gdb_link *l, char packet[GDB_PACKET + 1], size_t *len)
{
    while (l->n) {
        const char first = l->bytes[0];
        if (first == 3) {
            drop(l, 1);
            if (log_on(LOG_GDB)) log_line("gdb -> interrupt");
            return LINK_INTERRUPT;
        }
        if (first == '-') put(l, l->last, l->last_len);
        if (first != '$') { // an acknowledgement, or noise
            drop(l, 1);
            continue;
        }
        const char *hash = memchr(l->bytes, '#', l->n);
        if (!hash || hash + 2 >= l->bytes + l->n) return LINK_NOTHING; // there is more to come
        const size_t end = (size_t)(hash - l->bytes);
        const bool good = unpack(l, end, packet, len);
        drop(l, end + 3);
        if (!l->no_ack) put(l, good ? "+" : "-", 1);
        if (log_on(LOG_GDB)) log_packet(good ? "->" : "-> (wrong sum)", packet, *len);
        if (good) return LINK_PACKET;
    }
    return LINK_NOTHING;
}

void gdb_link_interrupt(struct gdb_link *l)
{
    put(l, "\3", 1);
}

void gdb_link_send(struct gdb_link *l, const char *data, size_t n)
{
    char *p = l->last;
    uint8_t sum = 0;
    if (log_on(LOG_GDB)) log_packet("<-", data, n);
    *p++ = '$';
    for (size_t i = 0; i < n && p < l->last + sizeof l->last - 5; i++) {
        char c = data[i];
        if (c == '$' || c == '#' || c == '}' || c == '*') {
            *p++ = '}';
            sum = (uint8_t)(sum + '}');
            c ^= 0x20;
        }
        *p++ = c;
        sum = (uint8_t)(sum + (uint8_t)c);
    }
    *p++ = '#';
    *p++ = digits[sum >> 4];
    *p++ = digits[sum & 15];
    l->last_len = (size_t)(p - l->last);
    put(l, l->last, l->last_len);
}

void reply_binary(struct gdb_reply *r, const void *bytes, size_t n)
{
    if (n > sizeof r->data - r->n) n = sizeof r->data - r->n;
    memcpy(r->data + r->n, bytes, n);
    r->n += n;
}

void reply_text(struct gdb_reply *r, const char *text)
{
    reply_binary(r, text, strlen(text));
}

void reply_format(struct gdb_reply *r, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    reply_text(r, text);
}

void reply_hex(struct gdb_reply *r, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        const char two[2] = {digits[p[i] >> 4], digits[p[i] & 15]};
        reply_binary(r, two, 2);
    }
}

const char *gdb_number(const char *p, uint64_t *v)
{
    *v = 0;
    for (; digit(*p) >= 0; p++)
        *v = *v << 4 | (unsigned)digit(*p);
    return p;
}

size_t gdb_bytes(const char *hex, void *to, size_t size)
{
    uint8_t *b = to;
    size_t n = 0;
    while (n < size && digit(hex[0]) >= 0 && digit(hex[1]) >= 0) {
        b[n++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
        hex += 2;
    }
    return n;
}
