// Frame buffer updates of RFC 6143 (7.6.1, 7.7): tiles that have changed, raw or of one colour, in the
// client's pixel format.
#include <stdlib.h>
#include <string.h>

#include "host/vnc.h"

enum { TILE_WIDTH = 64, TILE_HEIGHT = 16 };

// ---- bytes ----

void vnc_put(struct vnc_out *o, const void *data, size_t n)
{
    if (o->len + n > o->capacity) {
        const size_t capacity = 2 * (o->len + n);
        uint8_t *more = realloc(o->data, capacity);
        if (!more) {
            o->full = true;
            return;
        }
        o->data = more;
        o->capacity = capacity;
    }
    memcpy(o->data + o->len, data, n);
    o->len += n;
}

void vnc_put_u8(struct vnc_out *o, unsigned v)
{
    vnc_put(o, &(uint8_t){(uint8_t)v}, 1);
}

void vnc_put_u16(struct vnc_out *o, unsigned v)
{
    vnc_put(o, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

void vnc_put_u32(struct vnc_out *o, uint32_t v)
{
    vnc_put_u16(o, v >> 16);
    vnc_put_u16(o, v & 0xffff);
}

// ---- pixels ----

const uint8_t vnc_native_format[16] = {32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0};

bool vnc_set_format(struct vnc_format *f, const uint8_t *b)
{
    struct vnc_format n = {.bits = b[0], .big_endian = b[2]};
    const bool true_colour = b[3];
    if (!true_colour || (n.bits != 8 && n.bits != 16 && n.bits != 32)) return false;
    for (int i = 0; i < 3; i++) {
        n.max[i] = (uint16_t)(b[4 + 2 * i] << 8 | b[5 + 2 * i]);
        n.shift[i] = b[10 + i];
        if (n.shift[i] >= n.bits) return false;
    }
    *f = n;
    return true;
}

static size_t pack(const struct vnc_format *f, uint32_t pixel, uint8_t *to)
{
    uint32_t v = 0;
    for (int i = 0; i < 3; i++)
        v |= ((pixel >> (16 - 8 * i) & 0xff) * f->max[i] + 127) / 255 << f->shift[i];
    const unsigned n = f->bits / 8;
    for (unsigned i = 0; i < n; i++)
        to[i] = (uint8_t)(v >> 8 * (f->big_endian ? n - 1 - i : i));
    return n;
}

// ---- the screen ----

bool vnc_screen_resize(struct vnc_screen *s, unsigned width, unsigned height)
{
    vnc_screen_free(s);
    s->client = calloc((size_t)width * height, sizeof *s->client);
    s->now = calloc((size_t)width * height, sizeof *s->now);
    s->width = width;
    s->height = height;
    return s->client && s->now;
}

void vnc_screen_free(struct vnc_screen *s)
{
    free(s->client);
    free(s->now);
    s->client = s->now = NULL;
}

// What does not fit the client's screen is cut off, the rest of that is black.
static void fetch(struct vnc_screen *s, struct display *d)
{
    uint32_t line[DISPLAY_MAX_WIDTH];
    unsigned width = 0, height = 0;
    if (!display_size(d, &width, &height)) width = height = 0;
    if (width > s->width) width = s->width;
    for (unsigned y = 0; y < s->height; y++) {
        uint32_t *to = s->now + (size_t)y * s->width;
        const unsigned n = y < height ? width : 0;
        if (n) {
            display_line(d, y, line);
            memcpy(to, line, 4 * n);
        }
        memset(to + n, 0, 4 * (s->width - n));
    }
}

struct tile {
    unsigned x, y, width, height;
};

static struct tile tile_at(const struct vnc_screen *s, unsigned x, unsigned y)
{
    const unsigned w = s->width - x, h = s->height - y;
    return (struct tile){x, y, w < TILE_WIDTH ? w : TILE_WIDTH, h < TILE_HEIGHT ? h : TILE_HEIGHT};
}

// Whether a tile differs from the client's; then the client's is made the same.
static bool renew(struct vnc_screen *s, struct tile t)
{
    bool changed = false;
    for (unsigned y = 0; y < t.height; y++) {
        const size_t at = (size_t)(t.y + y) * s->width + t.x;
        if (!memcmp(s->client + at, s->now + at, 4 * t.width)) continue;
        memcpy(s->client + at, s->now + at, 4 * t.width);
        changed = true;
    }
    return changed;
}

static bool one_colour(const struct vnc_screen *s, struct tile t)
{
    const uint32_t first = s->client[(size_t)t.y * s->width + t.x];
    for (unsigned y = 0; y < t.height; y++)
        for (unsigned x = 0; x < t.width; x++)
            if (s->client[(size_t)(t.y + y) * s->width + t.x + x] != first) return false;
    return true;
}

static void put_tile(const struct vnc_screen *s, struct tile t, struct vnc_out *o)
{
    const bool solid = s->solid && one_colour(s, t);
    uint8_t row[4 * TILE_WIDTH];
    vnc_put_u16(o, t.x);
    vnc_put_u16(o, t.y);
    vnc_put_u16(o, t.width);
    vnc_put_u16(o, t.height);
    vnc_put_u32(o, solid ? VNC_RRE : VNC_RAW);
    if (solid) vnc_put_u32(o, 0); // no rectangles on the background
    for (unsigned y = 0; y < (solid ? 1 : t.height); y++) {
        size_t n = 0;
        for (unsigned x = 0; x < (solid ? 1 : t.width); x++)
            n += pack(&s->format, s->client[(size_t)(t.y + y) * s->width + t.x + x], row + n);
        vnc_put(o, row, n);
    }
}

bool vnc_screen_update(struct vnc_screen *s, struct display *d, bool all, struct vnc_out *o)
{
    const size_t at = o->len;
    unsigned n = 0;
    fetch(s, d);
    vnc_put_u8(o, 0); // FramebufferUpdate
    vnc_put_u8(o, 0);
    vnc_put_u16(o, 0); // the number comes when it is known
    for (unsigned y = 0; y < s->height; y += TILE_HEIGHT)
        for (unsigned x = 0; x < s->width; x += TILE_WIDTH) {
            const struct tile t = tile_at(s, x, y);
            if (!renew(s, t) && !all) continue;
            put_tile(s, t, o);
            n++;
        }
    if (o->full) return false;
    o->data[at + 2] = (uint8_t)(n >> 8);
    o->data[at + 3] = (uint8_t)n;
    if (!n) o->len = at;
    return n > 0;
}
