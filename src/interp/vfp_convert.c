// VFP conversions: precisions, integers and fixed point, rounding to integers.
#include "interp/vfp.h"

#define H(n)     vfp_h_get(c, n)
#define S(n)     (*vfp_s(c, n))
#define D(n)     (c->d[n])
#define UNSIGNED ((s->flags & INSN_UNS) != 0)

// A handler that is to = value, where value uses softfp by way of fp.
#define SOFT_HANDLER(name, to, value)                                                                        \
    APART static void name##_apart(struct cpu *c, const struct step *s)                                      \
    {                                                                                                        \
        struct softfp fp = softfp_from_fpscr(c->fpscr);                                                      \
        to = value;                                                                                          \
        c->fpscr |= fp.flags;                                                                                \
    }                                                                                                        \
    APART STEP(name)                                                                                         \
    {                                                                                                        \
        name##_apart(c, s);                                                                                  \
        NEXT;                                                                                                \
    }

SOFT_HANDLER(slow_d_s, D(s->rd), f32_to_f64(S(s->rm), &fp))
SOFT_HANDLER(slow_s_d, S(s->rd), f64_to_f32(D(s->rm), &fp))
SOFT_HANDLER(slow_s_int, S(s->rd), f32_from_fixed(S(s->rm), 32, 0, UNSIGNED, fp.rounding, &fp))
SOFT_HANDLER(slow_int_s, S(s->rd), (uint32_t)f32_to_fixed(S(s->rm), 32, 0, UNSIGNED, FP_TO_ZERO, &fp))
SOFT_HANDLER(slow_int_d, S(s->rd), (uint32_t)f64_to_fixed(D(s->rm), 32, 0, UNSIGNED, FP_TO_ZERO, &fp))

// vcvt.f64.f32 Dd, Sm
STEP(vcvt_d_s)
{
    f64 r;
    if (!vfp_is_plain(c) || !f32_to_f64_fast(S(s->rm), vfp_flushes(c), &r)) return slow_d_s(c, s);
    D(s->rd) = r;
    NEXT;
}

// vcvt.f32.f64 Sd, Dm
STEP(vcvt_s_d)
{
    f32 r;
    if (!vfp_is_plain(c) || !f64_to_f32_fast(D(s->rm), vfp_flushes(c), &c->fpscr, &r)) return slow_s_d(c, s);
    S(s->rd) = r;
    NEXT;
}

// The half of an S register that VCVTB and VCVTT mean; the register's value with another half in its place.
static f16 half(const struct step *s, uint32_t reg)
{
    return (f16)(s->flags & INSN_X ? reg >> 16 : reg);
}

static uint32_t with_half(const struct step *s, uint32_t reg, f16 v)
{
    return s->flags & INSN_X ? (reg & 0xffff) | (uint32_t)v << 16 : (reg & 0xffff0000) | v;
}

// vcvt{b|t}.f32.f16 Sd, Sm
SOFT_HANDLER(vcvt_s_h, S(s->rd), f16_to_f32(half(s, S(s->rm)), &fp))
// vcvt{b|t}.f16.f32 Sd, Sm
SOFT_HANDLER(vcvt_h_s, S(s->rd), with_half(s, S(s->rd), f32_to_f16(S(s->rm), &fp)))
// vcvt{b|t}.f64.f16 Dd, Sm
SOFT_HANDLER(vcvt_d_h, D(s->rd), f16_to_f64(half(s, S(s->rm)), &fp))
// vcvt{b|t}.f16.f64 Sd, Dm
SOFT_HANDLER(vcvt_h_d, S(s->rd), with_half(s, S(s->rd), f64_to_f16(D(s->rm), &fp)))

// vcvt.f16.{s|u}32 Sd, Sm
SOFT_HANDLER(vcvt_h_int, S(s->rd), f16_from_fixed(S(s->rm), 32, 0, UNSIGNED, fp.rounding, &fp))

