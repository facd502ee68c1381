#ifndef STINKARM_DEV_PL050_H
#define STINKARM_DEV_PL050_H

#include "dev/device.h"

enum pl050_end { PL050_KEYBOARD, PL050_MOUSE };

struct pl050_config {
    enum pl050_end end; // what is plugged in
};

#endif
