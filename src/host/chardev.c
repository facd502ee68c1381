#include "host/chardev.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "host/loop.h"
#include "host/signals.h"
#include "host/terminal.h"

enum { OUT_MAX = 1 << 20, IN_MAX = 512, ESCAPE = 1 /* Ctrl-A */ };

struct chardev {
    struct loop *loop;
    struct chardev_user user;
    int in, out;  // -1: not (any more) there
    int listener; // unix: waits for the next client
    int slave;    // pty: kept open, so that reading does not fail while nobody else has it open
    bool owned;   // the descriptors are ours to close
    bool stdio;   // the console: with Ctrl-A as its escape
    bool writing; // out is watched
    bool escape;  // the last character was Ctrl-A
    bool reading; // in is watched
    bool paused;  // … not for now
    char *path;   // unix: of the socket, to be removed
    void (*tap)(void *ctx, const uint8_t *data, size_t n);
    void *tap_ctx;
    void (*quit)(void *ctx);
    void *quit_ctx;
    uint8_t input[IN_MAX]; // read, and not yet taken by the user
    size_t input_len;
    uint8_t *output; // not yet taken by the host
    size_t output_len, output_cap;
    size_t dropped;
};

static void readable(void *ctx, int fd, unsigned events);
static void writable(void *ctx, int fd, unsigned events);

static void watch(struct chardev *c)
{
    const bool want_in = c->in >= 0 && c->input_len < IN_MAX && !c->paused;
    const bool want_out = c->out >= 0 && c->output_len;
    if (c->in >= 0 && c->in == c->out) {
        const unsigned events = (want_in ? LOOP_READ : 0u) | (want_out ? LOOP_WRITE : 0u);
        loop_watch(c->loop, c->in, events, readable, c);
        return;
    }
    if (c->in >= 0 && want_in != c->reading) loop_watch(c->loop, c->in, want_in ? LOOP_READ : 0, readable, c);
    c->reading = want_in;
    if (c->out >= 0 && want_out != c->writing)
        loop_watch(c->loop, c->out, want_out ? LOOP_WRITE : 0, writable, c);
    c->writing = want_out;
}

// Output

static void say(struct chardev *c, const char *s)
{
    chardev_write(c, (const uint8_t *)s, strlen(s));
}

// Only where poll has said that there is room: then a pipe takes PIPE_BUF bytes, though it be blocking, as
// our own stdout is. (O_NONBLOCK would be seen by all who share it.)
static void write_some(struct chardev *c)
{
    const size_t most = c->owned ? c->output_len : PIPE_BUF;
    const ssize_t n = write(c->out, c->output, c->output_len < most ? c->output_len : most);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n < 0) { // nobody reads any more
        c->output_len = 0;
        if (c->stdio && errno == EPIPE) {
            signals_end_by(SIGPIPE);
            c->quit(c->quit_ctx);
        }
        return;
    }
    memmove(c->output, c->output + n, c->output_len - (size_t)n);
    c->output_len -= (size_t)n;
}

void chardev_write(struct chardev *c, const uint8_t *data, size_t n)
{
    if (c->tap) c->tap(c->tap_ctx, data, n);
    if (c->out < 0) return;
    if (c->output_len + n > OUT_MAX) { // the oldest goes
        const size_t drop = c->output_len < n ? c->output_len : n;
        memmove(c->output, c->output + drop, c->output_len - drop);
        c->output_len -= drop;
        if (!c->dropped) warn("serial port: the reader is too slow, output is lost");
        c->dropped += drop;
        if (n > OUT_MAX) return;
    }
    if (c->output_len + n > c->output_cap) {
        const size_t cap = (c->output_len + n) * 2;
        uint8_t *p = realloc(c->output, cap);
        if (!p) return;
        c->output = p;
        c->output_cap = cap;
    }
    memcpy(c->output + c->output_len, data, n);
    c->output_len += n;
    watch(c);
}

// Input

void chardev_pause(struct chardev *c, bool pause)
{
    c->paused = pause && c->stdio;
    watch(c);
}

void chardev_poll(struct chardev *c)
{
    if (!c->user.room || !c->input_len) return;
    const size_t room = c->user.room(c->user.ctx), n = room < c->input_len ? room : c->input_len;
    if (!n) return;
    uint8_t taken[IN_MAX];
    memcpy(taken, c->input, n);
    memmove(c->input, c->input + n, c->input_len - n);
    c->input_len -= n;
    c->user.receive(c->user.ctx, taken, n);
    watch(c);
}

static void command(struct chardev *c, uint8_t ch)
{
    switch (ch) {
    case 'x':
    case 'X': c->quit(c->quit_ctx); return;
    case 'c':
    case 'C':
        if (signals_interrupt()) return;
        say(c, "\r\nThere is no monitor: --break, --watch or --step bring it\r\n");
        return;
    case 'h':
    case 'H':
    case '?':
        say(c, "\r\nCtrl-A x  quits\r\nCtrl-A c  the monitor (--break, --watch, --step)\r\n"
               "Ctrl-A h  this help\r\nCtrl-A Ctrl-A  sends Ctrl-A\r\n");
        return;
    case ESCAPE: c->input[c->input_len++] = ESCAPE; return;
    default: return;
    }
}

