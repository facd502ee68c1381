// VFP data processing without conversions (A7.5): arithmetic, comparison, selection.
//
// An operation is a pure function of the destination's old value and the operands. Its handler first tries
// the host's arithmetic (softfp/fast.h), then calls that function by way of slow_h, slow_s or slow_d.
#include "interp/vfp.h"

static f16 f16_negate(f16 v)
{
    return v ^ 0x8000u;
}

static f32 f32_negate(f32 v)
{
    return v ^ 0x80000000u;
}

static f64 f64_negate(f64 v)
{
    return v ^ 1ull << 63;
}

typedef f16 h_op(f16 d, f16 n, f16 m, struct softfp *fp);
typedef f32 s_op(f32 d, f32 n, f32 m, struct softfp *fp);
typedef f64 d_op(f64 d, f64 n, f64 m, struct softfp *fp);

APART static void apart_h(struct cpu *c, const struct step *s, h_op *op)
{
    struct softfp fp = softfp_from_fpscr(c->fpscr);
    *vfp_s(c, s->rd) = op(vfp_h_get(c, s->rd), vfp_h_get(c, s->rn), vfp_h_get(c, s->rm), &fp);
    c->fpscr |= fp.flags;
}

APART static void apart_s(struct cpu *c, const struct step *s, s_op *op)
{
    struct softfp fp = softfp_from_fpscr(c->fpscr);
    *vfp_s(c, s->rd) = op(*vfp_s(c, s->rd), *vfp_s(c, s->rn), *vfp_s(c, s->rm), &fp);
    c->fpscr |= fp.flags;
}

APART static void apart_d(struct cpu *c, const struct step *s, d_op *op)
{
    struct softfp fp = softfp_from_fpscr(c->fpscr);
    c->d[s->rd] = op(c->d[s->rd], c->d[s->rn], c->d[s->rm], &fp);
    c->fpscr |= fp.flags;
}

APART static const struct step *slow_h(struct cpu *c, const struct step *s, h_op *op)
{
    if (vfp_has_vectors(c)) return interp_undefined(c, s);
    apart_h(c, s, op);
    NEXT;
}

APART static const struct step *slow_s(struct cpu *c, const struct step *s, s_op *op)
{
    if (vfp_has_vectors(c)) return interp_undefined(c, s);
    apart_s(c, s, op);
    NEXT;
}

APART static const struct step *slow_d(struct cpu *c, const struct step *s, d_op *op)
{
    if (vfp_has_vectors(c)) return interp_undefined(c, s);
    apart_d(c, s, op);
    NEXT;
}

// The operations, in each precision.
#define OPERATION(t, name, expr)                                                                             \
    static t t##_##name##_op(t d, t n, t m, struct softfp *fp)                                               \
    {                                                                                                        \
        (void)d, (void)n, (void)m;                                                                           \
        return expr;                                                                                         \
    }
