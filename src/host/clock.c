#include "host/clock.h"

#include "base/monotonic.h"
#include "host/loop.h"

void clock_init(struct clock *c, bool icount, struct loop *loop)
{
    *c = (struct clock){.icount = icount, .host_base = monotonic_ns(), .loop = loop};
}

uint64_t clock_ns(const struct clock *c)
{
    if (!c->icount) return (c->paused ? c->paused : monotonic_ns()) - c->host_base;
    return c->icount_ns + (c->ran ? c->ran(c->ctx) : 0);
}

void clock_pause(struct clock *c, bool yes)
{
    if (yes == (c->paused != 0)) return;
    const uint64_t now = monotonic_ns();
    if (!yes) c->host_base += now - c->paused;
    c->paused = yes ? now : 0;
    loop_wake(c->loop);
}

void clock_advance(struct clock *c, uint64_t ns)
{
    c->icount_ns += ns;
}

static void unlink_timer(struct clock *c, struct timer *t)
{
    struct timer **pp = &c->timers;
    while (*pp && *pp != t)
        pp = &(*pp)->next;
    if (*pp) *pp = t->next;
    t->armed = false;
}

void timer_set(struct clock *c, struct timer *t, uint64_t deadline)
{
    if (t->armed) unlink_timer(c, t);
    t->deadline = deadline;
    t->armed = true;
    struct timer **pp = &c->timers;
    while (*pp && (*pp)->deadline <= deadline)
        pp = &(*pp)->next;
    t->next = *pp;
    *pp = t;
    if (c->timers != t) return;
    if (!c->icount)
        loop_wake(c->loop);
    else if (c->earlier)
        c->earlier(c->ctx);
}

void timer_cancel(struct clock *c, struct timer *t)
{
    if (t->armed) unlink_timer(c, t);
}

void clock_fire(struct clock *c)
{
    const uint64_t now = clock_ns(c); // what is set for later comes after those who wait for the lock
    while (c->timers && c->timers->deadline <= now && !c->paused) {
        struct timer *t = c->timers;
        unlink_timer(c, t);
        t->fire(t->ctx);
    }
}

uint64_t clock_until_next(const struct clock *c)
{
    if (!c->timers || c->paused) return UINT64_MAX;
    const uint64_t now = clock_ns(c);
    return c->timers->deadline > now ? c->timers->deadline - now : 0;
}
