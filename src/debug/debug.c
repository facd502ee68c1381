#include "debug/debug.h"

#include "base/log.h"
#include "base/pages.h"
#include "debug/gdb.h"

struct debugger *debug_start(const struct debug_options *o, const struct debug_target *t)
{
    struct debug_control *k = pages_new(sizeof *k + sizeof *t);
    if (!k) {
        warn("--gdb: out of memory");
        return NULL;
    }
    struct debug_target *own = (struct debug_target *)(k + 1);
    *own = *t;
    if (debug_init(k, own, !o->gdb_nowait && !o->gdb_inherit)) return gdb_serve(k, o) ? &k->base : NULL;
    warn("--gdb: out of file descriptors");
    return NULL;
}
