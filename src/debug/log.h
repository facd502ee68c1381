// Switching what is logged while CPUs stand still.
#ifndef STINKARM_DEBUG_LOG_H
#define STINKARM_DEBUG_LOG_H

#include "base/log.h"
#include "cpu/cpu.h"

// A list as --log takes it, on or off. c: any of the CPUs, NULL if there is none; without an engine nothing
// is made. False: log_enable's why.
bool debug_log(struct cpu *c, const char *list, bool on, char why[LOG_WHY]);

#endif
