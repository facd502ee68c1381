// The interpreter's side of a second tier (cpu/tier.h).
#ifndef STINKARM_INTERP_TIER_H
#define STINKARM_INTERP_TIER_H

#include "interp/run.h"

// What the tier asks for when it compiles.
void interp_tier_attach(struct tier *t);
// A block that is about to go into the cache: counts its runs from now on.
void interp_tier_watch(struct block *b);
// A call, or what may be one, whose page is at a host address, has been decoded: if the code behind it reads
// flags the tier learns that they cross returns (crossing.c).
void interp_crossing_call(struct cpu *c, const struct insn *in, const uint8_t *page, uint32_t pc, bool thumb);
static inline void interp_crossing(struct cpu *c, const struct insn *in, const uint8_t *page, uint32_t pc,
                                   bool thumb)
{
    if (in->rd == 14 || in->op == OP_BL || in->op == OP_BLX_IMM || in->op == OP_BLX_REG)
        interp_crossing_call(c, in, page, pc, thumb);
}
// Code for a block, or NULL.
void interp_tier_compile(struct cpu *c, struct block *b, bool region);
// The tier forgets its oldest code, no CPU runs: blocks that lose theirs, or that there was no room for,
// count anew.
void interp_tier_make_room(struct cache *k);

#endif
