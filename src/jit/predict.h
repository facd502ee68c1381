// Where indirect branches lead whose target lies in memory at a known address, as in the linkage table that
// calls of a shared library go through: what is there now is very likely what will be there. The code finds
// out.
#ifndef STINKARM_JIT_PREDICT_H
#define STINKARM_JIT_PREDICT_H

#include "jit/translate.h"

// Sets imm of such IR_GOTO_REGs, behind the passes.
void predict_targets(struct translation *t, struct cpu *c, const struct tier_source *src);

#endif
