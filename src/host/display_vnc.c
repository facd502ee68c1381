// A server for remote screens: RFB 3.8 (RFC 6143), also 3.7 and 3.3, without authentication, on the loopback
// interface. One client at a time; the next one waits in the host's queue. Everything happens on the event
// loop, and nothing waits: what a client does not take stays queued, and nothing more is made for it
// meanwhile.
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"
#include "host/loop.h"
#include "host/vnc.h"

enum state { VERSION, SECURITY, INIT, RUNNING };
enum { PERIOD_MS = 40, HELD_KEYS = 16 };
enum {
    MSG_SET_FORMAT = 0,
    MSG_SET_ENCODINGS = 2,
    MSG_UPDATE_REQUEST = 3,
    MSG_KEY = 4,
    MSG_POINTER = 5,
    MSG_CUT_TEXT = 6
};

struct vnc {
    struct display *d;
    int listener, timer, fd; // fd: the client's, -1: none
    enum state state;
    unsigned minor; // of the protocol's version
    uint8_t in[4096];
    size_t in_len;
    uint32_t encodings, skip; // how many are still to come; bytes of a message that nobody wants
    struct vnc_out out;
    struct vnc_screen screen;
    bool wants, wants_all, resizes; // an update is due, a whole one; the client follows the screen's size
    bool pointer_known;
    unsigned x, y, buttons, wheel;
    uint32_t held[HELD_KEYS];
    unsigned nheld;
};

// ---- keys and pointer ----

static void send_key(struct vnc *v, uint32_t keysym, bool down)
{
    const struct display_keyboard *k = &v->d->keyboard;
    if (k->key) k->key(k->ctx, keysym, down);
}

static void on_key(struct vnc *v, uint32_t keysym, bool down)
{
    unsigned i = 0;
    while (i < v->nheld && v->held[i] != keysym)
        i++;
    if (!down && i < v->nheld) v->held[i] = v->held[--v->nheld];
    if (down && i == v->nheld && i < HELD_KEYS) v->held[v->nheld++] = keysym;
    send_key(v, keysym, down);
}

// Where the pointer is, which the guest's mouse follows. Buttons 3 and 4 are the wheel, a step each time that
// they go down.
static void on_pointer(struct vnc *v, unsigned mask, unsigned x, unsigned y)
{
    const struct display_mouse *m = &v->d->mouse;
    const int dx = v->pointer_known ? (int)x - (int)v->x : 0, dy = v->pointer_known ? (int)y - (int)v->y : 0;
    const unsigned wheel = mask >> 3 & 3, turned = wheel & ~v->wheel;
    const int dz = (int)(turned >> 1) - (int)(turned & 1);
    const bool news = dx || dy || dz || (mask & 7) != v->buttons;
    v->pointer_known = true;
    v->x = x;
    v->y = y;
    v->buttons = mask & 7;
    v->wheel = wheel;
    if (news && m->move) m->move(m->ctx, dx, dy, dz, v->buttons);
}

static void release_all(struct vnc *v)
{
    while (v->nheld)
        send_key(v, v->held[--v->nheld], false);
    if (v->buttons) on_pointer(v, 0, v->x, v->y);
}

// ---- the connection ----

static void on_listener(void *ctx, int fd, unsigned events);
static void on_client(void *ctx, int fd, unsigned events);

static void set_timer(struct vnc *v, bool on)
{
    const struct timespec period = {0, on ? PERIOD_MS * 1000000L : 0};
    timerfd_settime(v->timer, 0, &(struct itimerspec){period, period}, NULL);
}

static void hang_up(struct vnc *v)
{
    if (v->fd < 0) return;
    release_all(v);
    loop_watch(v->d->loop, v->fd, 0, NULL, NULL);
    close(v->fd);
    v->fd = -1;
    set_timer(v, false);
    vnc_screen_free(&v->screen);
    free(v->out.data);
    v->out = (struct vnc_out){0};
    loop_watch(v->d->loop, v->listener, LOOP_READ, on_listener, v);
}

// Sends what the socket takes. False: the connection has ended.
static bool flush(struct vnc *v)
{
    struct vnc_out *o = &v->out;
    while (o->sent < o->len) {
        const ssize_t n = send(v->fd, o->data + o->sent, o->len - o->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) return false;
        if (n <= 0) break;
        o->sent += (size_t)n;
    }
    const bool left = o->sent < o->len;
    if (!left) o->len = o->sent = 0;
    loop_watch(v->d->loop, v->fd, LOOP_READ | (left ? LOOP_WRITE : 0u), on_client, v);
    return !o->full;
}

