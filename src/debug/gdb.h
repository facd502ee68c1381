// GDB's remote serial protocol (GDB manual, appendix E): the target's side.
#ifndef STINKARM_DEBUG_GDB_H
#define STINKARM_DEBUG_GDB_H

#include "debug/control.h"

// Serves GDB from a host thread of its own at a place: a TCP port of the loopback interface, host:port,
// unix:PATH, or stdio. False: it has said why not. The control is halted until somebody comes, if it was made
// so.
bool gdb_serve(struct debug_control *k, const char *place);

#endif
