// The instruction log: in front of each instruction that it wants the builder puts a step that logs it. So
// the rest of a program, or of a machine, runs as fast as ever.
#ifndef STINKARM_INTERP_TRACE_H
#define STINKARM_INTERP_TRACE_H

#include "base/log.h"
#include "interp/interp.h"

// Whether the instructions at [first, last] may be logged, so that no code is made of them.
static inline bool interp_traced(uint32_t first, uint32_t last, uint32_t *next)
{
    return log_any(LOG_INSTRUCTIONS) && log_wants_code(first, last, next);
}

// Logs the instruction whose encoding is in imm, and which is wide if size says so.
step_fn step_trace;

#endif