static inline void int_to_single(struct cpu *c, const struct step *s, double v)
{
    const float r = (float)v;
    if ((double)r != v) c->fpscr |= FPSCR_IXC;
    S(s->rd) = f32_bits(r);
}

// vcvt.f32.s32 Sd, Sm
STEP(vcvt_s_int)
{
    if (!vfp_is_plain(c)) return slow_s_int(c, s);
    int_to_single(c, s, (int32_t)S(s->rm));
    NEXT;
}

// vcvt.f32.u32 Sd, Sm
STEP(vcvt_s_uint)
{
    if (!vfp_is_plain(c)) return slow_s_int(c, s);
    int_to_single(c, s, S(s->rm));
    NEXT;
}

// vcvt.f64.s32 Dd, Sm: always exact
STEP(vcvt_d_int)
{
    D(s->rd) = f64_bits((double)(int32_t)S(s->rm));
    NEXT;
}

// vcvt.f64.u32 Dd, Sm: always exact
STEP(vcvt_d_uint)
{
    D(s->rd) = f64_bits((double)S(s->rm));
    NEXT;
}

// vcvt.{s|u}32.f16 Sd, Sm
SOFT_HANDLER(vcvt_int_h, S(s->rd), (uint32_t)f16_to_fixed(H(s->rm), 32, 0, UNSIGNED, FP_TO_ZERO, &fp))

// vcvt.{s|u}32.f32 Sd, Sm
STEP(vcvt_int_s)
{
    uint32_t r;
    if (!vfp_is_plain(c) || !f32_to_int_fast(S(s->rm), UNSIGNED, vfp_flushes(c), &c->fpscr, &r))
        return slow_int_s(c, s);
    S(s->rd) = r;
    NEXT;
}

// vcvt.{s|u}32.f64 Sd, Dm
STEP(vcvt_int_d)
{
    uint32_t r;
    if (!vfp_is_plain(c) || !f64_to_int_fast(D(s->rm), UNSIGNED, vfp_flushes(c), &c->fpscr, &r))
        return slow_int_d(c, s);
    S(s->rd) = r;
    NEXT;
}

// vcvtr.{s|u}32.<type> Sd, Vm: rounds as the FPSCR says
SOFT_HANDLER(vcvtr_int_h, S(s->rd), (uint32_t)f16_to_fixed(H(s->rm), 32, 0, UNSIGNED, fp.rounding, &fp))
SOFT_HANDLER(vcvtr_int_s, S(s->rd), (uint32_t)f32_to_fixed(S(s->rm), 32, 0, UNSIGNED, fp.rounding, &fp))
SOFT_HANDLER(vcvtr_int_d, S(s->rd), (uint32_t)f64_to_fixed(D(s->rm), 32, 0, UNSIGNED, fp.rounding, &fp))
// vcvt{a|n|p|m}.{s|u}32.<type> Sd, Vm
SOFT_HANDLER(vcvt_rint_h, S(s->rd), (uint32_t)f16_to_fixed(H(s->rm), 32, 0, UNSIGNED, s->x, &fp))
SOFT_HANDLER(vcvt_rint_s, S(s->rd), (uint32_t)f32_to_fixed(S(s->rm), 32, 0, UNSIGNED, s->x, &fp))
SOFT_HANDLER(vcvt_rint_d, S(s->rd), (uint32_t)f64_to_fixed(D(s->rm), 32, 0, UNSIGNED, s->x, &fp))

// A fixed-point number of 16 or 32 bits lies in the lower part of the register. Results are extended into the
// whole of it. Conversion to floating point rounds to nearest, from it towards zero.
static uint64_t extended(uint64_t v, const struct step *s)
{
    if (s->size == 1) return UNSIGNED ? (uint16_t)v : (uint64_t)(int16_t)v;
    return UNSIGNED ? (uint32_t)v : (uint64_t)(int32_t)v;
}

