// What a debugger knows of a machine.
#ifndef STINKARM_BOARD_DEBUG_H
#define STINKARM_BOARD_DEBUG_H

#include "board/machine.h"
#include "cpu/debug.h"

struct debug_target machine_debug_target(struct machine *m);

// The kernel's symbols: of --symbols, or from its own table in memory. NULL: out of memory. Made when
// somebody first asks, before the CPUs run.
struct symbols *machine_symbols(struct machine *m);

// debug_monitor.c: struct debug_target's
bool machine_monitor(void *ctx, struct cpu *c, const char *command, void (*put)(void *to, const char *text),
                     void *to);

#endif