static void put_resize(struct vnc *v)
{
    vnc_put(&v->out, (const uint8_t[]){0, 0, 0, 1, 0, 0, 0, 0}, 8); // an update with one rectangle at 0, 0
    vnc_put_u16(&v->out, v->screen.width);
    vnc_put_u16(&v->out, v->screen.height);
    vnc_put_u32(&v->out, (uint32_t)VNC_DESKTOP_SIZE);
}

// Answers a request for an update, if there is something new and the last answer is out. False: the end.
static bool update(struct vnc *v)
{
    struct vnc_screen *s = &v->screen;
    unsigned width, height;
    if (v->state != RUNNING || !v->wants || v->out.len) return true;
    if (v->resizes && display_size(v->d, &width, &height) && (width != s->width || height != s->height)) {
        if (!vnc_screen_resize(s, width, height)) return false;
        put_resize(v);
        v->wants_all = true;
        v->wants = false;
    } else if (vnc_screen_update(s, v->d, v->wants_all, &v->out)) {
        v->wants = v->wants_all = false;
    }
    return flush(v);
}

// ---- the protocol ----

static uint32_t get_u16(const uint8_t *b)
{
    return (uint32_t)b[0] << 8 | b[1];
}

static uint32_t get_u32(const uint8_t *b)
{
    return get_u16(b) << 16 | get_u16(b + 2);
}

static bool put_init(struct vnc *v)
{
    static const char name[] = "stinkarm";
    unsigned width = 640, height = 480; // as long as the screen is off
    display_size(v->d, &width, &height);
    if (!vnc_screen_resize(&v->screen, width, height)) return false;
    vnc_set_format(&v->screen.format, vnc_native_format);
    vnc_put_u16(&v->out, width);
    vnc_put_u16(&v->out, height);
    vnc_put(&v->out, vnc_native_format, sizeof vnc_native_format);
    vnc_put_u32(&v->out, sizeof name - 1);
    vnc_put(&v->out, name, sizeof name - 1);
    v->state = RUNNING;
    set_timer(v, true);
    return true;
}

// "RFB 003.00M\n"
static bool take_version(struct vnc *v, const uint8_t *b)
{
    if (memcmp(b, "RFB 003.", 8) || b[11] != '\n') return false;
    const unsigned minor =
        (unsigned)(b[8] - '0') * 100 + (unsigned)(b[9] - '0') * 10 + (unsigned)(b[10] - '0');
    v->minor = minor == 8 || minor == 7 ? minor : 3; // any other one is to be treated as 3.3
    if (v->minor == 3)
        vnc_put_u32(&v->out, 1); // no authentication
    else
        vnc_put(&v->out, (const uint8_t[]){1, 1}, 2); // one kind of security: none
    v->state = v->minor == 3 ? INIT : SECURITY;
    return true;
}

static bool take_security(struct vnc *v, const uint8_t *b)
{
    if (b[0] != 1) return false;
    if (v->minor == 8) vnc_put_u32(&v->out, 0); // good
    v->state = INIT;
    return true;
}

static bool take_message(struct vnc *v, const uint8_t *b)
{
    switch (b[0]) {
    case MSG_SET_FORMAT: v->wants_all = true; return vnc_set_format(&v->screen.format, b + 4);
    case MSG_SET_ENCODINGS:
        v->encodings = get_u16(b + 2);
        v->screen.solid = v->resizes = false;
        return true;
    case MSG_UPDATE_REQUEST: // always of the whole screen: more than was asked for is allowed
        v->wants = true;
        if (!b[1]) v->wants_all = true;
        return update(v);
    case MSG_KEY: on_key(v, get_u32(b + 4), b[1]); return true;
    case MSG_POINTER: on_pointer(v, b[1], get_u16(b + 2), get_u16(b + 4)); return true;
    case MSG_CUT_TEXT: v->skip = get_u32(b + 4); return true;
    default: return false;
    }
}

static size_t message_size(uint8_t type)
{
    switch (type) {
    case MSG_SET_FORMAT: return 20;
    case MSG_SET_ENCODINGS: return 4;
    case MSG_UPDATE_REQUEST: return 10;
    case MSG_KEY: return 8;
    case MSG_POINTER: return 6;
    case MSG_CUT_TEXT: return 8;
    default: return 1; // there is none, and that ends the connection
    }
}

