// VFP: which file has the handler.
#include "interp/vfp.h"

step_fn *interp_select_vfp(const struct insn *in)
{
    step_fn *fn = vfp_select_transfer(in); // all that many programs have
    if (!fn) fn = vfp_select_arith(in);
    if (!fn) fn = vfp_select_convert(in);
    return fn;
}
