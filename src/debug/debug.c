#include "debug/debug.h"

#include "base/log.h"
#include "base/pages.h"
#include "debug/gdb.h"
#include "debug/monitor.h"

struct debugger *debug_start(const struct debug_options *o, const struct debug_target *t)
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
