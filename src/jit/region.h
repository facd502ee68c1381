// What goes into a region: the blocks that the root leads to, with small callees at their calls.
#ifndef STINKARM_JIT_REGION_H
#define STINKARM_JIT_REGION_H

#include "jit/translate.h"

// To the root, which is in t, adds what it leads to, and makes jumps of the branches between them.
void region_grow(struct translation *t, struct cpu *c, const struct tier *tier,
                 const struct tier_block *root);

#endif
