#include "dev/device.h"

#include <stdlib.h>

#include "base/log.h"

struct device *device_new(const struct dev_class *cls, const char *id, uint64_t base, uint64_t size,
                          const struct dev_env *env)
{
    struct device *d = calloc(1, cls->state_size);
    if (!d) {
        warn("%s: out of memory", id);
        return NULL;
    }
    d->cls = cls;
    d->id = id;
    d->base = base;
    d->size = size;
    d->env = *env;
    if (cls->init && !cls->init(d)) {
        free(d);
        return NULL;
    }
    cls->reset(d);
    return d;
}

void device_free(struct device *d)
{
    if (d->cls->end) d->cls->end(d);
    free(d);
}
