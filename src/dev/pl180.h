#ifndef STINKARM_DEV_PL180_H
#define STINKARM_DEV_PL180_H

#include "dev/device.h"

struct pl180_config {
    uint32_t slot_phandle, supply_phandle; // device tree: card detection lines, 3.3 V regulator
};

// SYS_MCI's view of the slot (struct sysreg_config): bit 0 a card is there, bit 1 it is write protected.
uint32_t pl180_slot(void *pl180);

#endif
