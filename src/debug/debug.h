// A debugger, as the command line asks for one.
#ifndef STINKARM_DEBUG_DEBUG_H
#define STINKARM_DEBUG_DEBUG_H

#include "base/options.h"
#include "cpu/debug.h"

debug_start_fn debug_start;

#endif
