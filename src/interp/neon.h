// What the files of the Advanced SIMD family share: vectors of the host, registers as such vectors, and the
// macros that make a handler for each element type and register width out of one expression.
#ifndef STINKARM_INTERP_NEON_H
#define STINKARM_INTERP_NEON_H

#include "interp/interp.h"

typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef int8_t s8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef int16_t s16x8 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int32_t s32x4 __attribute__((vector_size(16)));
typedef uint64_t u64x2 __attribute__((vector_size(16)));
typedef int64_t s64x2 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));

// Half as long: the narrow side of long and narrow operations.
typedef uint8_t u8x8 __attribute__((vector_size(8)));
typedef int8_t s8x8 __attribute__((vector_size(8)));
typedef uint16_t u16x4 __attribute__((vector_size(8)));
typedef int16_t s16x4 __attribute__((vector_size(8)));
typedef uint32_t u32x2 __attribute__((vector_size(8)));
typedef int32_t s32x2 __attribute__((vector_size(8)));

step_fn *neon_select_int(const struct insn *in);   // neon_int.c: same length, integers
step_fn *neon_select_shift(const struct insn *in); // neon_shift.c
step_fn *neon_select_long(const struct insn *in);  // neon_long.c: long, wide, narrow
step_fn *
neon_select_product(const struct insn *in);        // neon_product.c: doubling products, scalars, polynomials
step_fn *neon_select_misc(const struct insn *in);  // neon_misc.c: two registers, permutations, immediates
step_fn *neon_select_float(const struct insn *in); // neon_float.c
step_fn *neon_select_convert(const struct insn *in); // neon_convert.c: conversions and estimates
step_fn *neon_select_ldst(const struct insn *in);    // neon_ldst.c
step_fn *neon_select_crypto(const struct insn *in);  // neon_crypto.c
step_fn *neon_select_complex(const struct insn *in); // neon_complex.c: ARMv8.2 and later

// A register; the upper half of a doubleword register's vector is 0 and is not written back.
static inline u64x2 neon_get(const struct cpu *c, unsigned r, bool quad)
{
    return quad ? *(const u64x2 *)(c->d + r) : (u64x2){c->d[r], 0};
}

static inline void neon_set(struct cpu *c, unsigned r, bool quad, u64x2 v)
{
    if (quad)
        *(u64x2 *)(c->d + r) = v;
    else
        c->d[r] = v[0];
}

// Sets the cumulative saturation flag if any bit of the mask is set.
static inline void neon_saturated(struct cpu *c, u64x2 mask)
{
    if (mask[0] | mask[1]) c->fpscr |= FPSCR_QC;
}

// One half of a register's elements, by type: what scalar loops work on.
#define NEON_LANES(type, r) ((type *)(c->d + (r)))

// Handlers of one element type, named NAME_d and NAME_q. The expression sees the operands d, n, m of type T
// and the step s; arithmetic that may overflow has to use the unsigned type.
#define NEON_HANDLER(name, T, width, quad, expr)                                                             \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        const T d = (T)neon_get(c, s->rd, quad), n = (T)neon_get(c, s->rn, quad),                            \
                m = (T)neon_get(c, s->rm, quad);                                                             \
        (void)d, (void)n, (void)m;                                                                           \
        neon_set(c, s->rd, quad, (u64x2)(expr));                                                             \
        NEXT;                                                                                                \
    }
#define NEON_HANDLERS(name, T, expr)                                                                         \
    NEON_HANDLER(name, T, d, false, expr)                                                                    \
    NEON_HANDLER(name, T, q, true, expr)

// Likewise where results saturate: the expression also sets `saturated`, a mask of lanes.
#define NEON_SAT_HANDLER(name, T, width, quad, expr)                                                         \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        const T n = (T)neon_get(c, s->rn, quad), m = (T)neon_get(c, s->rm, quad);                            \
        (void)n, (void)m;                                                                                    \
        T saturated, r;                                                                                      \
        expr;                                                                                                \
        neon_saturated(c, (u64x2)saturated);                                                                 \
        neon_set(c, s->rd, quad, (u64x2)r);                                                                  \
        NEXT;                                                                                                \
    }
#define NEON_SAT_HANDLERS(name, T, expr)                                                                     \
    NEON_SAT_HANDLER(name, T, d, false, expr)                                                                \
    NEON_SAT_HANDLER(name, T, q, true, expr)

