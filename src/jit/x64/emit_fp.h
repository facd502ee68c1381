// What the files of floating-point arithmetic share.
#ifndef STINKARM_JIT_X64_EMIT_FP_H
#define STINKARM_JIT_X64_EMIT_FP_H

#include "jit/x64/emit_internal.h"
#include "jit/x64/fp.h"
#include "jit/x64/host.h"

void emit_arithmetic(struct emit *e, const struct ir_insn *i); // emit_fp.c
void emit_vflags(struct emit *e);
void emit_fpscr(struct emit *e, const struct ir_insn *i);   // VMRS, VMSR
void emit_convert(struct emit *e, const struct ir_insn *i); // emit_convert.c
void emit_half(struct emit *e, const struct ir_insn *i);    // emit_half.c

// The opcode of an SSE instruction on a single or a double: 0F op with F3 or F2.
static inline unsigned fp_scalar(unsigned size, unsigned op)
{
    return (size == 3 ? 0xf2000f00u : 0xf3000f00u) | op;
}

// The same on the whole register: 0F op, with 66 for doubles.
static inline unsigned fp_packed(unsigned size, unsigned op)
{
    return (size == 3 ? 0x66000f00u : 0x0f00u) | op;
}

// An instruction between a core register, of 64 bits for size 3, and an XMM register. VEX: a is the second
// operand.
static inline void fp_wide(struct emit *e, unsigned size, unsigned op, unsigned d, unsigned a,
                           struct x64_rm b)
{
    if (host_has(HOST_AVX))
        x64_vex(&e->a, size == 3 ? X64_VEX_W : 0, op, d, a, b);
    else
        x64_op(&e->a, size == 3 ? X64_64 : 0, op, d, b);
}

// v = the bits in a core register, and back.
void fp_from_core(struct emit *e, unsigned size, uint8_t v, unsigned reg); // emit_vfp.c
void fp_to_core(struct emit *e, unsigned size, uint8_t v, unsigned reg);
// to = xmm with another sign, or without; returns `to`.
unsigned fp_negate(struct emit *e, unsigned size, unsigned to, unsigned xmm); // emit_fp.c
unsigned fp_absolute(struct emit *e, unsigned size, unsigned to, unsigned xmm);

// Around the host instructions of an operation that may trap; behind its end a trap goes on. They may call
// the handler out of line as well (fp_slow_if): nothing has changed then. emit_clobber only in front of them.
void fp_begin(struct emit *e, const struct ir_insn *i);
void fp_end(struct emit *e, const struct ir_insn *i);
void fp_end_compare(struct emit *e, const struct ir_insn *i, enum fp_compare compare);
void fp_slow_if(struct emit *e, enum x64_cc cc);

// Where to compute v, and putting it there: a NaN is the handler's with FP_NAN and FP_FLUSH.
unsigned fp_target(struct emit *e, const struct ir_insn *i);
void fp_result(struct emit *e, const struct ir_insn *i, unsigned xmm);

#endif
