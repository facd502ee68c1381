// What goes into the slots of the virtio transport: what the options ask for, in this order, and in the first
// slot that is left a source of randomness.
#include "base/log.h"
#include "board/machine.h"
#include "dev/devices.h"

static bool take(struct machine *m, const struct dev_class *cls, void *backend)
{
    if (m->nslots == MACHINE_SLOTS) {
        warn("%s: there is no virtio slot left: drives, network, share and console may be %d together", cls->name,
             MACHINE_SLOTS);
        return false;
    }
    m->slot[m->nslots++] = (struct machine_slot){cls, backend};
    return true;
}

bool slots_fill(struct machine *m, void (*quit)(void *ctx))
{
    struct disk *disk;
    for (unsigned i = 0; (disk = machine_disk(m, DRIVE_VIRTIO, i)); i++)
        if (!take(m, &virtio_blk_class, disk)) return false;
    struct netdev *net = machine_net(m, NETDEV_VIRTIO);
    if (net && !take(m, &virtio_net_class, net)) return false;
    if (m->opt.share) {
        m->shared = share_open(&m->share, m->opt.share);
        if (!m->shared || !take(m, &virtio_9p_class, &m->share)) return false;
    }
    if (m->opt.virtio_console) {
        m->virtio_console = chardev_open(m->opt.virtio_console, &m->loop, quit, m);
        if (!m->virtio_console || !take(m, &virtio_console_class, m->virtio_console)) return false;
    }
    if (m->nslots < MACHINE_SLOTS) take(m, &virtio_rng_class, NULL);
    while (m->nslots < MACHINE_SLOTS)
        take(m, &virtio_mmio_class, NULL);
    return true;
}