// For all signed and unsigned element types. EXPR is a macro with the parameters
// T: the type of the operands, U and S: the unsigned and the signed type of that size, B: bits of an element.
#define NEON_EACH_S(make, name, EXPR)                                                                        \
    make(name##_s8, s8x16, EXPR(s8x16, u8x16, s8x16, 8))                                                     \
        make(name##_s16, s16x8, EXPR(s16x8, u16x8, s16x8, 16))                                               \
            make(name##_s32, s32x4, EXPR(s32x4, u32x4, s32x4, 32))
#define NEON_EACH_U(make, name, EXPR)                                                                        \
    make(name##_u8, u8x16, EXPR(u8x16, u8x16, s8x16, 8))                                                     \
        make(name##_u16, u16x8, EXPR(u16x8, u16x8, s16x8, 16))                                               \
            make(name##_u32, u32x4, EXPR(u32x4, u32x4, s32x4, 32))
#define NEON_EACH_SU(make, name, EXPR) NEON_EACH_S(make, name, EXPR) NEON_EACH_U(make, name, EXPR)
#define NEON_EACH_S64(make, name, EXPR)                                                                      \
    NEON_EACH_S(make, name, EXPR) make(name##_s64, s64x2, EXPR(s64x2, u64x2, s64x2, 64))
#define NEON_EACH_U64(make, name, EXPR)                                                                      \
    NEON_EACH_U(make, name, EXPR) make(name##_u64, u64x2, EXPR(u64x2, u64x2, s64x2, 64))
#define NEON_EACH_SU64(make, name, EXPR) NEON_EACH_S64(make, name, EXPR) NEON_EACH_U64(make, name, EXPR)

// Tables of those handlers, and the choice from them.
typedef step_fn *const neon_by_size[4][2];    // size, quad
typedef step_fn *const neon_by_type[4][2][2]; // size, unsigned, quad
#define NEON_DQ(name)                                                                                        \
    {                                                                                                        \
        name##_d, name##_q                                                                                   \
    }
#define NEON_SIZES_U(name)                                                                                   \
    {                                                                                                        \
        NEON_DQ(name##_u8), NEON_DQ(name##_u16), NEON_DQ(name##_u32)                                         \
    }
#define NEON_SIZES_U64(name)                                                                                 \
    {                                                                                                        \
        NEON_DQ(name##_u8), NEON_DQ(name##_u16), NEON_DQ(name##_u32), NEON_DQ(name##_u64)                    \
    }
#define NEON_SIZES_S(name)                                                                                   \
    {                                                                                                        \
        NEON_DQ(name##_s8), NEON_DQ(name##_s16), NEON_DQ(name##_s32)                                         \
    }
#define NEON_SIZES_S64(name)                                                                                 \
    {                                                                                                        \
        NEON_DQ(name##_s8), NEON_DQ(name##_s16), NEON_DQ(name##_s32), NEON_DQ(name##_s64)                    \
    }
#define NEON_TYPES(name)                                                                                     \
    {                                                                                                        \
        {NEON_DQ(name##_s8), NEON_DQ(name##_u8)}, {NEON_DQ(name##_s16), NEON_DQ(name##_u16)},                \
        {                                                                                                    \
            NEON_DQ(name##_s32), NEON_DQ(name##_u32)                                                         \
        }                                                                                                    \
    }
#define NEON_TYPES64(name)                                                                                   \
    {                                                                                                        \
        {NEON_DQ(name##_s8), NEON_DQ(name##_u8)}, {NEON_DQ(name##_s16), NEON_DQ(name##_u16)},                \
            {NEON_DQ(name##_s32), NEON_DQ(name##_u32)},                                                      \
        {                                                                                                    \
            NEON_DQ(name##_s64), NEON_DQ(name##_u64)                                                         \
        }                                                                                                    \
    }

static inline bool neon_quad(const struct insn *in)
{
    return in->flags & INSN_Q;
}

static inline bool neon_unsigned(const struct insn *in)
{
    return in->flags & INSN_UNS;
}

static inline step_fn *neon_pick_size(neon_by_size table, const struct insn *in)
{
    return table[in->size][neon_quad(in)];
}

static inline step_fn *neon_pick_type(neon_by_type table, const struct insn *in)
{
    return table[in->size][neon_unsigned(in)][neon_quad(in)];
}

#endif
