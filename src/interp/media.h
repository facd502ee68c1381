// The parts of the media family: each returns an operation's handler, or NULL if it is not its.
#ifndef STINKARM_INTERP_MEDIA_H
#define STINKARM_INTERP_MEDIA_H

#include "interp/interp.h"

step_fn *media_select_multiply(const struct insn *in); // media_mul.c: multiplies and divides
step_fn *media_select_parallel(const struct insn *in); // media_parallel.c: SIMD within a register
step_fn *
media_select_pack(const struct insn *in); // media.c: extend, pack, saturate, reverse, bit fields, CRC

// Signed saturation to 32 bits; Q is set where it happens.
static inline uint32_t media_saturate32(struct cpu *c, int64_t v)
{
    if (v == (int32_t)v) return (uint32_t)v;
    c->qf = 1;
    return v < 0 ? 0x80000000u : 0x7fffffffu;
}

// The low word of a signed result that should have fitted; Q tells when it did not.
static inline uint32_t media_wrap32(struct cpu *c, int64_t v)
{
    if (v != (int32_t)v) c->qf = 1;
    return (uint32_t)v;
}

static inline int64_t media_clamp(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

#endif
