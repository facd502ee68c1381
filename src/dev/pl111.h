#ifndef STINKARM_DEV_PL111_H
#define STINKARM_DEV_PL111_H

#include "dev/device.h"

struct pl111_config {
    unsigned input;        // of the display that it drives
    struct device *sysreg; // with the oscillator of the pixel clock: site and number; NULL: 25 MHz
    unsigned site, osc;
    uint32_t bandwidth;        // device tree: bytes a second that its memory has for it, and
    uint32_t endpoint, remote; // phandles of its output, and of what that leads to
};

#endif
