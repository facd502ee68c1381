#include "debug/debug.h"

#include "base/log.h"
#include "base/pages.h"
#include "debug/gdb.h"
#include "debug/monitor.h"
#include "debug/perf.h"
#include "debug/profile.h"
#include "symbols/backtrace.h"

struct symbols *debug_symbols(const struct debug_target *t, struct cpu *c)
{
    struct backtrace_space space = {.symbols = t->symbols};
    if (t->stack) t->stack(c, &space);
    return space.symbols;
}

// What stops CPUs, and its front end.
static struct debugger *start_control(const struct debug_options *o, const struct debug_target *t)
{
    struct debug_control *k = pages_new(sizeof *k + sizeof *t);
    if (!k) {
        warn("--%s: out of memory", options_debug_front(o));
        return NULL;
    }
    struct debug_target *own = (struct debug_target *)(k + 1);
    *own = *t;
    if (!debug_init(k, own, !(o->gdb && o->gdb_nowait) && !o->gdb_inherit)) {
        warn("--%s: out of file descriptors", options_debug_front(o));
        return NULL;
    }
    return (o->gdb || o->gdb_inherit ? gdb_serve(k, o) : monitor_serve(k, o)) ? &k->base : NULL;
}

bool debug_start(struct debugger **d, const struct debug_options *o, const struct debug_target *t)
{
    *d = NULL;
    if (o->perf) perf_target(t);
    if (o->gdb || o->gdb_inherit || options_debug_monitor(o)) return (*d = start_control(o, t)) != NULL;
    return !o->profile || (*d = profile_start(o->profile, t)) != NULL;
}
