// What goes into a region: the blocks that the root leads to, with small callees at their calls.
#ifndef STINKARM_JIT_REGION_H
#define STINKARM_JIT_REGION_H

#include "jit/translate.h"

// The root, whose instructions are there, and what it leads to; branches between them become jumps. False:
// not even the root's first instruction can be done.
bool region_grow(struct translation *t, struct cpu *c, const struct tier *tier, uint64_t root,
                 struct tier_block *tb);

#endif
