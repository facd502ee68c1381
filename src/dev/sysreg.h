#ifndef STINKARM_DEV_SYSREG_H
#define STINKARM_DEV_SYSREG_H

#include "dev/device.h"

struct sysreg_config {
    uint32_t procid;               // SYS_PROCID0: which tile
    const uint32_t *osc;           // the tile's oscillators, Hz
    const uint32_t *volt;          // and supplies, microvolts
    unsigned noscs, nvolts, namps; // namps: of the supplies are measured
    uint32_t (*mci)(void *);       // SYS_MCI: is a card in the slot
    void *mci_ctx;
    uint32_t led_phandle, mci_phandle; // of the lines in the device tree
};

// The oscillator's frequency now, Hz; 0: there is none. Site 0 is the motherboard, 1 the tile.
uint32_t sysreg_osc(const struct device *sysreg, unsigned site, unsigned n);

#endif
