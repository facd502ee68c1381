// Advanced SIMD: which file has the handler.
#include "interp/neon.h"

step_fn *interp_select_neon(const struct insn *in)
{
    if (in->op < OP_NEON_FIRST) return NULL;
    static step_fn *(*const families[])(const struct insn *) = {
        neon_select_ldst,    neon_select_int,   neon_select_shift,   neon_select_misc,   neon_select_long,
        neon_select_product, neon_select_float, neon_select_convert, neon_select_crypto, neon_select_complex,
    };
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++) {
        step_fn *fn = families[i](in);
        if (fn) return fn;
    }
    return NULL;
}
