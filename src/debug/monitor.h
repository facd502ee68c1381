// A debugger on the terminal, for who has no GDB at hand: breakpoints, watchpoints, steps, a look around.
#ifndef STINKARM_DEBUG_MONITOR_H
#define STINKARM_DEBUG_MONITOR_H

#include "base/options_debug.h"
#include "debug/control.h"

// Serves it from a host thread of its own, on the terminal, else on standard input and error. The control was
// made halted; the program goes on by itself if the options say where to stop. False: it has said why not.
bool monitor_serve(struct debug_control *k, const struct debug_options *o);

#endif
