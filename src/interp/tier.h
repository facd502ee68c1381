// The interpreter's side of a second tier (cpu/tier.h).
#ifndef STINKARM_INTERP_TIER_H
#define STINKARM_INTERP_TIER_H

#include "interp/run.h"

// What the tier asks for when it compiles.
void interp_tier_attach(struct tier *t);
// A block that is about to go into the cache: counts its runs from now on.
void interp_tier_watch(struct block *b);
// Such a block's beginning, whose page is at a host address: a call may return to it, perhaps with flags.
void interp_tier_begins(struct cpu *c, const uint8_t *page, uint32_t pc, bool thumb);
// Code for a block, or NULL.
void interp_tier_compile(struct cpu *c, struct block *b, bool region);
// The tier forgets its oldest code, no CPU runs: blocks that lose theirs, or that there was no room for,
// count anew.
void interp_tier_make_room(struct cache *k);

#endif
