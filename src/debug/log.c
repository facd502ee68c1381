#include "debug/log.h"

#include "cpu/engine.h"

bool debug_log(struct cpu *c, const char *list, bool on, char why[LOG_WHY])
{
    const bool ok = on ? log_enable(list, why) : log_disable(list, why);
    // What was made of the guest's code says which instructions are logged.
    if (c && c->engine) c->engine->invalidate(c->engine, 0, 1ull << 40);
    return ok;
}
