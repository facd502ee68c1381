// Guest time: a clock in nanoseconds since power-on, and timers on it. Either host time runs (the event loop
// fires timers), or instructions are time (--icount: the CPU loop advances the clock and fires them).
#ifndef STINKARM_HOST_CLOCK_H
#define STINKARM_HOST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct timer {
    uint64_t deadline; // ns on the clock
    void (*fire)(void *ctx);
    void *ctx;
    struct timer *next; // sorted by deadline
    bool armed;
};

struct clock {
    bool icount;        // time is what clock_advance says
    uint64_t host_base; // CLOCK_MONOTONIC at power-on, later by the pauses
    uint64_t paused;    // … when it was paused; 0: it runs
    uint64_t icount_ns;
    struct timer *timers;
    struct loop *loop; // woken when an earlier deadline comes in
    // icount: ns that instructions have taken so far; and an earlier deadline has come in. NULL: none.
    uint64_t (*ran)(void *ctx);
    void (*earlier)(void *ctx);
    void *ctx;
};

void clock_init(struct clock *c, bool icount, struct loop *loop);
uint64_t clock_ns(const struct clock *c);
// Stands still, or goes on from where it was; again: nothing. With the bus lock held, while no CPU runs.
void clock_pause(struct clock *c, bool yes);
// Fires every timer whose deadline has passed. With the bus lock held, from the event loop or the CPU loop.
void clock_fire(struct clock *c);
// ns until the next deadline, UINT64_MAX if there is none, or time stands still.
uint64_t clock_until_next(const struct clock *c);
void clock_advance(struct clock *c, uint64_t ns); // icount: beyond what instructions take

void timer_set(struct clock *c, struct timer *t, uint64_t deadline); // again: moves it
void timer_cancel(struct clock *c, struct timer *t);

#endif
