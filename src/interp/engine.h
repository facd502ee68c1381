// The interpreter as an engine. It is complete, and the reference that every other engine is held against.
#ifndef STINKARM_INTERP_ENGINE_H
#define STINKARM_INTERP_ENGINE_H

#include "cpu/engine.h"

// A new engine without CPUs; NULL when out of memory.
struct engine *interp_engine_new(void);

#endif
