// Parts of IR_LDVM … IR_STVL.
#ifndef STINKARM_JIT_X64_EMIT_NEON_LDST_H
#define STINKARM_JIT_X64_EMIT_NEON_LDST_H

#include "jit/x64/emit_neon.h"

void emit_load_structures(struct emit *e, const struct ir_insn *i); // emit_neon_struct.c
void emit_store_structures(struct emit *e, const struct ir_insn *i);

#endif
