// What the files of IR_VEC share: operands by the roles of ir/vector.h, and instructions on them.
#ifndef STINKARM_JIT_X64_EMIT_NEON_H
#define STINKARM_JIT_X64_EMIT_NEON_H

#include "ir/vector.h"
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

// Opcodes, with their mandatory prefix, of 66 0F and 66 0F 38.
#define P(op)   (0x66000f00u | (op))
#define P38(op) (0x660f3800u | (op))
#define P3A(op) (0x660f3a00u | (op))

// Emits an operation that the table in emit_neon.c says this host has.
typedef void emit_vec_fn(struct emit *e, const struct ir_insn *i);

// A source in a register that must not be changed: its own, or `scratch`.
unsigned vec_n(struct emit *e, const struct ir_insn *i, unsigned scratch);
unsigned vec_m(struct emit *e, const struct ir_insn *i, unsigned scratch);
unsigned vec_d(struct emit *e, const struct ir_insn *i, unsigned scratch); // v, where it is one
// The second source as an operand: memory if a whole Q register is there.
struct x64_rm vec_m_rm(struct emit *e, const struct ir_insn *i, unsigned scratch);
// Where to compute the destination: in its own register, or in `scratch`. clean: of a D register's result the
// upper half will be zeros without more ado.
unsigned vec_target(const struct emit *e, const struct ir_insn *i, unsigned scratch, bool clean);
void vec_result(struct emit *e, const struct ir_insn *i, unsigned xmm);
// The last instruction: v = a op b; a is not needed any more if it is a scratch register.
void vec_last(struct emit *e, const struct ir_insn *i, unsigned op, unsigned a, struct x64_rm b, bool clean);

emit_vec_fn emit_vec_binary; // emit_neon.c

#endif
