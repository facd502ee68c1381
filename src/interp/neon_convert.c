// Advanced SIMD: conversions between numbers of different kinds, rounding to integers, estimates (A7.4.4,
// A7.4.5), with the standard FPSCR value.
#include "interp/neon.h"
#include "softfp/fast.h"

// One lane of the source becomes one of the destination; s says how.
typedef uint32_t lane_op(uint32_t v, const struct step *s, struct softfp *fp);

APART static void each_word(struct cpu *c, const struct step *s, lane_op *op)
{
    struct softfp fp = softfp_standard(c->fpscr);
    uint32_t *d = NEON_LANES(uint32_t, s->rd);
    const uint32_t *m = NEON_LANES(uint32_t, s->rm);
    const unsigned n = s->flags & INSN_Q ? 4 : 2;
    for (unsigned i = 0; i < n; i++)
        d[i] = op(m[i], s, &fp);
    c->fpscr |= fp.flags;
}

APART static void each_half(struct cpu *c, const struct step *s, lane_op *op)
{
    struct softfp fp = softfp_standard(c->fpscr);
    uint16_t *d = NEON_LANES(uint16_t, s->rd);
    const uint16_t *m = NEON_LANES(uint16_t, s->rm);
    const unsigned n = s->flags & INSN_Q ? 8 : 4;
    for (unsigned i = 0; i < n; i++)
        d[i] = (uint16_t)op(m[i], s, &fp);
    c->fpscr |= fp.flags;
}

static inline bool is_unsigned(const struct step *s)
{
    return s->flags & INSN_UNS;
}

