#ifndef STINKARM_DEV_MPCORE_H
#define STINKARM_DEV_MPCORE_H

#include "dev/device.h"

enum { MPCORE_MAX_CPUS = 4 };

struct mpcore_config {
    unsigned ncpus;
    uint32_t hz; // PERIPHCLK
    struct irq_line global_irq[MPCORE_MAX_CPUS], timer_irq[MPCORE_MAX_CPUS], watchdog_irq[MPCORE_MAX_CPUS];
};

#endif
