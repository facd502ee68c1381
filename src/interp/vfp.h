// What the files of the VFP family share.
#ifndef STINKARM_INTERP_VFP_H
#define STINKARM_INTERP_VFP_H

#include "interp/interp.h"
#include "softfp/fast.h"

step_fn *vfp_select_arith(const struct insn *in);    // vfp_arith.c
step_fn *vfp_select_convert(const struct insn *in);  // vfp_convert.c
step_fn *vfp_select_transfer(const struct insn *in); // vfp_transfer.c

// An S register (little-endian host), and the half-precision number in one: writing it clears the upper half.
static inline uint32_t *vfp_s(struct cpu *c, unsigned n)
{
    return (uint32_t *)c->d + n;
}

static inline f16 vfp_h_get(struct cpu *c, unsigned n)
{
    return (f16)*vfp_s(c, n);
}

// The FPSCR as nearly every program has it: rounding to nearest, denormals are numbers, no short vectors.
// Handlers are quick then.
static inline bool vfp_is_usual(const struct cpu *c)
{
    return MEM_LIKELY((c->fpscr & (FPSCR_RMODE | FPSCR_FZ | FPSCR_LEN | FPSCR_STRIDE)) == 0);
}

// Denormals may be flushed: programs made with -ffast-math do so, and should be nearly as quick.
static inline bool vfp_is_plain(const struct cpu *c)
{
    return (c->fpscr & (FPSCR_RMODE | FPSCR_LEN | FPSCR_STRIDE)) == 0;
}

static inline bool vfp_flushes(const struct cpu *c)
{
    return (c->fpscr & FPSCR_FZ) != 0;
}

// Short vectors are not implemented: data processing with LEN or STRIDE set is UNDEFINED (A2.7.5, MVFR0).
static inline bool vfp_has_vectors(const struct cpu *c)
{
    return (c->fpscr & (FPSCR_LEN | FPSCR_STRIDE)) != 0;
}

static inline void vfp_set_nzcv(struct cpu *c, uint32_t nzcv)
{
    c->fpscr = (c->fpscr & 0x0fffffffu) | nzcv;
}

#endif
