// What a debugger knows of a Linux program.
#ifndef STINKARM_USER_DEBUG_H
#define STINKARM_USER_DEBUG_H

#include "cpu/debug.h"
#include "user/process.h"

struct debug_target process_debug_target(struct process *p);

#endif
