// A display that is a picture in a file, written at SIGUSR1 and at the end: PNG (RFC 2083) if the name ends
// so, else PPM. The PNG's data is deflate's stored blocks (RFC 1950, 1951): compression is not worth its
// code.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "host/display_kind.h"
#include "host/loop.h"

struct ppm {
    int signals;
    char path[];
};

struct png {
    FILE *f;
    uint32_t crc;
    uint32_t adler_a, adler_b;
    size_t left, in_block; // bytes of raw data to come: altogether, in this block
};

enum { STORED_MAX = 65535, ADLER_BASE = 65521 };

static void png_put(struct png *p, const void *data, size_t n)
{
    const uint8_t *b = data;
    for (size_t i = 0; i < n; i++) {
        p->crc ^= b[i];
        for (int k = 0; k < 8; k++)
            p->crc = p->crc >> 1 ^ (p->crc & 1 ? 0xedb88320u : 0);
    }
    fwrite(data, 1, n, p->f);
}

static void put_u32(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void png_begin(struct png *p, const char *type, uint32_t len)
{
    uint8_t b[4];
    put_u32(b, len);
    fwrite(b, 1, sizeof b, p->f);
    p->crc = 0xffffffffu;
    png_put(p, type, 4);
}

static void png_end(struct png *p)
{
    uint8_t b[4];
    put_u32(b, ~p->crc);
    fwrite(b, 1, sizeof b, p->f);
}

// Raw data, in stored blocks.
static void png_raw(struct png *p, const uint8_t *data, size_t n)
{
    while (n) {
        if (!p->in_block) {
            p->in_block = p->left < STORED_MAX ? p->left : STORED_MAX;
            const unsigned len = (unsigned)p->in_block;
            const uint8_t head[5] = {p->left == p->in_block, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)~len,
                                     (uint8_t)(~len >> 8)};
            png_put(p, head, sizeof head);
        }
        const size_t part = n < p->in_block ? n : p->in_block;
        for (size_t i = 0; i < part; i++) {
            p->adler_a = (p->adler_a + data[i]) % ADLER_BASE;
            p->adler_b = (p->adler_b + p->adler_a) % ADLER_BASE;
        }
        png_put(p, data, part);
        data += part;
        n -= part;
        p->in_block -= part;
        p->left -= part;
    }
}

static void rgb_line(struct display *d, unsigned y, unsigned width, uint8_t *rgb)
{
    uint32_t pixels[DISPLAY_MAX_WIDTH];
    display_line(d, y, pixels);
    for (unsigned x = 0; x < width; x++)
        for (unsigned c = 0; c < 3; c++)
            *rgb++ = (uint8_t)(pixels[x] >> (16 - 8 * c));
}

static void write_png(struct display *d, FILE *f, unsigned width, unsigned height)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const size_t line = 1 + 3 * (size_t)width, raw = line * height;
    const size_t blocks = (raw + STORED_MAX - 1) / STORED_MAX;
    struct png p = {.f = f, .adler_a = 1, .left = raw};
    uint8_t b[13] = {[8] = 8, [9] = 2}; // 8 bits each of red, green, blue
    fwrite(signature, 1, sizeof signature, f);
    put_u32(b, width);
    put_u32(b + 4, height);
    png_begin(&p, "IHDR", sizeof b);
    png_put(&p, b, sizeof b);
    png_end(&p);
    png_begin(&p, "IDAT", (uint32_t)(2 + raw + 5 * blocks + 4));
    png_put(&p, "\x78\x01", 2);
    uint8_t rgb[1 + 3 * DISPLAY_MAX_WIDTH];
    rgb[0] = 0; // no filter
    for (unsigned y = 0; y < height; y++) {
        rgb_line(d, y, width, rgb + 1);
        png_raw(&p, rgb, line);
    }
    put_u32(b, p.adler_b << 16 | p.adler_a);
    png_put(&p, b, 4);
    png_end(&p);
    png_begin(&p, "IEND", 0);
    png_end(&p);
}

static void write_ppm(struct display *d, FILE *f, unsigned width, unsigned height)
{
    uint8_t rgb[3 * DISPLAY_MAX_WIDTH];
    fprintf(f, "P6\n%u %u\n255\n", width, height);
    for (unsigned y = 0; y < height; y++) {
        rgb_line(d, y, width, rgb);
        fwrite(rgb, 3, width, f);
    }
}

static void write_picture(struct display *d)
{
    const struct ppm *p = d->kind;
    unsigned width, height;
    if (!display_size(d, &width, &height)) {
        warn("display: the screen is off: %s is not written", p->path);
        return;
    }
    FILE *f = fopen(p->path, "wbe");
    if (!f) {
        warn("display: %s: %s", p->path, strerror(errno));
        return;
    }
    const char *dot = strrchr(p->path, '.');
    (dot && !strcmp(dot, ".png") ? write_png : write_ppm)(d, f, width, height);
    const bool failed = ferror(f);
    if (fclose(f) || failed) warn("display: %s cannot be written completely", p->path);
}

static void on_signal(void *ctx, int fd, unsigned events)
{
    struct signalfd_siginfo si;
    (void)events;
    if (read(fd, &si, sizeof si) == sizeof si) write_picture(ctx);
}

static void ppm_close(struct display *d)
{
    struct ppm *p = d->kind;
    write_picture(d);
    loop_watch(d->loop, p->signals, 0, NULL, NULL);
    close(p->signals);
    free(p);
}

bool display_ppm_open(struct display *d, const char *rest)
{
    if (!*rest) {
        warn("display 'ppm:': wants the name of a file behind the colon");
        return false;
    }
    struct ppm *p = malloc(sizeof *p + strlen(rest) + 1);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (!p || sigprocmask(SIG_BLOCK, &set, NULL) || // of this thread and those it makes
        (p->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0) {
        warn("display: cannot have a picture: %s", strerror(errno));
        free(p);
        return false;
    }
    strcpy(p->path, rest);
    d->kind = p;
    d->close = ppm_close;
    if (loop_watch(d->loop, p->signals, LOOP_READ, on_signal, d)) return true;
    warn("display: too many host files");
    close(p->signals);
    free(p);
    return false;
}
