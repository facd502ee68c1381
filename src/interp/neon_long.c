// Advanced SIMD: operations that make wide elements of narrow ones (long, wide) and the other way round
// (narrow): A7.4.2, and their like with two registers.
#include "interp/neon.h"

// A doubleword register, its elements widened to those of the quadword type W.
#define WIDEN(W, H, r) ((W) __builtin_convertvector(*(const H *)(c->d + (r)), W))
// The lower halves of a quadword's elements, as a doubleword register.
#define NARROW(H, v) ((uint64_t) __builtin_convertvector(v, H))
// The scalar operand in every element.
#define SPLAT(W, E, r) ((W){} + (NEON_LANES(E, r)[s->x]))

// The expression sees d and wide n, m of type W; WU is W's unsigned form, in which sums and products are
// made.
#define LONG_HANDLER(name, W, WU, H, n_expr, m_expr, expr)                                                   \
    STEP(name)                                                                                               \
    {                                                                                                        \
        const WU d = (WU)neon_get(c, s->rd, true);                                                           \
        const W n = n_expr, m = m_expr;                                                                      \
        (void)d;                                                                                             \
        neon_set(c, s->rd, true, (u64x2)(expr));                                                             \
        NEXT;                                                                                                \
    }
#define LONG_EACH(name, EXPR)                                                                                \
    LONG_HANDLER(name##_s8, s16x8, u16x8, s8x8, WIDEN(s16x8, s8x8, s->rn), WIDEN(s16x8, s8x8, s->rm),        \
                 EXPR(u16x8))                                                                                \
    LONG_HANDLER(name##_u8, u16x8, u16x8, u8x8, WIDEN(u16x8, u8x8, s->rn), WIDEN(u16x8, u8x8, s->rm),        \
                 EXPR(u16x8))                                                                                \
    LONG_HANDLER(name##_s16, s32x4, u32x4, s16x4, WIDEN(s32x4, s16x4, s->rn), WIDEN(s32x4, s16x4, s->rm),    \
                 EXPR(u32x4))                                                                                \
    LONG_HANDLER(name##_u16, u32x4, u32x4, u16x4, WIDEN(u32x4, u16x4, s->rn), WIDEN(u32x4, u16x4, s->rm),    \
                 EXPR(u32x4))                                                                                \
    LONG_HANDLER(name##_s32, s64x2, u64x2, s32x2, WIDEN(s64x2, s32x2, s->rn), WIDEN(s64x2, s32x2, s->rm),    \
                 EXPR(u64x2))                                                                                \
    LONG_HANDLER(name##_u32, u64x2, u64x2, u32x2, WIDEN(u64x2, u32x2, s->rn), WIDEN(u64x2, u32x2, s->rm),    \
                 EXPR(u64x2))