static void take_encoding(struct vnc *v, const uint8_t *b)
{
    const int32_t e = (int32_t)get_u32(b);
    v->encodings--;
    if (e == VNC_RRE) v->screen.solid = true;
    if (e == VNC_DESKTOP_SIZE) v->resizes = true;
}

// Takes one item off the front. Returns its size, 0: not all of it is there, -1: nonsense.
static int take(struct vnc *v, const uint8_t *b, size_t n)
{
    if (!n) return 0;
    if (v->skip) {
        const uint32_t part = n < v->skip ? (uint32_t)n : v->skip;
        v->skip -= part;
        return (int)part;
    }
    if (v->encodings) {
        if (n < 4) return 0;
        take_encoding(v, b);
        return 4;
    }
    static const size_t handshake[] = {[VERSION] = 12, [SECURITY] = 1, [INIT] = 1};
    const size_t size = v->state == RUNNING ? message_size(b[0]) : handshake[v->state];
    if (n < size) return 0;
    bool good = false;
    switch (v->state) {
    case VERSION: good = take_version(v, b); break;
    case SECURITY: good = take_security(v, b); break;
    case INIT: good = put_init(v); break;
    case RUNNING: good = take_message(v, b); break;
    }
    return good ? (int)size : -1;
}

static bool receive(struct vnc *v)
{
    const ssize_t n = recv(v->fd, v->in + v->in_len, sizeof v->in - v->in_len, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return false;
    v->in_len += n > 0 ? (size_t)n : 0;
    size_t at = 0;
    int used;
    while ((used = take(v, v->in + at, v->in_len - at)) > 0)
        at += (size_t)used;
    memmove(v->in, v->in + at, v->in_len - at);
    v->in_len -= at;
    return used == 0;
}

static void on_client(void *ctx, int fd, unsigned events)
{
    struct vnc *v = ctx;
    (void)fd;
    if ((events & LOOP_READ && !receive(v)) || !flush(v)) hang_up(v);
}

static void on_timer(void *ctx, int fd, unsigned events)
{
    struct vnc *v = ctx;
    uint64_t ticks;
    (void)events;
    if (read(fd, &ticks, sizeof ticks) < 0 || v->fd < 0) return;
    if (!update(v)) hang_up(v);
}

static void on_listener(void *ctx, int fd, unsigned events)
{
    struct vnc *v = ctx;
    (void)events;
    v->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (v->fd < 0) return;
    v->state = VERSION;
    v->in_len = 0;
    v->encodings = v->skip = 0;
    v->wants = v->wants_all = v->resizes = v->pointer_known = v->screen.solid = false;
    v->wheel = 0;
    vnc_put(&v->out, "RFB 003.008\n", 12);
    loop_watch(v->d->loop, v->listener, 0, NULL, NULL);
    if (!flush(v)) hang_up(v);
}

static void vnc_close(struct display *d)
{
    struct vnc *v = d->kind;
    hang_up(v);
    loop_watch(d->loop, v->listener, 0, NULL, NULL);
    loop_watch(d->loop, v->timer, 0, NULL, NULL);
    close(v->listener);
    close(v->timer);
    free(v);
}

static int listen_on(unsigned port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (const struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 4) == 0) return fd;
    const int err = errno;
    close(fd);
    errno = err;
    return -1;
}

bool display_vnc_open(struct display *d, const char *rest)
{
    char *end;
    const unsigned long port = strtoul(rest, &end, 10);
    if (*rest < '0' || *rest > '9' || *end || port < 1 || port > 65535) {
        warn("display 'vnc:%s': wants a port from 1 to 65535", rest);
        return false;
    }
    struct vnc *v = calloc(1, sizeof *v);
    if (!v) {
        warn("display: out of memory");
        return false;
    }
    v->d = d;
    v->fd = -1;
    v->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    v->listener = listen_on((unsigned)port);
    d->kind = v;
    d->close = vnc_close;
    if (v->listener >= 0 && v->timer >= 0 && loop_watch(d->loop, v->listener, LOOP_READ, on_listener, v) &&
        loop_watch(d->loop, v->timer, LOOP_READ, on_timer, v))
        return true;
    warn("display: cannot listen on port %lu of 127.0.0.1: %s", port, strerror(errno));
    vnc_close(d);
    return false;
}