// The terminal's escape character is taken out of what was read.
static void take(struct chardev *c, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c->escape) {
            c->escape = false;
            command(c, data[i]);
        } else if (c->stdio && data[i] == ESCAPE) {
            c->escape = true;
        } else {
            c->input[c->input_len++] = data[i];
        }
    }
}

static void hang_up(struct chardev *c)
{
    loop_watch(c->loop, c->in, 0, readable, c);
    c->reading = false;
    if (c->listener >= 0) {
        close(c->in);
        c->out = -1;
        c->output_len = 0;
    }
    c->in = -1;
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct chardev *c = ctx;
    if (events & LOOP_WRITE) writable(ctx, fd, events);
    if (events & LOOP_READ) {
        uint8_t buf[IN_MAX];
        const ssize_t n = read(fd, buf, IN_MAX - c->input_len);
        if (n > 0)
            take(c, buf, (size_t)n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            hang_up(c);
        chardev_poll(c);
    }
    watch(c);
}

static void writable(void *ctx, int fd, unsigned events)
{
    struct chardev *c = ctx;
    (void)fd, (void)events;
    write_some(c);
    watch(c);
}

void chardev_connect(struct chardev *c, const struct chardev_user *user)
{
    c->user = *user;
    chardev_poll(c);
}

// Opening

static bool open_stdio(struct chardev *c, bool input)
{
    if (input) c->in = STDIN_FILENO;
    c->out = STDOUT_FILENO;
    c->stdio = true;
    if (input) terminal_raw();
    return true;
}

static bool open_pty(struct chardev *c)
{
    const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) || unlockpt(fd)) {
        warn("serial port: no pseudo terminal: %s", strerror(errno));
        return false;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    const char *name = ptsname(fd);
    struct termios t;
    c->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->slave >= 0 && !tcgetattr(c->slave, &t)) {
        cfmakeraw(&t);
        tcsetattr(c->slave, TCSANOW, &t);
    }
    fprintf(stderr, "serial port on %s\n", name);
    c->in = c->out = fd;
    return true;
}

static bool open_file(struct chardev *c, const char *path)
{
    c->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (c->out < 0) warn("serial port: cannot write '%s': %s", path, strerror(errno));
    return c->out >= 0;
}

static void accept_client(void *ctx, int fd, unsigned events)
{
    struct chardev *c = ctx;
    (void)events;
    const int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    if (c->in >= 0) { // one at a time
        close(client);
        return;
    }
    c->in = c->out = client;
    watch(c);
}

static bool open_unix(struct chardev *c, const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        warn("serial port: socket path '%s' is longer than %zu bytes", path, sizeof a.sun_path - 1);
        return false;
    }
    strcpy(a.sun_path, path);
    struct stat st;
    if (!lstat(path, &st) && S_ISSOCK(st.st_mode)) unlink(path); // one that was left behind
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 1)) {
        warn("serial port: cannot listen on '%s': %s", path, strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    c->listener = fd;
    c->path = strdup(path);
    return loop_watch(c->loop, fd, LOOP_READ, accept_client, c);
}

static bool open_spec(struct chardev *c, const char *spec)
{
    if (!strcmp(spec, "null")) return true;
    if (!strcmp(spec, "stdio")) return open_stdio(c, true);
    if (!strcmp(spec, "stdout")) return open_stdio(c, false);
    if (!strcmp(spec, "pty")) return open_pty(c);
    if (!strncmp(spec, "file:", 5)) return open_file(c, spec + 5);
    if (!strncmp(spec, "unix:", 5)) return open_unix(c, spec + 5);
    warn("serial port '%s': must be stdio, stdout, pty, file:PATH, unix:PATH or null", spec);
    return false;
}

struct chardev *chardev_open(const char *spec, struct loop *loop, void (*quit)(void *ctx), void *quit_ctx)
{
    struct chardev *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->loop = loop;
    c->in = c->out = c->listener = c->slave = -1;
    c->quit = quit;
    c->quit_ctx = quit_ctx;
    if (!open_spec(c, spec)) {
        free(c);
        return NULL;
    }
    c->owned = !c->stdio;
    watch(c);
    return c;
}

void chardev_tap(struct chardev *c, void (*tap)(void *ctx, const uint8_t *data, size_t n), void *ctx)
{
    c->tap = tap;
    c->tap_ctx = ctx;
}

void chardev_flush(struct chardev *c)
{
    // Nobody may ever read a pty or a socket.
    for (int tries = c->in == c->out ? 19 : 0; c->output_len && c->out >= 0 && tries < 20;) {
        struct pollfd p = {.fd = c->out, .events = POLLOUT};
        if (poll(&p, 1, 100) > 0)
            write_some(c);
        else
            tries++;
    }
}

void chardev_close(struct chardev *c)
{
    chardev_flush(c);
    if (c->stdio) terminal_restore();
    if (c->owned && c->in >= 0) close(c->in);
    if (c->owned && c->out >= 0 && c->out != c->in) close(c->out);
    if (c->listener >= 0) close(c->listener);
    if (c->slave >= 0) close(c->slave);
    if (c->path) unlink(c->path);
    free(c->path);
    free(c->output);
    free(c);
}
