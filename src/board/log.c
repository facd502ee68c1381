// What the log says of a machine as such.
#include "base/log.h"

#include <string.h>

#include "board/debug.h"
#include "board/machine.h"

// Devices, their parts that have names of their own, and nobody.
static unsigned name_devices(struct machine *m)
{
    const char **names = m->log_names;
    unsigned n = 0;
    for (unsigned i = 0; i < m->ndevices; i++)
        names[n++] = m->device[i]->id;
    for (unsigned i = 0; i < m->bus.nranges; i++) {
        const struct bus_range *r = &m->bus.range[i];
        if (r->device && strcmp(r->name, r->device) != 0) names[n++] = r->name;
    }
    names[n++] = BUS_ABSENT;
    return n;
}

static void log_map(const struct machine *m)
{
    static const char *const kinds[] = {[BUS_RAM] = "memory", [BUS_ROM] = "flash", [BUS_MMIO] = "registers"};
    for (unsigned i = 0; i < m->bus.nranges; i++) {
        const struct bus_range *r = &m->bus.range[i];
        log_line("map 0x%08llx-0x%08llx %s: %s", (unsigned long long)r->base,
                 (unsigned long long)(r->base + r->size - 1), kinds[r->kind], r->name);
    }
}

bool machine_log_begin(struct machine *m)
{
    char why[LOG_WHY];
    if (!log_know_devices(m->log_names, name_devices(m), why)) {
        warn("--log: %s", why);
        return false;
    }
    if (log_on(LOG_MEMORY)) log_map(m);
    return true;
}

static bool find_function(void *machine, const char *name, uint32_t *first, uint32_t *last)
{
    struct symbols *s = machine_symbols(machine);
    return s && symbols_range(s, name, first, last);
}

bool machine_log_functions(struct machine *m)
{
    char why[LOG_WHY];
    if (log_know_functions(find_function, m, why)) return true;
    warn("--log: %s; --symbols FILE may tell it", why);
    return false;
}
