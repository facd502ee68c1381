// The interpreter's side of a second tier (cpu/tier.h).
#ifndef STINKARM_INTERP_TIER_H
#define STINKARM_INTERP_TIER_H

#include "interp/run.h"

// What the tier asks for when it compiles.
void interp_tier_attach(struct tier *t);
// A block that is about to go into the cache: counts its runs from now on.
void interp_tier_watch(struct block *b);
// A call may return to a block's beginning, perhaps with flags: what is still to be found out (crossing.c).
struct crossing {
    uint8_t left;    // flags that nobody has read or written since the call; 0: nothing
    uint8_t n;       // instructions looked at
    bool direct;     // it is what BL or BLX looks like, …
    uint32_t target; // … which would lead there
};
// A block begins, whose page is at a host address; its instructions; it ends, and may go on at pc.
void interp_crossing_begin(struct crossing *x, const uint8_t *page, uint32_t pc, bool thumb);
void interp_crossing_insn(struct crossing *x, struct cpu *c, const struct insn *in, bool thumb);
void interp_crossing_end(struct crossing *x, struct cpu *c, const uint8_t *page, uint32_t pc, uint8_t it,
                         bool thumb);
// Code for a block, or NULL.
void interp_tier_compile(struct cpu *c, struct block *b, bool region);
// The tier forgets its oldest code, no CPU runs: blocks that lose theirs, or that there was no room for,
// count anew.
void interp_tier_make_room(struct cache *k);

#endif