#define WORD_HANDLER(name, expr)                                                                             \
    static uint32_t name##_word(uint32_t v, const struct step *s, struct softfp *fp)                         \
    {                                                                                                        \
        (void)s, (void)fp;                                                                                   \
        return (uint32_t)(expr);                                                                             \
    }                                                                                                        \
    STEP(name##_f32)                                                                                         \
    {                                                                                                        \
        each_word(c, s, name##_word);                                                                        \
        NEXT;                                                                                                \
    }
#define HALF_HANDLER(name, expr)                                                                             \
    static uint32_t name##_half(uint32_t word, const struct step *s, struct softfp *fp)                      \
    {                                                                                                        \
        const uint16_t v = (uint16_t)word;                                                                   \
        (void)s, (void)fp;                                                                                   \
        return (uint32_t)(expr);                                                                             \
    }                                                                                                        \
    STEP(name##_f16)                                                                                         \
    {                                                                                                        \
        each_half(c, s, name##_half);                                                                        \
        NEXT;                                                                                                \
    }
#define HANDLERS(name, EXPR)                                                                                 \
    WORD_HANDLER(name, EXPR(f32, 32))                                                                        \
    HALF_HANDLER(name, EXPR(f16, 16))

// vcvt.f32.TN Vd, Vm, #imm
#define FROM_FIXED(t, B) t##_from_fixed(v, B, s->imm, is_unsigned(s), FP_TIE_EVEN, fp)
HANDLERS(vcvt_from_fixed, FROM_FIXED)
// vcvt.TN.f32 Vd, Vm, #imm; vcvt.TN.f32 Vd, Vm
#define TO_FIXED(t, B) t##_to_fixed(v, B, s->imm, is_unsigned(s), FP_TO_ZERO, fp)
HANDLERS(vcvt_to_fixed, TO_FIXED)
// vcvta.TN.f32 Vd, Vm; n, p, m likewise
#define TO_INT_ROUNDED(t, B) t##_to_fixed(v, B, 0, is_unsigned(s), (enum fp_rounding)s->x, fp)
HANDLERS(vcvt_rounded, TO_INT_ROUNDED)
// vrinta.f32 Vd, Vm; n, p, m, z, x likewise
#define RINT(t, B) t##_round_int((t)v, (enum fp_rounding)s->x, s->flags &INSN_X, fp)
HANDLERS(vrint, RINT)
// vrecpe.f32 Vd, Vm
#define RECPE(t, B) t##_recip_estimate((t)v, fp)
HANDLERS(vrecpe, RECPE)
// vrsqrte.f32 Vd, Vm
#define RSQRTE(t, B) t##_rsqrt_estimate((t)v, fp)
HANDLERS(vrsqrte, RSQRTE)
// vrecpe.u32 Vd, Vm
WORD_HANDLER(vrecpe_u32, u32_recip_estimate(v))
// vrsqrte.u32 Vd, Vm
WORD_HANDLER(vrsqrte_u32, u32_rsqrt_estimate(v))

// The usual conversions, between single precision and 32-bit integers, where the host's are right.
// vcvt.f32.TN Vd, Vm
#define FROM_INT_HANDLER(name, E, W, width, words)                                                           \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        const E *m = NEON_LANES(E, s->rm);                                                                   \
        uint32_t *d = NEON_LANES(uint32_t, s->rd);                                                           \
        bool exact = true;                                                                                   \
        for (unsigned i = 0; i < (words)*2; i++) {                                                           \
            const float f = (float)m[i];                                                                     \
            exact &= (W)f == (W)m[i];                                                                        \
            d[i] = f32_bits(f);                                                                              \
        }                                                                                                    \
        if (!exact) c->fpscr |= FPSCR_IXC;                                                                   \
        NEXT;                                                                                                \
    }
FROM_INT_HANDLER(vcvt_f32_s32, int32_t, double, d, 1)
FROM_INT_HANDLER(vcvt_f32_s32, int32_t, double, q, 2)
FROM_INT_HANDLER(vcvt_f32_u32, uint32_t, double, d, 1)
FROM_INT_HANDLER(vcvt_f32_u32, uint32_t, double, q, 2)

// vcvt.TN.f32 Vd, Vm
STEP(vcvt_int_f32)
{
    const uint32_t *m = NEON_LANES(uint32_t, s->rm);
    uint32_t r[4];
    const unsigned n = s->flags & INSN_Q ? 4 : 2;
    for (unsigned i = 0; i < n; i++)
        if (!f32_to_int_fast(m[i], is_unsigned(s), true, &c->fpscr, &r[i])) return vcvt_to_fixed_f32(c, s);
    uint32_t *d = NEON_LANES(uint32_t, s->rd);
    for (unsigned i = 0; i < n; i++)
        d[i] = r[i];
    NEXT;
}

APART static void narrow_float(struct cpu *c, const struct step *s)
{
    struct softfp fp = softfp_standard(c->fpscr);
    const uint32_t *m = NEON_LANES(uint32_t, s->rm);
    uint64_t r = 0;
    for (unsigned i = 0; i < 4; i++)
        r |= (uint64_t)f32_to_f16(m[i], &fp) << 16 * i;
    c->d[s->rd] = r;
    c->fpscr |= fp.flags;
}

// vcvt.f16.f32 Dd, Qm
STEP(vcvt_f16_f32)
{
    narrow_float(c, s);
    NEXT;
}

APART static void widen_float(struct cpu *c, const struct step *s)
{
    struct softfp fp = softfp_standard(c->fpscr);
    const uint64_t m = c->d[s->rm];
    uint32_t *d = NEON_LANES(uint32_t, s->rd);
    for (unsigned i = 0; i < 4; i++)
        d[i] = f16_to_f32((f16)(m >> 16 * i), &fp);
    c->fpscr |= fp.flags;
}

// vcvt.f32.f16 Qd, Dm
STEP(vcvt_f32_f16)
{
    widen_float(c, s);
    NEXT;
}

static step_fn *select_from_int(const struct insn *in)
{
    static step_fn *const table[2][2] = {NEON_DQ(vcvt_f32_s32), NEON_DQ(vcvt_f32_u32)};
    return in->size == 2 ? table[neon_unsigned(in)][neon_quad(in)] : vcvt_from_fixed_f16;
}

step_fn *neon_select_convert(const struct insn *in)
{
    const bool single = in->size == 2;
    switch ((enum op)in->op) {
    case OP_VCVT_F_INT: return select_from_int(in);
    case OP_VCVT_INT_F: return single ? vcvt_int_f32 : vcvt_to_fixed_f16;
    case OP_VCVT_F_FIX: return single ? vcvt_from_fixed_f32 : vcvt_from_fixed_f16;
    case OP_VCVT_FIX_F: return single ? vcvt_to_fixed_f32 : vcvt_to_fixed_f16;
    case OP_VCVT_INT_F_R: return single ? vcvt_rounded_f32 : vcvt_rounded_f16;
    case OP_VRINT_F: return single ? vrint_f32 : vrint_f16;
    case OP_VRECPE_F: return single ? vrecpe_f32 : vrecpe_f16;
    case OP_VRSQRTE_F: return single ? vrsqrte_f32 : vrsqrte_f16;
    case OP_VRECPE_I: return vrecpe_u32_f32;
    case OP_VRSQRTE_I: return vrsqrte_u32_f32;
    case OP_VCVT_F16_F32: return vcvt_f16_f32;
    case OP_VCVT_F32_F16: return vcvt_f32_f16;
    default: return NULL;
    }
}