#define FIXED_HANDLERS(p, t, reg, cast)                                                                      \
    SOFT_HANDLER(vcvt_##p##_fix, reg,                                                                        \
                 t##_from_fixed(reg, 8u << s->size, s->imm, UNSIGNED, FP_TIE_EVEN, &fp))                     \
    SOFT_HANDLER(vcvt_fix_##p, reg,                                                                          \
                 (cast)extended(t##_to_fixed((t)reg, 8u << s->size, s->imm, UNSIGNED, FP_TO_ZERO, &fp), s))

// vcvt.<type>.{s|u}{16|32} Vd, Vd, #fbits; vcvt.{s|u}{16|32}.<type> Vd, Vd, #fbits
FIXED_HANDLERS(h, f16, S(s->rd), uint32_t)
FIXED_HANDLERS(s, f32, S(s->rd), uint32_t)
FIXED_HANDLERS(d, f64, D(s->rd), uint64_t)

#define ROUND_HANDLERS(p, t, to, from)                                                                       \
    SOFT_HANDLER(vrintr_##p, to, t##_round_int(from, fp.rounding, false, &fp))                               \
    SOFT_HANDLER(vrintx_##p, to, t##_round_int(from, fp.rounding, true, &fp))                                \
    SOFT_HANDLER(vrintz_##p, to, t##_round_int(from, FP_TO_ZERO, false, &fp))                                \
    SOFT_HANDLER(vrint_##p, to, t##_round_int(from, s->x, false, &fp))

// vrint{r|x|z|a|n|p|m}.<type> Vd, Vm
ROUND_HANDLERS(h, f16, S(s->rd), H(s->rm))
ROUND_HANDLERS(s, f32, S(s->rd), S(s->rm))
ROUND_HANDLERS(d, f64, D(s->rd), D(s->rm))

APART static void vjcvt_apart(struct cpu *c, const struct step *s)
{
    struct softfp fp = softfp_from_fpscr(c->fpscr);
    bool exact;
    S(s->rd) = f64_to_js_int(D(s->rm), &exact, &fp);
    c->fpscr |= fp.flags;
    vfp_set_nzcv(c, exact ? PSR_Z : 0);
}

// vjcvt.s32.f64 Sd, Dm
STEP(vjcvt)
{
    vjcvt_apart(c, s);
    NEXT;
}

step_fn *vfp_select_convert(const struct insn *in)
{
    const bool uns = in->flags & INSN_UNS;
#define FORMS(OP, op)                                                                                        \
    case OP_##OP##_H: return op##_h;                                                                         \
    case OP_##OP##_S: return op##_s;                                                                         \
    case OP_##OP##_D: return op##_d;
    switch ((enum op)in->op) {
        FORMS(VCVT_INT, vcvt_int)
        FORMS(VCVTR_INT, vcvtr_int)
        FORMS(VCVT_RINT, vcvt_rint)
        FORMS(VCVT_FIX, vcvt_fix)
        FORMS(VRINTR, vrintr)
        FORMS(VRINTX, vrintx)
        FORMS(VRINTZ, vrintz)
        FORMS(VRINT, vrint)
    case OP_VCVT_D_S: return vcvt_d_s;
    case OP_VCVT_S_D: return vcvt_s_d;
    case OP_VCVT_S_H: return vcvt_s_h;
    case OP_VCVT_H_S: return vcvt_h_s;
    case OP_VCVT_D_H: return vcvt_d_h;
    case OP_VCVT_H_D: return vcvt_h_d;
    case OP_VCVT_H_INT: return vcvt_h_int;
    case OP_VCVT_S_INT: return uns ? vcvt_s_uint : vcvt_s_int;
    case OP_VCVT_D_INT: return uns ? vcvt_d_uint : vcvt_d_int;
    case OP_VCVT_H_FIX: return vcvt_h_fix;
    case OP_VCVT_S_FIX: return vcvt_s_fix;
    case OP_VCVT_D_FIX: return vcvt_d_fix;
    case OP_VJCVT: return vjcvt;
    default: return NULL;
    }
#undef FORMS
}
