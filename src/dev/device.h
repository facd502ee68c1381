// What every device is made of. A device knows a bus, interrupt lines, a clock and a host backend, never a
// CPU.
#ifndef STINKARM_DEV_DEVICE_H
#define STINKARM_DEV_DEVICE_H

#include "host/clock.h"
#include "mem/bus.h"

struct fdt;
struct device;

enum dev_power { DEV_POWER_OFF, DEV_REBOOT };

// What a device may need from the machine. Pointers that its kind does not use may be NULL.
struct dev_env {
    struct bus *bus;
    struct clock *clock;
    void *backend;      // struct chardev, disk, netdev …: as the device's file says
    const void *config; // constant parameters of this instance: as the device's file says
    // Power: the guest asked for it (system registers, PSCI, watchdog).
    void (*power)(void *ctx, enum dev_power what);
    void *power_ctx;
};

struct dev_class {
    const char *name;
    size_t state_size; // of the struct that starts with struct device
    unsigned nirqs;
    bool (*init)(struct device *d);  // once; false with a message: cannot be had
    void (*reset)(struct device *d); // power-on and every reset
    void (*end)(struct device *d);   // gives back what init took; may be NULL. The lock is not held
    struct mmio_ops ops;
    // Devices that are read as memory (BUS_ROM), or NULL: the bytes of their whole range; writes go to ops.
    uint8_t *(*rom)(struct device *d);
    // The FDT node: its generic name (NULL: name), and its properties except reg, interrupts, clocks and
    // phandle, which are the board's. No hook: no node.
    const char *node;
    void (*fdt)(const struct device *d, struct fdt *f);
};

enum { DEV_MAX_IRQS = 4 };

struct device {
    const struct dev_class *cls;
    const char *id; // instance: "uart0"
    uint64_t base, size;
    struct irq_line irq[DEV_MAX_IRQS];
    struct dev_env env;
};

// Allocates and initialises; NULL: out of memory or init failed.
struct device *device_new(const struct dev_class *cls, const char *id, uint64_t base, uint64_t size,
                          const struct dev_env *env);
void device_free(struct device *d);

// PrimeCell identification registers at 0xfe0 … 0xffc, from the 32-bit peripheral ID and the usual cell ID
// 0xb105f00d.
static inline bool primecell_id(uint32_t offset, uint32_t periph_id, uint32_t *value)
{
    if (offset < 0xfe0 || offset > 0xffc) return false;
    const unsigned i = (offset - 0xfe0) / 4;
    *value = i < 4 ? periph_id >> (8 * i) & 0xff : 0xb105f00du >> (8 * (i - 4)) & 0xff;
    return true;
}

#endif
