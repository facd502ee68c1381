// The interpreter's side of a second tier (cpu/tier.h).
#ifndef STINKARM_INTERP_TIER_H
#define STINKARM_INTERP_TIER_H

#include "interp/run.h"

enum { TIER_LOOK = 16 }; // of so many runs of a block one looks whether that is enough for compiling it

// What the tier asks for when it compiles (tier_source.c).
void interp_tier_attach(struct tier *t);
// … of which these are the handlers that code calls: struct tier_source's handler (tier_handler.c).
bool interp_tier_handler(struct cpu *c, const struct tier_insn *ti, unsigned n, unsigned count, bool thumb,
                         struct tier_call *call);
// A block that is about to go into the cache: counts its runs from now on.
void interp_tier_watch(const struct tier *t, struct block *b);
// Whether an instruction, whose page is at a host address, is a call with code behind it that reads flags
// (crossing.c).
bool interp_crosses(const struct cpu *c, const struct insn *in, const uint8_t *page, uint32_t pc, bool thumb);
static inline bool interp_crossing(const struct cpu *c, const struct insn *in, const uint8_t *page,
                                   uint32_t pc, bool thumb)
{
    return (in->rd == 14 || in->op == OP_BL || in->op == OP_BLX_IMM || in->op == OP_BLX_REG) &&
           interp_crosses(c, in, page, pc, thumb);
}
// Which condition flags an instruction reads; and sets in any case. N is 8, Z 4, C 2, V 1.
uint8_t interp_flags_read(const struct insn *in);
uint8_t interp_flags_set(const struct insn *in);
// In front of such a call: the tier learns that flags cross returns.
extern step_fn step_crossing;
// Whether the code at pc, on this page, reads flags that it has not set.
bool interp_begins_with_reader(const struct cpu *c, const uint8_t *page, uint32_t pc, bool thumb);
// Code for a block, or NULL.
void interp_tier_compile(struct cpu *c, struct block *b, bool region);
// A block in an image: nobody has come to it. In the process that reads that, somebody has. The cache is
// locked.
void interp_tier_park(struct block *b);
void interp_tier_unpark(const struct tier *t, struct block *b);
// The tier forgets its oldest code, no CPU runs: blocks that lose theirs, or that there was no room for,
// count anew.
void interp_tier_make_room(struct cache *k);

#endif
