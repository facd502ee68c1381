// What a board wires to a GIC besides its registers.
#ifndef STINKARM_DEV_GIC_H
#define STINKARM_DEV_GIC_H

#include "dev/device.h"

enum { GIC_MAX_CPUS = 4, GIC_MAX_IRQS = 256, GIC_PPI_BASE = 16, GIC_SPI_BASE = 32 };

struct gic_config {
    unsigned ncpus, nirqs;                                // nirqs: a multiple of 32, private ones included
    unsigned version;                                     // 1: A9, 2: A15
    uint32_t iidr;                                        // GICC_IIDR
    struct irq_line irq[GIC_MAX_CPUS], fiq[GIC_MAX_CPUS]; // to the CPUs
};

// Inputs, as struct irq_line wants them: input = interrupt ID for SPIs; for PPIs ID | cpu << 8.
void gic_input(void *gic, unsigned input, bool level);

// The CPU interface is a range of its own on the bus, with the same struct device behind it.
extern const struct mmio_ops gic_cpu_ops;

#endif
