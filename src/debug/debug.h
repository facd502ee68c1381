// A debugger, as the command line asks for one.
#ifndef STINKARM_DEBUG_DEBUG_H
#define STINKARM_DEBUG_DEBUG_H

#include "base/options.h"
#include "cpu/debug.h"

debug_start_fn debug_start;

// Of a target's addresses, now: a fork's child has others. NULL: there are none.
struct symbols *debug_symbols(const struct debug_target *t, struct cpu *c);

#endif
