// PSCI: see psci.c.
#ifndef STINKARM_BOARD_PSCI_H
#define STINKARM_BOARD_PSCI_H

#include <stdbool.h>

struct sys_cpu;

// The function IDs of PSCI 0.1, where the device tree says which they are.
enum {
    PSCI_0_1_CPU_SUSPEND = 0x95c1ba5e,
    PSCI_0_1_CPU_OFF = 0x95c1ba5f,
    PSCI_0_1_CPU_ON = 0x95c1ba60,
};

// sys_machine.firmware_call
bool psci_call(void *machine, struct sys_cpu *s);

#endif
