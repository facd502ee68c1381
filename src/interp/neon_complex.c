// Advanced SIMD of ARMv8.2 and 8.3: dot products of bytes, complex numbers. A complex number is a pair of
// elements, the real part first; s->y is a rotation in quarter turns.
#include "interp/neon.h"
#include "softfp/softfp.h"

// Each word is increased by the sum of the products of the four bytes that lie where it does.
static inline void dot(struct cpu *c, const struct step *s, bool scalar)
{
    const unsigned words = s->flags & INSN_Q ? 4 : 2;
    const bool is_unsigned = s->flags & INSN_UNS;
    uint32_t *d = NEON_LANES(uint32_t, s->rd);
    const uint32_t *n = NEON_LANES(uint32_t, s->rn), *m = NEON_LANES(uint32_t, s->rm);
    const uint32_t fixed = m[s->x];
    for (unsigned i = 0; i < words; i++) {
        const uint32_t a = n[i], b = scalar ? fixed : m[i];
        uint32_t sum = d[i];
        for (unsigned k = 0; k < 32; k += 8) {
            if (is_unsigned)
                sum += (a >> k & 0xff) * (b >> k & 0xff);
            else
                sum += (uint32_t)((int8_t)(a >> k) * (int8_t)(b >> k));
        }
        d[i] = sum;
    }
}

// vsdot.s8 Vd, Vn, Vm
STEP(vdot)
{
    dot(c, s, false);
    NEXT;
}

// vsdot.s8 Vd, Vn, Dm[x]
STEP(vdot_sc)
{
    dot(c, s, true);
    NEXT;
}

// The operations on pairs, for each precision. m, turned by a quarter, is -imaginary, real.
#define COMPLEX(t, sign)                                                                                     \
    APART static void add_##t(struct cpu *c, const struct step *s)                                           \
    {                                                                                                        \
        struct softfp fp = softfp_standard(c->fpscr);                                                        \
        t *d = NEON_LANES(t, s->rd);                                                                         \
        const t *n = NEON_LANES(t, s->rn), *m = NEON_LANES(t, s->rm);                                        \
        const unsigned lanes = (s->flags & INSN_Q ? 16 : 8) / sizeof(t);                                     \
        for (unsigned i = 0; i < lanes; i += 2) {                                                            \
            const t real = s->y == 1 ? (t)(m[i + 1] ^ (sign)) : m[i + 1];                                    \
            const t imaginary = s->y == 1 ? m[i] : (t)(m[i] ^ (sign));                                       \
            d[i] = t##_add(n[i], real, &fp);                                                                 \
            d[i + 1] = t##_add(n[i + 1], imaginary, &fp);                                                    \
        }                                                                                                    \
        c->fpscr |= fp.flags;                                                                                \
    }                                                                                                        \
    APART static void muladd_##t(struct cpu *c, const struct step *s, bool scalar)                           \
    {                                                                                                        \
        struct softfp fp = softfp_standard(c->fpscr);                                                        \
        t *d = NEON_LANES(t, s->rd);                                                                         \
        const t *n = NEON_LANES(t, s->rn), *m = NEON_LANES(t, s->rm);                                        \
        const t fixed_real = m[2 * s->x], fixed_imaginary = m[2 * s->x + 1];                                 \
        const unsigned lanes = (s->flags & INSN_Q ? 16 : 8) / sizeof(t);                                     \
        const bool odd = s->y & 1; /* the imaginary part of n is the factor, and m turned by a quarter */    \
        const t flip_real = s->y == 1 || s->y == 2 ? (t)(sign) : 0,                                          \
                flip_imaginary = s->y >= 2 ? (t)(sign) : 0;                                                  \
        for (unsigned i = 0; i < lanes; i += 2) {                                                            \
            const t m0 = scalar ? fixed_real : m[i], m1 = scalar ? fixed_imaginary : m[i + 1];               \
            const t factor = odd ? n[i + 1] : n[i];                                                          \
            const t real = odd ? m1 : m0, imaginary = odd ? m0 : m1;                                         \
            d[i] = t##_muladd(d[i], factor, real ^ flip_real, &fp);                                          \
            d[i + 1] = t##_muladd(d[i + 1], factor, imaginary ^ flip_imaginary, &fp);                        \
        }                                                                                                    \
        c->fpscr |= fp.flags;                                                                                \
    }                                                                                                        \
    STEP(vcadd_##t)                                                                                          \
    {                                                                                                        \
        add_##t(c, s);                                                                                       \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(vcmla_##t)                                                                                          \
    {                                                                                                        \
        muladd_##t(c, s, false);                                                                             \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(vcmla_sc_##t)                                                                                       \
    {                                                                                                        \
        muladd_##t(c, s, true);                                                                              \
        NEXT;                                                                                                \
    }

// vcadd.f16 Vd, Vn, Vm, #90; vcmla.f16 Vd, Vn, Vm, #90; vcmla.f16 Vd, Vn, Dm[x], #90
COMPLEX(f16, 0x8000u)
// vcadd.f32 Vd, Vn, Vm, #90; vcmla.f32 Vd, Vn, Vm, #90; vcmla.f32 Vd, Vn, Dm[0], #90
COMPLEX(f32, 0x80000000u)

step_fn *neon_select_complex(const struct insn *in)
{
    const bool single = in->size == 2;
    switch ((enum op)in->op) {
    case OP_VDOT: return vdot;
    case OP_VDOT_SC: return vdot_sc;
    case OP_VCADD: return single ? vcadd_f32 : vcadd_f16;
    case OP_VCMLA: return single ? vcmla_f32 : vcmla_f16;
    case OP_VCMLA_SC: return single ? vcmla_sc_f32 : vcmla_sc_f16;
    default: return NULL;
    }
}
