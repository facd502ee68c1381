// GDB's remote serial protocol (GDB manual, appendix E): the target's side.
#ifndef STINKARM_DEBUG_GDB_H
#define STINKARM_DEBUG_GDB_H

#include "base/options_debug.h"
#include "debug/control.h"

// Serves GDB from a host thread of its own at a place: a TCP port of the loopback interface, host:port,
// unix:PATH, or stdio; or goes on with a conversation that is inherited. False: it has said why not. The
// control is halted until somebody comes, if it was made so.
bool gdb_serve(struct debug_control *k, const struct debug_options *o);

#endif
