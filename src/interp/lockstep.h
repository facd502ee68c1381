// Proof that compiled code does what the interpreter does, at each of its runs.
#ifndef STINKARM_INTERP_LOCKSTEP_H
#define STINKARM_INTERP_LOCKSTEP_H

#include "interp/run.h"

enum { EXIT_LOCKSTEP = 123 }; // status of the process: there was a difference

// From now on every run of compiled code is checked; before the first block is compiled. NULL: no memory.
struct lockstep *lockstep_new(struct tier *t);

// Around all running of guest code: one CPU at a time, so that no other changes memory between the two sides.
void lockstep_begin(struct lockstep *l, struct cpu *c);
void lockstep_end(struct lockstep *l, struct cpu *c); // nothing, if it is not this one's turn

void lockstep_forked(struct lockstep *l); // in the child: whose turn it was, is not here

// Runs the code of a block, checked. Does not return where the tier does not: at aborts. Ends the process at
// a difference.
struct tier_result lockstep_run(struct cpu *c, struct block *b, void *code);

#endif
