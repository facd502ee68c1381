// Floating-point arithmetic in compiled code.
//
// While compiled code runs, MXCSR has the guest's rounding mode, and its exception flags are the guest's, to
// be collected when the code is left. Where the host's answer is not ARM's, it traps: an invalid operation
// (ARM's default NaN is another), and with flush-to-zero a denormal operand or result. SIGFPE then goes on in
// the handler of the instruction, which computes in software, and behind it in the code.
#ifndef STINKARM_JIT_X64_FP_H
#define STINKARM_JIT_X64_FP_H

#include "cpu/tier.h"

// What all compiled code must be able to do: more and more, as programs turn out to need it.
enum fp_form {
    FP_USED = 1,   // there is floating-point arithmetic: MXCSR must be the guest's
    FP_FLUSH = 2,  // denormals may be flushed: where the host does not trap on them, as beside a quiet NaN,
                   // handlers are called
    FP_NAN = 4,    // no result is a NaN without asking the handler: invalid operations are too frequent for
                   // traps, or FPSCR.DN is set
    FP_CALL = 8,   // handlers do all: denormals are too frequent for traps
    FP_ROUND = 16, // FPSCR.RMode need not be to nearest
    // Advanced SIMD computes, too, with denormals flushed. One MXCSR serves both as long as it may: VFP's
    // denormals trap then and are the handler's.
    FP_VECTOR = 32,
    FP_MODES = 64,        // VFP has too many denormals for that: MXCSR changes between the two
    FP_CALL_VECTOR = 128, // denormals are too frequent in Advanced SIMD: handlers do all of it
};

// NZCV of a comparison that struct cpu's host_fp.compared describes.
uint32_t fp_nzcv(unsigned compared);

// What MXCSR may hold.
enum fp_mode {
    FP_GUEST,    // the FPSCR's modes
    FP_STANDARD, // Advanced SIMD's: to nearest, flush to zero, default NaN
};

// The forms without which code must not be run with an FPSCR.
unsigned fp_needs(uint32_t fpscr);

// MXCSR becomes compiled code's, or again C's; its flags and those of VCMP go to the FPSCR.
void fp_enter(struct cpu *c, unsigned form);
void fp_leave(struct cpu *c);

// Calls a handler that computes, from compiled code.
const void *fp_call(struct cpu *c, const struct tier_call *call);
// Calls the handler of an operation that has trapped, or is not the host's for another reason. arg: the
// struct tier_call, which uses fp_call, and in its lowest bits enum fp_compare, for which the host's flags
// change.
const void *fp_trap(struct cpu *c, uintptr_t arg, uint64_t *eflags);

// VMSR of the FPSCR. False: only behind compiled code, nothing is done.
bool fp_write(struct cpu *c, uint32_t value);

enum fp_compare { FP_NO_COMPARE, FP_COMPARE, FP_COMPARE_SWAPPED, FP_VECTOR_OP /* none, in FP_STANDARD */ };

// Whether MXCSR changes between VFP's and Advanced SIMD's instructions.
static inline bool fp_changes_mode(unsigned form)
{
    return form & (FP_MODES | FP_ROUND);
}

#endif
