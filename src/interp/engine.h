// The interpreter as an engine. It is complete, and the reference that every other engine is held against.
#ifndef STINKARM_INTERP_ENGINE_H
#define STINKARM_INTERP_ENGINE_H

#include <stddef.h>

#include "cpu/engine.h"

struct tier;

// A new engine without CPUs; NULL when out of memory. tier: compiles what runs often (cpu/tier.h), or NULL.
// memory: bytes of decoded blocks that it may keep; beyond, it starts over.
struct engine *interp_engine_new(struct tier *tier, size_t memory);
// From now on each run of the tier's code is compared with the interpreter's (interp/lockstep.h). False: no
// memory.
bool interp_engine_check(struct engine *e);

#endif
