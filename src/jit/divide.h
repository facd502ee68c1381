// The run-time's division of 32 bits, a jump into 32 rounds of shifting and subtracting.
#ifndef STINKARM_JIT_DIVIDE_H
#define STINKARM_JIT_DIVIDE_H

#include "jit/translate.h"
#include "xlate/xlate.h"

// If the block that has just been translated, tb, ends with such a jump: one of the host's divisions in place
// of it. True: what is to be translated behind that is `rest`, what is behind the rounds, its instructions
// behind tb's.
bool divide_rounds(struct translation *t, struct cpu *c, const struct tier_source *src, struct xlate *x,
                   const struct tier_block *tb, struct tier_block *rest);

#endif
