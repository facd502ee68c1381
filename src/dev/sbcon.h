#ifndef STINKARM_DEV_SBCON_H
#define STINKARM_DEV_SBCON_H

#include <stdint.h>

// The DVI transmitter is on this bus. Phandles of the endpoints in the device tree of what drives it (0: no
// more), and of its own.
struct sbcon_config {
    uint32_t source[2], endpoint[2];
};

#endif
