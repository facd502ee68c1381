// What the interpreter counts for --stats on behalf of compiled code.
#ifndef STINKARM_INTERP_STATS_H
#define STINKARM_INTERP_STATS_H

#include "base/stats.h"
#include "interp/run.h"

// With statistics: before the first CPU runs.
void interp_stats_init(void);

// In front of a handler that compiled code calls: counts the operation.
step_fn step_counted;

// Compiled code could not do the instruction at the key.
void interp_stats_one(struct cpu *c, uint64_t key);

// Around a run of compiled code. The end may come by way of an abort, or may have come already: behind it, it
// is the interpreter that runs.
void interp_stats_enter(struct cpu *c);
void interp_stats_left(struct cpu *c);

struct tier_unit;
// A unit has been compiled; n == 0: there was none to be had.
void interp_stats_compiled(const struct tier_unit *u, bool region);

#endif
