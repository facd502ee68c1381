#ifndef STINKARM_DEV_PL180_H
#define STINKARM_DEV_PL180_H

#include "dev/device.h"

// SYS_MCI's view of the slot (struct sysreg_config): bit 0 a card is there, bit 1 it is write protected.
uint32_t pl180_slot(void *pl180);

#endif
