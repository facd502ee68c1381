// Building a machine from its board's tables.
#include <string.h>

#include "base/log.h"
#include "board/vexpress.h"

static void *backend_of(struct machine *m, const struct device_row *row)
{
    const unsigned n = row->backend.n;
    switch (row->backend.kind) {
    case BACKEND_NONE: return NULL;
    case BACKEND_DISPLAY: return m->display;
    case BACKEND_SERIAL: return m->serial[n];
    case BACKEND_SD: return machine_disk(m, DRIVE_SD, n);
    case BACKEND_FLASH: return machine_disk(m, DRIVE_FLASH, n);
    case BACKEND_NET: return machine_net(m, NETDEV_LAN9118);
    case BACKEND_VIRTIO: return m->slot[n].backend;
    }
    return NULL;
}

// A range of a device on the bus. Devices with memory (flash) are read as such.
static void map(struct machine *m, struct device *d, const char *name, uint64_t base, uint64_t size,
                uint32_t offset, const struct mmio_ops *ops)
{
    if (d->cls->rom)
        bus_add_rom(&m->bus, name, base, size, d->cls->rom(d) + offset, &d->cls->ops, d);
    else
        bus_add_mmio_at(&m->bus, name, base, size, ops ? ops : &d->cls->ops, d, offset);
}

static bool add_device(struct machine *m, const struct device_row *row)
{
    const uint32_t base = row->at[m->board->column];
    union device_config config;
    if (base == NOWHERE) return true;
    if (row->parameters) row->parameters(m, &config);
    const struct dev_class *cls = row->cls ? row->cls : m->slot[row->backend.n].cls;
    const struct dev_env env = machine_env(m, backend_of(m, row), row->parameters ? &config : row->config);
    struct device *d = machine_add(m, cls, row->id, base, row->size, &env, row->irq);
    if (!d) return false;
    if (!m->gic) m->gic = d; // the first row
    if (row->size) map(m, d, row->id, base, row->size, 0, NULL);
    return true;
}

bool board_build(struct machine *m)
{
    const struct board_tables *t = m->board->tables;
    const unsigned column = m->board->column;
    m->sys.periphbase = m->board->periphbase;
    m->ram = machine_add_ram(m, "ram", m->board->ram_base, m->opt.memory);
    if (!m->ram) return false;
    for (unsigned i = 0; i < t->nmemories; i++) {
        const struct memory_row *row = &t->memory[i];
        if (row->at[column] != NOWHERE && !machine_add_ram(m, row->name, row->at[column], row->size))
            return false;
    }
    for (unsigned i = 0; i < t->ndevices; i++)
        if (!add_device(m, &t->device[i])) return false;
    for (unsigned i = 0; i < t->nwindows; i++) {
        const struct window_row *row = &t->window[i];
        struct device *d = machine_device(m, row->device);
        if (d && row->at[column] != NOWHERE)
            map(m, d, row->name, row->at[column], row->size, row->offset, row->ops);
    }
    for (unsigned i = 0; i < m->ndevices; i++)
        bus_set_device(&m->bus, m->device[i], m->device[i]->id);
    return machine_log_begin(m);
}
