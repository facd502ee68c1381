// What the files of Advanced SIMD's floating-point arithmetic share. XMM3 is scratch of what is called slow.
#ifndef STINKARM_JIT_X64_EMIT_NEON_FLOAT_H
#define STINKARM_JIT_X64_EMIT_NEON_FLOAT_H

#include "jit/x64/emit_fp.h"
#include "jit/x64/emit_neon.h"

// Around the host instructions of an operation: fp_begin and fp_end in the standard mode.
void vecf_begin(struct emit *e, const struct ir_insn *i);
void vecf_end(struct emit *e, const struct ir_insn *i);

enum vecf_predicate {
    VECF_EQUAL,
    VECF_LESS,
    VECF_LESS_EQUAL,
    VECF_UNORDERED
}; // the second two signal any NaN
void vecf_compare(struct emit *e, enum vecf_predicate p, unsigned d, unsigned a, struct x64_rm b);
// The handler does it if any element of a mask is set.
void vecf_slow_if_any(struct emit *e, unsigned mask);
// … if any element of a or b is a NaN.
void vecf_nan_is_slow(struct emit *e, unsigned a, unsigned b);

// In each element. In the order of emit_shared.c's table.
enum vecf_constant { VECF_HALF, VECF_TWO, VECF_THREE, VECF_65536, VECF_SIGN, VECF_ABSOLUTE };
struct x64_rm vecf_constant(const struct emit *e, enum vecf_constant k);

#endif
