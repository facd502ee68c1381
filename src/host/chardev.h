// A stream of characters for a serial port: terminal, pseudo terminal, file, socket, nothing.
#ifndef STINKARM_HOST_CHARDEV_H
#define STINKARM_HOST_CHARDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct chardev;

// What a guest device is told. Lock held.
struct chardev_user {
    size_t (*room)(void *ctx);                                 // how many bytes it can take now
    void (*receive)(void *ctx, const uint8_t *data, size_t n); // at most that many
    void *ctx;
};

// spec: stdio, stdout (without input), pty, file:PATH, unix:PATH, null. NULL with a message on stderr if it
// cannot be had. stdio: raw mode if it is a terminal; Ctrl-A is the escape: x quits, c interrupts
// (signals_interrupt), h helps, Ctrl-A sends one. Its end of input means nothing; when nobody reads its
// output any more, the machine quits as by SIGPIPE.
struct chardev *chardev_open(const char *spec, struct loop *loop, void (*quit)(void *ctx), void *quit_ctx);
void chardev_connect(struct chardev *c, const struct chardev_user *user);
// Queues output; never blocks (what a slow reader does not take is kept, up to a bound, then the oldest is
// dropped).
void chardev_write(struct chardev *c, const uint8_t *data, size_t n);
// Shows somebody else what is written, too.
void chardev_tap(struct chardev *c, void (*tap)(void *ctx, const uint8_t *data, size_t n), void *ctx);
// The terminal is somebody else's for a while: what is typed is not read. Others are not affected.
void chardev_pause(struct chardev *c, bool pause);
// The user has room again.
void chardev_poll(struct chardev *c);
void chardev_flush(struct chardev *c); // at exit: waits (bounded) until the output is out
void chardev_close(struct chardev *c); // restores the terminal

#endif
