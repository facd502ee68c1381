// The classes of all devices. Each is described in its own file.
#ifndef STINKARM_DEV_DEVICES_H
#define STINKARM_DEV_DEVICES_H

#include "dev/device.h"

extern const struct dev_class cfi_flash_class;
extern const struct dev_class gic_class;
extern const struct dev_class lan9118_class;
extern const struct dev_class l2c310_class;
extern const struct dev_class mpcore_class;
extern const struct dev_class pl011_class;
extern const struct dev_class pl031_class;
extern const struct dev_class pl041_class;
extern const struct dev_class pl050_class;
extern const struct dev_class pl111_class;
extern const struct dev_class pl180_class;
extern const struct dev_class pl341_class;
extern const struct dev_class pl354_class;
extern const struct dev_class sbcon_class;
extern const struct dev_class sp804_class;
extern const struct dev_class sp805_class;
extern const struct dev_class sp810_class;
extern const struct dev_class sysreg_class;
extern const struct dev_class virtio_9p_class;
extern const struct dev_class virtio_blk_class;
extern const struct dev_class virtio_console_class;
extern const struct dev_class virtio_mmio_class;
extern const struct dev_class virtio_net_class;
extern const struct dev_class virtio_rng_class;

#endif
