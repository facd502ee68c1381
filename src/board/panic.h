// --exit-on-panic: whether a kernel has said that it panics.
#ifndef STINKARM_BOARD_PANIC_H
#define STINKARM_BOARD_PANIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/clock.h"

enum { PANIC_LINE = 96 }; // of a line, as much as is compared

// One for each console, of which it sees the output.
struct panic_watch {
    struct clock *clock;
    struct timer timer;
    bool seen;
    char line[PANIC_LINE];
    size_t len;
};

// fire is called when the kernel has had the time to say why; lock held, as in panic_watch_output.
void panic_watch_init(struct panic_watch *p, struct clock *clock, void (*fire)(void *ctx), void *ctx);
void panic_watch_output(void *panic_watch, const uint8_t *data, size_t n);

#endif
