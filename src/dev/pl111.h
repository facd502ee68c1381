#ifndef STINKARM_DEV_PL111_H
#define STINKARM_DEV_PL111_H

#include "dev/device.h"

struct pl111_config {
    unsigned input;        // of the display that it drives
    struct device *sysreg; // with the oscillator of the pixel clock: site and number; NULL: 25 MHz
    unsigned site, osc;
};

#endif