#define WIDE(W) ((W)neon_get(c, s->rn, true))
#define WIDE_EACH(name, EXPR)                                                                                \
    LONG_HANDLER(name##_s8, s16x8, u16x8, s8x8, WIDE(s16x8), WIDEN(s16x8, s8x8, s->rm), EXPR(u16x8))         \
    LONG_HANDLER(name##_u8, u16x8, u16x8, u8x8, WIDE(u16x8), WIDEN(u16x8, u8x8, s->rm), EXPR(u16x8))         \
    LONG_HANDLER(name##_s16, s32x4, u32x4, s16x4, WIDE(s32x4), WIDEN(s32x4, s16x4, s->rm), EXPR(u32x4))      \
    LONG_HANDLER(name##_u16, u32x4, u32x4, u16x4, WIDE(u32x4), WIDEN(u32x4, u16x4, s->rm), EXPR(u32x4))      \
    LONG_HANDLER(name##_s32, s64x2, u64x2, s32x2, WIDE(s64x2), WIDEN(s64x2, s32x2, s->rm), EXPR(u64x2))      \
    LONG_HANDLER(name##_u32, u64x2, u64x2, u32x2, WIDE(u64x2), WIDEN(u64x2, u32x2, s->rm), EXPR(u64x2))
#define SCALAR_EACH(name, EXPR)                                                                              \
    LONG_HANDLER(name##_s16, s32x4, u32x4, s16x4, WIDEN(s32x4, s16x4, s->rn), SPLAT(s32x4, int16_t, s->rm),  \
                 EXPR(u32x4))                                                                                \
    LONG_HANDLER(name##_u16, u32x4, u32x4, u16x4, WIDEN(u32x4, u16x4, s->rn), SPLAT(u32x4, uint16_t, s->rm), \
                 EXPR(u32x4))                                                                                \
    LONG_HANDLER(name##_s32, s64x2, u64x2, s32x2, WIDEN(s64x2, s32x2, s->rn), SPLAT(s64x2, int32_t, s->rm),  \
                 EXPR(u64x2))                                                                                \
    LONG_HANDLER(name##_u32, u64x2, u64x2, u32x2, WIDEN(u64x2, u32x2, s->rn), SPLAT(u64x2, uint32_t, s->rm), \
                 EXPR(u64x2))

#define ADD(WU) (WU) n + (WU)m
#define SUB(WU) (WU) n - (WU)m
#define MUL(WU) (WU) n *(WU)m
#define MLA(WU) d + (WU)n *(WU)m
#define MLS(WU) d - (WU)n *(WU)m
#define ABD(WU) (((WU)n - (WU)m) ^ (WU)(n < m)) - (WU)(n < m)
#define ABA(WU) d + (ABD(WU))

// vaddl.TN Qd, Dn, Dm
LONG_EACH(vaddl, ADD)
// vsubl.TN Qd, Dn, Dm
LONG_EACH(vsubl, SUB)
// vabdl.TN Qd, Dn, Dm
LONG_EACH(vabdl, ABD)
// vabal.TN Qd, Dn, Dm
LONG_EACH(vabal, ABA)
// vmull.TN Qd, Dn, Dm
LONG_EACH(vmull, MUL)
// vmlal.TN Qd, Dn, Dm
LONG_EACH(vmlal, MLA)
// vmlsl.TN Qd, Dn, Dm
LONG_EACH(vmlsl, MLS)
// vaddw.TN Qd, Qn, Dm
WIDE_EACH(vaddw, ADD)
// vsubw.TN Qd, Qn, Dm
WIDE_EACH(vsubw, SUB)
// vmull.TN Qd, Dn, Dm[x]
SCALAR_EACH(vmull_sc, MUL)
// vmlal.TN Qd, Dn, Dm[x]
SCALAR_EACH(vmlal_sc, MLA)
// vmlsl.TN Qd, Dn, Dm[x]
SCALAR_EACH(vmlsl_sc, MLS)

// vshll.TN Qd, Dm, #imm; vmovl is imm = 0; vshll.iN Qd, Dm, #N has both types' result
#define SHLL_HANDLER(name, W, WU, H)                                                                         \
    STEP(name)                                                                                               \
    {                                                                                                        \
        neon_set(c, s->rd, true, (u64x2)((WU)WIDEN(W, H, s->rm) << s->imm));                                 \
        NEXT;                                                                                                \
    }
SHLL_HANDLER(vshll_s8, s16x8, u16x8, s8x8)
SHLL_HANDLER(vshll_u8, u16x8, u16x8, u8x8)
SHLL_HANDLER(vshll_s16, s32x4, u32x4, s16x4)
SHLL_HANDLER(vshll_u16, u32x4, u32x4, u16x4)
SHLL_HANDLER(vshll_s32, s64x2, u64x2, s32x2)
SHLL_HANDLER(vshll_u32, u64x2, u64x2, u32x2)

// The expression sees wide n, m of type W.
#define NARROW_HANDLER(name, W, H, expr)                                                                     \
    STEP(name)                                                                                               \
    {                                                                                                        \
        const W n = (W)neon_get(c, s->rn, true), m = (W)neon_get(c, s->rm, true);                            \
        (void)n;                                                                                             \
        c->d[s->rd] = NARROW(H, (W)(expr));                                                                  \
        NEXT;                                                                                                \
    }
#define NARROW_EACH(name, EXPR)                                                                              \
    NARROW_HANDLER(name##_8, u16x8, u8x8, EXPR(8))                                                           \
    NARROW_HANDLER(name##_16, u32x4, u16x4, EXPR(16))                                                        \
    NARROW_HANDLER(name##_32, u64x2, u32x2, EXPR(32))

// vaddhn.iN Dd, Qn, Qm
#define ADDHN(B) (n + m) >> B
NARROW_EACH(vaddhn, ADDHN)
// vsubhn.iN Dd, Qn, Qm
#define SUBHN(B) (n - m) >> B
NARROW_EACH(vsubhn, SUBHN)
#define HALF(B) (uint##B##_t)(1u << (B - 1))
// vraddhn.iN Dd, Qn, Qm
#define RADDHN(B) (n + m + HALF(B)) >> B
NARROW_EACH(vraddhn, RADDHN)
// vrsubhn.iN Dd, Qn, Qm
#define RSUBHN(B) (n - m + HALF(B)) >> B
NARROW_EACH(vrsubhn, RSUBHN)
// vmovn.iN Dd, Qm
#define MOVN(B) m
NARROW_EACH(vmovn, MOVN)
// vshrn.iN Dd, Qm, #imm
#define SHRN(B) m >> s->imm
NARROW_EACH(vshrn, SHRN)
// vrshrn.iN Dd, Qm, #imm: the carry out of the wide element would not be seen
#define RSHRN(B) ((m >> (s->imm - 1)) + 1) >> 1
NARROW_EACH(vrshrn, RSHRN)

// Saturated narrowing of the value that the expression makes of m.
#define CLAMP(W, v, low, high, r)                                                                            \
    const W below = (W)((v) < (low)), above = (W)((v) > (high));                                             \
    const W r = ((v) & ~below & ~above) | ((low)&below) | ((high)&above);
#define QNARROW_HANDLER(name, W, H, low, high, expr)                                                         \
    STEP(name)                                                                                               \
    {                                                                                                        \
        const W m = (W)neon_get(c, s->rm, true), v = (W)(expr);                                              \
        CLAMP(W, v, (W){} + (low), (W){} + (high), r)                                                        \
        neon_saturated(c, (u64x2)(below | above));                                                           \
        c->d[s->rd] = NARROW(H, r);                                                                          \
        NEXT;                                                                                                \
    }
#define QNARROW_S(name, expr)                                                                                \
    QNARROW_HANDLER(name##_s8, s16x8, s8x8, INT8_MIN, INT8_MAX, expr)                                        \
    QNARROW_HANDLER(name##_s16, s32x4, s16x4, INT16_MIN, INT16_MAX, expr)                                    \
    QNARROW_HANDLER(name##_s32, s64x2, s32x2, INT32_MIN, INT32_MAX, expr)
#define QNARROW_U(name, expr)                                                                                \
    QNARROW_HANDLER(name##_u8, u16x8, u8x8, 0, UINT8_MAX, expr)                                              \
    QNARROW_HANDLER(name##_u16, u32x4, u16x4, 0, UINT16_MAX, expr)                                           \
    QNARROW_HANDLER(name##_u32, u64x2, u32x2, 0, UINT32_MAX, expr)
#define QNARROW_SU(name, expr)                                                                               \
    QNARROW_HANDLER(name##_s8, s16x8, u8x8, 0, UINT8_MAX, expr)                                              \
    QNARROW_HANDLER(name##_s16, s32x4, u16x4, 0, UINT16_MAX, expr)                                           \
    QNARROW_HANDLER(name##_s32, s64x2, u32x2, 0, UINT32_MAX, expr)
#define ROUNDED (m >> (s->imm - 1) >> 1) + ((m >> (s->imm - 1)) & 1)

// vqmovn.TN Dd, Qm
QNARROW_S(vqmovn, m)
QNARROW_U(vqmovn, m)
// vqmovun.sN Dd, Qm
QNARROW_SU(vqmovun, m)
// vqshrn.TN Dd, Qm, #imm
QNARROW_S(vqshrn, m >> s->imm)
QNARROW_U(vqshrn, m >> s->imm)
// vqshrun.sN Dd, Qm, #imm
QNARROW_SU(vqshrun, m >> s->imm)
// vqrshrn.TN Dd, Qm, #imm
QNARROW_S(vqrshrn, ROUNDED)
QNARROW_U(vqrshrn, ROUNDED)
// vqrshrun.sN Dd, Qm, #imm
QNARROW_SU(vqrshrun, ROUNDED)

// Pairs of elements as the halves of one twice as wide, each extended by shifts and added: T is the wide
// type.
#define PAIR_SUM(T, U, S, B) ((U)((T)((U)m << (B / 2)) >> (B / 2)) + (U)(m >> (B / 2)))
// vpaddl.TN Vd, Vm
#define PADDL(T, U, S, B) PAIR_SUM(T, U, S, B)
// vpadal.TN Vd, Vm
#define PADAL(T, U, S, B) (U) d + PAIR_SUM(T, U, S, B)
#define PAIR_EACH(name, EXPR)                                                                                \
    NEON_HANDLERS(name##_s8, s16x8, EXPR(s16x8, u16x8, s16x8, 16))                                           \
    NEON_HANDLERS(name##_u8, u16x8, EXPR(u16x8, u16x8, s16x8, 16))                                           \
    NEON_HANDLERS(name##_s16, s32x4, EXPR(s32x4, u32x4, s32x4, 32))                                          \
    NEON_HANDLERS(name##_u16, u32x4, EXPR(u32x4, u32x4, s32x4, 32))                                          \
    NEON_HANDLERS(name##_s32, s64x2, EXPR(s64x2, u64x2, s64x2, 64))                                          \
    NEON_HANDLERS(name##_u32, u64x2, EXPR(u64x2, u64x2, s64x2, 64))
PAIR_EACH(vpaddl, PADDL)
PAIR_EACH(vpadal, PADAL)

typedef step_fn *const by_type[3][2]; // size of the narrow element, unsigned
typedef step_fn *const by_size[3];
#define TYPES(name)                                                                                          \
    {                                                                                                        \
        {name##_s8, name##_u8}, {name##_s16, name##_u16},                                                    \
        {                                                                                                    \
            name##_s32, name##_u32                                                                           \
        }                                                                                                    \
    }
#define SCALAR_TYPES(name)                                                                                   \
    {                                                                                                        \
        {NULL, NULL}, {name##_s16, name##_u16},                                                              \
        {                                                                                                    \
            name##_s32, name##_u32                                                                           \
        }                                                                                                    \
    }
#define SIZES(name)                                                                                          \
    {                                                                                                        \
        name##_8, name##_16, name##_32                                                                       \
    }
#define SIZES_S(name)                                                                                        \
    {                                                                                                        \
        name##_s8, name##_s16, name##_s32                                                                    \
    }

static step_fn *pick(by_type table, const struct insn *in)
{
    return table[in->size][neon_unsigned(in)];
}

static step_fn *select_narrow(const struct insn *in)
{
    static by_size addhn = SIZES(vaddhn), subhn = SIZES(vsubhn), raddhn = SIZES(vraddhn),
                   rsubhn = SIZES(vrsubhn), movn = SIZES(vmovn), shrn = SIZES(vshrn), rshrn = SIZES(vrshrn),
                   qmovun = SIZES_S(vqmovun), qshrun = SIZES_S(vqshrun), qrshrun = SIZES_S(vqrshrun);
    static by_type qmovn = TYPES(vqmovn), qshrn = TYPES(vqshrn), qrshrn = TYPES(vqrshrn);
    switch ((enum op)in->op) {
    case OP_VADDHN: return addhn[in->size];
    case OP_VSUBHN: return subhn[in->size];
    case OP_VRADDHN: return raddhn[in->size];
    case OP_VRSUBHN: return rsubhn[in->size];
    case OP_VMOVN: return movn[in->size];
    case OP_VSHRN: return shrn[in->size];
    case OP_VRSHRN: return rshrn[in->size];
    case OP_VQMOVUN: return qmovun[in->size];
    case OP_VQSHRUN: return qshrun[in->size];
    case OP_VQRSHRUN: return qrshrun[in->size];
    case OP_VQMOVN: return pick(qmovn, in);
    case OP_VQSHRN: return pick(qshrn, in);
    case OP_VQRSHRN: return pick(qrshrn, in);
    default: return NULL;
    }
}

step_fn *neon_select_long(const struct insn *in)
{
    static by_type addl = TYPES(vaddl), subl = TYPES(vsubl), abdl = TYPES(vabdl), abal = TYPES(vabal),
                   mull = TYPES(vmull), mlal = TYPES(vmlal), mlsl = TYPES(vmlsl), addw = TYPES(vaddw),
                   subw = TYPES(vsubw), shll = TYPES(vshll), mull_sc = SCALAR_TYPES(vmull_sc),
                   mlal_sc = SCALAR_TYPES(vmlal_sc), mlsl_sc = SCALAR_TYPES(vmlsl_sc);
    static neon_by_type paddl = NEON_TYPES(vpaddl), padal = NEON_TYPES(vpadal);
    switch ((enum op)in->op) {
    case OP_VADDL: return pick(addl, in);
    case OP_VSUBL: return pick(subl, in);
    case OP_VABDL: return pick(abdl, in);
    case OP_VABAL: return pick(abal, in);
    case OP_VMULL_I: return pick(mull, in);
    case OP_VMLAL: return pick(mlal, in);
    case OP_VMLSL: return pick(mlsl, in);
    case OP_VADDW: return pick(addw, in);
    case OP_VSUBW: return pick(subw, in);
    case OP_VSHLL: return pick(shll, in);
    case OP_VMULL_SC: return pick(mull_sc, in);
    case OP_VMLAL_SC: return pick(mlal_sc, in);
    case OP_VMLSL_SC: return pick(mlsl_sc, in);
    case OP_VPADDL: return neon_pick_type(paddl, in);
    case OP_VPADAL: return neon_pick_type(padal, in);
    default: return select_narrow(in);
    }
}
