// The run-time's division of 32 bits, a jump into 32 rounds of shifting and subtracting.
#ifndef STINKARM_JIT_DIVIDE_H
#define STINKARM_JIT_DIVIDE_H

#include "jit/translate.h"
#include "xlate/xlate.h"

struct divide {
    unsigned at;            // the jump, of its block's instructions
    uint8_t t, r, q, d;     // its registers: see divide.c
    uint32_t rounds;        // where they begin
    struct tier_block rest; // what is behind the rounds, its instructions behind the block's
};

// Whether a block, which has not been translated yet, has such a jump.
bool divide_find(struct translation *t, struct cpu *c, const struct tier_source *src, bool thumb,
                 const struct tier_block *tb, struct divide *d);
// One of the host's divisions in place of the jump. Behind it comes the rest.
void divide_emit(struct xlate *x, const struct divide *d);

#endif
