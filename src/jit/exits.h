// Which flags are wanted where a unit's ways out lead.
#ifndef STINKARM_JIT_EXITS_H
#define STINKARM_JIT_EXITS_H

#include "jit/translate.h"

// Sets `reads` of a region's branches that leave it, and what the translation says of flags.
void translate_exits(struct translation *t, struct cpu *c, const struct tier_source *src);

#endif