#define OPERATIONS(t)                                                                                        \
    OPERATION(t, add, t##_add(n, m, fp))                                                                     \
    OPERATION(t, sub, t##_sub(n, m, fp))                                                                     \
    OPERATION(t, mul, t##_mul(n, m, fp))                                                                     \
    OPERATION(t, div, t##_div(n, m, fp))                                                                     \
    OPERATION(t, nmul, t##_negate(t##_mul(n, m, fp)))                                                        \
    OPERATION(t, mla, t##_add(d, t##_mul(n, m, fp), fp))                                                     \
    OPERATION(t, mls, t##_add(d, t##_negate(t##_mul(n, m, fp)), fp))                                         \
    OPERATION(t, nmla, t##_add(t##_negate(d), t##_negate(t##_mul(n, m, fp)), fp))                            \
    OPERATION(t, nmls, t##_add(t##_negate(d), t##_mul(n, m, fp), fp))                                        \
    OPERATION(t, fma, t##_muladd(d, n, m, fp))                                                               \
    OPERATION(t, fms, t##_muladd(d, t##_negate(n), m, fp))                                                   \
    OPERATION(t, fnma, t##_muladd(t##_negate(d), t##_negate(n), m, fp))                                      \
    OPERATION(t, fnms, t##_muladd(t##_negate(d), n, m, fp))                                                  \
    OPERATION(t, sqrt, t##_sqrt(m, fp))                                                                      \
    OPERATION(t, maxnm, t##_maxnum(n, m, fp))                                                                \
    OPERATION(t, minnm, t##_minnum(n, m, fp))

OPERATIONS(f16)
OPERATIONS(f32)
OPERATIONS(f64)

#define SLOW_HANDLER(p, t, slow, name)                                                                       \
    STEP(v##name##_##p)                                                                                      \
    {                                                                                                        \
        return slow(c, s, t##_##name##_op);                                                                  \
    }

// v<op>.f16 Sd, Sn, Sm
SLOW_HANDLER(h, f16, slow_h, add)
SLOW_HANDLER(h, f16, slow_h, sub)
SLOW_HANDLER(h, f16, slow_h, mul)
SLOW_HANDLER(h, f16, slow_h, div)
SLOW_HANDLER(h, f16, slow_h, nmul)
SLOW_HANDLER(h, f16, slow_h, mla)
SLOW_HANDLER(h, f16, slow_h, mls)
SLOW_HANDLER(h, f16, slow_h, nmla)
SLOW_HANDLER(h, f16, slow_h, nmls)
SLOW_HANDLER(h, f16, slow_h, fma)
SLOW_HANDLER(h, f16, slow_h, fms)
SLOW_HANDLER(h, f16, slow_h, fnma)
SLOW_HANDLER(h, f16, slow_h, fnms)
SLOW_HANDLER(h, f16, slow_h, maxnm)
SLOW_HANDLER(h, f16, slow_h, minnm)
// vsqrt.f16 Sd, Sm
SLOW_HANDLER(h, f16, slow_h, sqrt)

// vmaxnm.f32 Sd, Sn, Sm, and the like
SLOW_HANDLER(s, f32, slow_s, maxnm)
SLOW_HANDLER(s, f32, slow_s, minnm)
SLOW_HANDLER(d, f64, slow_d, maxnm)
SLOW_HANDLER(d, f64, slow_d, minnm)

#define REG_s(n) (*vfp_s(c, n))
#define REG_d(n) (c->d[n])

// A handler that tries the host's arithmetic by BODY(…, test, fz, otherwise), and a second one for programs
// that flush denormals, which has to look at more and knows what to do about the rest.
#define TWO_HANDLERS(p, t, name, BODY, a, b)                                                                 \
    APART STEP(v##name##_##p##_flushing){                                                                    \
        BODY(p, t, a, b, vfp_is_plain, true, slow_##p(c, s, t##_##name##_op))} STEP(v##name##_##p)           \
    {                                                                                                        \
        BODY(p, t, a, b, vfp_is_usual, false, v##name##_##p##_flushing(c, s))                                \
    }
// One operation of the host.
#define SIMPLE(p, t, host, result, test, fz, otherwise)                                                      \
    t r;                                                                                                     \
    if (!test(c) || !t##_##host##_fast(REG_##p(s->rn), REG_##p(s->rm), fz, &c->fpscr, &r)) return otherwise; \
    REG_##p(s->rd) = result;                                                                                 \
    NEXT;
// A product, rounded, and a sum, rounded.
#define CHAIN(p, t, addend, product, test, fz, otherwise)                                                    \
    const t d = REG_##p(s->rd);                                                                              \
    t r, sum;                                                                                                \
    if (!test(c) || !t##_mul_fast(REG_##p(s->rn), REG_##p(s->rm), fz, &c->fpscr, &r) ||                      \
        !t##_add_fast(addend, product, fz, &c->fpscr, &sum))                                                 \
        return otherwise;                                                                                    \
    REG_##p(s->rd) = sum;                                                                                    \
    NEXT;
#define FUSED(p, t, addend, factor, test, fz, otherwise)                                                     \
    const t d = REG_##p(s->rd), n = REG_##p(s->rn);                                                          \
    if (!test(c) || !t##_muladd_fast(addend, factor, REG_##p(s->rm), fz, &c->fpscr, &REG_##p(s->rd)))        \
        return otherwise;                                                                                    \
    NEXT;
#define ROOT(p, t, unused1, unused2, test, fz, otherwise)                                                    \
    t r;                                                                                                     \
    if (!test(c) || !t##_sqrt_fast(REG_##p(s->rm), fz, &c->fpscr, &r)) return otherwise;                     \
    REG_##p(s->rd) = r;                                                                                      \
    NEXT;
#define HOST_HANDLERS(p, t)                                                                                  \
    TWO_HANDLERS(p, t, add, SIMPLE, add, r)                                                                  \
    TWO_HANDLERS(p, t, sub, SIMPLE, sub, r)                                                                  \
    TWO_HANDLERS(p, t, mul, SIMPLE, mul, r)                                                                  \
    TWO_HANDLERS(p, t, div, SIMPLE, div, r)                                                                  \
    TWO_HANDLERS(p, t, nmul, SIMPLE, mul, t##_negate(r))                                                     \
    TWO_HANDLERS(p, t, mla, CHAIN, d, r)                                                                     \
    TWO_HANDLERS(p, t, mls, CHAIN, d, t##_negate(r))                                                         \
    TWO_HANDLERS(p, t, nmla, CHAIN, t##_negate(d), t##_negate(r))                                            \
    TWO_HANDLERS(p, t, nmls, CHAIN, t##_negate(d), r)                                                        \
    TWO_HANDLERS(p, t, fma, FUSED, d, n)                                                                     \
    TWO_HANDLERS(p, t, fms, FUSED, d, t##_negate(n))                                                         \
    TWO_HANDLERS(p, t, fnma, FUSED, t##_negate(d), t##_negate(n))                                            \
    TWO_HANDLERS(p, t, fnms, FUSED, t##_negate(d), n)                                                        \
    TWO_HANDLERS(p, t, sqrt, ROOT, , )

// vadd.f32 Sd, Sn, Sm …
HOST_HANDLERS(s, f32)
// vadd.f64 Dd, Dn, Dm …
HOST_HANDLERS(d, f64)

// Moves, absolute values, negations: no arithmetic, but UNDEFINED with short vectors like the rest.
#define MOVE_HANDLER(name, to, from)                                                                         \
    STEP(name)                                                                                               \
    {                                                                                                        \
        if (vfp_has_vectors(c)) return interp_undefined(c, s);                                               \
        to = from;                                                                                           \
        NEXT;                                                                                                \
    }

// vmov.f32 Sd, Sm
MOVE_HANDLER(vmov_s, REG_s(s->rd), REG_s(s->rm))
// vmov.f64 Dd, Dm
MOVE_HANDLER(vmov_d, REG_d(s->rd), REG_d(s->rm))
// vmov.f16 Sd, #imm; vmov.f32 Sd, #imm
MOVE_HANDLER(vmov_imm_s, REG_s(s->rd), s->imm)
// vmov.f64 Dd, #imm
MOVE_HANDLER(vmov_imm_d, REG_d(s->rd), (uint64_t)s->imm << 32)
// vabs.f16 Sd, Sm
MOVE_HANDLER(vabs_h, REG_s(s->rd), REG_s(s->rm) & 0x7fff)
// vabs.f32 Sd, Sm
MOVE_HANDLER(vabs_s, REG_s(s->rd), REG_s(s->rm) & 0x7fffffff)
// vabs.f64 Dd, Dm
MOVE_HANDLER(vabs_d, REG_d(s->rd), REG_d(s->rm) << 1 >> 1)
// vneg.f16 Sd, Sm
MOVE_HANDLER(vneg_h, REG_s(s->rd), f16_negate(vfp_h_get(c, s->rm)))
// vneg.f32 Sd, Sm
MOVE_HANDLER(vneg_s, REG_s(s->rd), f32_negate(REG_s(s->rm)))
// vneg.f64 Dd, Dm
MOVE_HANDLER(vneg_d, REG_d(s->rd), f64_negate(REG_d(s->rm)))

// Comparisons: with m, of the destination register.
#define COMPARE_APART(p, t, d)                                                                               \
    APART static void compare_##p(struct cpu *c, const struct step *s, t m)                                  \
    {                                                                                                        \
        struct softfp fp = softfp_from_fpscr(c->fpscr);                                                      \
        vfp_set_nzcv(c, t##_compare(d, m, s->flags &INSN_X, &fp));                                           \
        c->fpscr |= fp.flags;                                                                                \
    }                                                                                                        \
    APART static const struct step *slow_compare_##p(struct cpu *c, const struct step *s, t m)               \
    {                                                                                                        \
        compare_##p(c, s, m);                                                                                \
        NEXT;                                                                                                \
    }

COMPARE_APART(h, f16, vfp_h_get(c, s->rd))
COMPARE_APART(s, f32, REG_s(s->rd))
COMPARE_APART(d, f64, REG_d(s->rd))

#define COMPARE_FLUSHING(p, t)                                                                               \
    APART static const struct step *flushing_compare_##p(struct cpu *c, const struct step *s, t m)           \
    {                                                                                                        \
        uint32_t nzcv;                                                                                       \
        if (!t##_compare_fast(REG_##p(s->rd), m, vfp_flushes(c), &nzcv)) return slow_compare_##p(c, s, m);   \
        vfp_set_nzcv(c, nzcv);                                                                               \
        NEXT;                                                                                                \
    }

COMPARE_FLUSHING(s, f32)
COMPARE_FLUSHING(d, f64)

#define COMPARE_HANDLER(name, p, t, m)                                                                       \
    STEP(name)                                                                                               \
    {                                                                                                        \
        uint32_t nzcv;                                                                                       \
        if (!vfp_is_usual(c) || !t##_compare_fast(REG_##p(s->rd), m, false, &nzcv))                          \
            return flushing_compare_##p(c, s, m);                                                            \
        vfp_set_nzcv(c, nzcv);                                                                               \
        NEXT;                                                                                                \
    }

// vcmp{e}.f16 Sd, Sm
STEP(vcmp_h)
{
    return slow_compare_h(c, s, vfp_h_get(c, s->rm));
}

// vcmp{e}.f16 Sd, #0.0
STEP(vcmp_zero_h)
{
    return slow_compare_h(c, s, 0);
}

// vcmp{e}.f32 Sd, Sm
COMPARE_HANDLER(vcmp_s, s, f32, REG_s(s->rm))
// vcmp{e}.f64 Dd, Dm
COMPARE_HANDLER(vcmp_d, d, f64, REG_d(s->rm))
// vcmp{e}.f32 Sd, #0.0
COMPARE_HANDLER(vcmp_zero_s, s, f32, 0)
// vcmp{e}.f64 Dd, #0.0
COMPARE_HANDLER(vcmp_zero_d, d, f64, 0)

// The condition of a VSEL: EQ, VS, GE, GT.
static bool selects(const struct cpu *c, unsigned cc)
{
    const bool ge = !((c->nf ^ c->vf) >> 31);
    switch (cc) {
    case 0: return c->zf == 0;
    case 1: return c->vf >> 31;
    case 2: return ge;
    default: return ge && c->zf != 0;
    }
}

// vsel<cc>.f16 Sd, Sn, Sm
STEP(vsel_h)
{
    *vfp_s(c, s->rd) = vfp_h_get(c, selects(c, s->x) ? s->rn : s->rm);
    NEXT;
}

// vsel<cc>.f32 Sd, Sn, Sm
STEP(vsel_s)
{
    *vfp_s(c, s->rd) = *vfp_s(c, selects(c, s->x) ? s->rn : s->rm);
    NEXT;
}

// vsel<cc>.f64 Dd, Dn, Dm
STEP(vsel_d)
{
    c->d[s->rd] = c->d[selects(c, s->x) ? s->rn : s->rm];
    NEXT;
}

step_fn *vfp_select_arith(const struct insn *in)
{
#define FORMS(OP, op)                                                                                        \
    case OP_##OP##_H: return op##_h;                                                                         \
    case OP_##OP##_S: return op##_s;                                                                         \
    case OP_##OP##_D: return op##_d;
    switch ((enum op)in->op) {
        FORMS(VADD, vadd)
        FORMS(VSUB, vsub)
        FORMS(VMUL, vmul)
        FORMS(VDIV, vdiv)
        FORMS(VNMUL, vnmul)
        FORMS(VMLA, vmla)
        FORMS(VMLS, vmls)
        FORMS(VNMLA, vnmla)
        FORMS(VNMLS, vnmls)
        FORMS(VFMA, vfma)
        FORMS(VFMS, vfms)
        FORMS(VFNMA, vfnma)
        FORMS(VFNMS, vfnms)
        FORMS(VSQRT, vsqrt)
        FORMS(VMAXNM, vmaxnm)
        FORMS(VMINNM, vminnm)
        FORMS(VABS, vabs)
        FORMS(VNEG, vneg)
        FORMS(VCMP, vcmp)
        FORMS(VCMP_ZERO, vcmp_zero)
        FORMS(VSEL, vsel)
    case OP_VMOV_S: return vmov_s;
    case OP_VMOV_D: return vmov_d;
    case OP_VMOV_IMM_H:
    case OP_VMOV_IMM_S: return vmov_imm_s;
    case OP_VMOV_IMM_D: return vmov_imm_d;
    default: return NULL;
    }
#undef FORMS
}
