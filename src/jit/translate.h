// Guest code to operations: a block, or a region of blocks that lead to one another.
#ifndef STINKARM_JIT_TRANSLATE_H
#define STINKARM_JIT_TRANSLATE_H

#include "cpu/tier.h"
#include "ir/ir.h"
#include "jit/x64/emit.h"

enum { TRANSLATE_MAX_INSNS = 1024, TRANSLATE_LARGE = 256, TRANSLATE_LOOKED = 64 };

struct translation {
    struct ir_block ir;
    unsigned ninsns;
    bool region;
    bool counts;    // instructions are counted, and done one by one
    bool system;    // a machine's code
    uint64_t frame; // … of keys: what is above TIER_VIRTUAL in the unit's first block's
    struct tier_insn insns[TRANSLATE_MAX_INSNS]; // of all blocks; IR_CALL's imm counts through them
    uint64_t large[TRANSLATE_LARGE];             // keys of callees that were found too large to inline
    bool flags_cross;                            // flags may be wanted behind returns and indirect branches
    bool root_reads;                             // the unit reads flags before it sets them
    unsigned nlooked;
    struct {
        uint64_t key;
        uint8_t certain, possible; // flags that are read there
    } looked[TRANSLATE_LOOKED];    // blocks that something has been found out from
};

// The key of the code at an address, TRANSLATE_UNKNOWN if that is in another page of a machine.
#define TRANSLATE_UNKNOWN (~0ull)
static inline uint64_t translate_key(const struct translation *t, uint64_t key)
{
    if (!t->system) return key;
    return ((uint32_t)key ^ t->ir.pc) >> 12 ? TRANSLATE_UNKNOWN : key | t->frame;
}

// The block at root; with region, and those that it leads to, as far as they have run. False: not even the
// first instruction has code or a handler.
bool translate(struct translation *t, struct cpu *c, const struct tier *tier, uint64_t root, bool region);

// One block's instructions, tb's, behind what is there, and those behind rounds of a division that it jumps
// into (jit/divide.h). False: nothing was added.
bool translate_block(struct translation *t, struct cpu *c, const struct tier_source *src, uint64_t key,
                     const struct tier_block *tb);

// Which host register each guest register has in this unit (-1: none): those between units, with those that
// the unit uses more in place of those that it uses less.
void translate_homes(const struct ir_block *b, const int8_t common[15], int8_t home[15]);

// How often each operation runs, in relation to the first, which runs TRANSLATE_ROOT times; and of those the
// times that control goes out of the unit there, and in again behind a call.
enum { TRANSLATE_ROOT = 16 };
void translate_weigh(const struct ir_block *b, uint32_t weight[IR_MAX]);
uint32_t translate_leaves(const struct ir_insn *i, uint32_t weight);

// Which vector register each XMM register has in this unit.
void translate_vector_homes(const struct ir_block *b, struct emit_vector_home home[16]);

#endif
