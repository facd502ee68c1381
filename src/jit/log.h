// What is compiled, for --log ir and --log jit.
#ifndef STINKARM_JIT_LOG_H
#define STINKARM_JIT_LOG_H

#include "cpu/tier.h"
#include "ir/ir.h"
#include "jit/translate.h"
#include "jit/x64/emit.h"

void jit_log_ir(const struct ir_block *b);
// A unit: the guest's instructions, the operations, the host's instructions behind the cursor's start.
// tools/jit_disas reads these lines.
void jit_log_unit(const struct cpu *c, const struct translation *t, const struct emit *e);

#endif
