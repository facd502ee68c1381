// Advanced SIMD: three registers of the same length, integers (A7.4.1).
#include "interp/neon.h"

// Logic: the same for all element types.
// vand Vd, Vn, Vm
NEON_HANDLERS(vand, u64x2, n &m)
// vbic Vd, Vn, Vm
NEON_HANDLERS(vbic, u64x2, n & ~m)
// vorr Vd, Vn, Vm
NEON_HANDLERS(vorr, u64x2, n | m)
// vorn Vd, Vn, Vm
NEON_HANDLERS(vorn, u64x2, n | ~m)
// veor Vd, Vn, Vm
NEON_HANDLERS(veor, u64x2, n ^ m)
// vbsl Vd, Vn, Vm
NEON_HANDLERS(vbsl, u64x2, m ^ ((m ^ n) & d))
// vbit Vd, Vn, Vm
NEON_HANDLERS(vbit, u64x2, d ^ ((d ^ n) & m))
// vbif Vd, Vn, Vm
NEON_HANDLERS(vbif, u64x2, n ^ ((n ^ d) & m))

// vadd.iN Vd, Vn, Vm
#define VADD(T, U, S, B) n + m
NEON_EACH_U64(NEON_HANDLERS, vadd, VADD)
// vsub.iN Vd, Vn, Vm
#define VSUB(T, U, S, B) n - m
NEON_EACH_U64(NEON_HANDLERS, vsub, VSUB)
// vmul.iN Vd, Vn, Vm
#define VMUL(T, U, S, B) n *m
NEON_EACH_U(NEON_HANDLERS, vmul, VMUL)
// vmla.iN Vd, Vn, Vm
#define VMLA(T, U, S, B) d + n *m
NEON_EACH_U(NEON_HANDLERS, vmla, VMLA)
// vmls.iN Vd, Vn, Vm
#define VMLS(T, U, S, B) d - n *m
NEON_EACH_U(NEON_HANDLERS, vmls, VMLS)

// vceq.iN Vd, Vn, Vm
#define VCEQ(T, U, S, B) n == m
NEON_EACH_U(NEON_HANDLERS, vceq, VCEQ)
// vtst.N Vd, Vn, Vm
#define VTST(T, U, S, B) (n & m) != 0
NEON_EACH_U(NEON_HANDLERS, vtst, VTST)
// vcgt.TN Vd, Vn, Vm
#define VCGT(T, U, S, B) n > m
NEON_EACH_SU(NEON_HANDLERS, vcgt, VCGT)
// vcge.TN Vd, Vn, Vm
#define VCGE(T, U, S, B) n >= m
NEON_EACH_SU(NEON_HANDLERS, vcge, VCGE)

// a where the mask is set, b elsewhere
#define SELECT(U, mask, a, b) ((U)(b) ^ (((U)(a) ^ (U)(b)) & (U)(mask)))
// vmax.TN Vd, Vn, Vm
#define VMAX(T, U, S, B) SELECT(U, n > m, n, m)
NEON_EACH_SU(NEON_HANDLERS, vmax, VMAX)
// vmin.TN Vd, Vn, Vm
#define VMIN(T, U, S, B) SELECT(U, n > m, m, n)
NEON_EACH_SU(NEON_HANDLERS, vmin, VMIN)

// The difference, negated where n < m
#define ABS_DIFF(U) ((((U)n - (U)m) ^ (U)(n < m)) - (U)(n < m))
// vabd.TN Vd, Vn, Vm
#define VABD(T, U, S, B) ABS_DIFF(U)
NEON_EACH_SU(NEON_HANDLERS, vabd, VABD)
// vaba.TN Vd, Vn, Vm
#define VABA(T, U, S, B) (U) d + ABS_DIFF(U)
NEON_EACH_SU(NEON_HANDLERS, vaba, VABA)

// Halving without the bit more that sum and difference need:
// n + m = 2 (n & m) + (n ^ m) = 2 (n | m) - (n ^ m), n - m = (n ^ m) - 2 (~n & m)
// vhadd.TN Vd, Vn, Vm
#define VHADD(T, U, S, B) (n & m) + ((n ^ m) >> 1)
NEON_EACH_SU(NEON_HANDLERS, vhadd, VHADD)
// vrhadd.TN Vd, Vn, Vm
#define VRHADD(T, U, S, B) (n | m) - ((n ^ m) >> 1)
NEON_EACH_SU(NEON_HANDLERS, vrhadd, VRHADD)
// vhsub.TN Vd, Vn, Vm
#define VHSUB(T, U, S, B) ((n ^ m) >> 1) - (~n & m)
NEON_EACH_SU(NEON_HANDLERS, vhsub, VHSUB)

// Saturation: unsigned sums wrap to something smaller; signed ones have overflowed if the sign is neither
// operand's.
#define UNSIGNED_QADD(T, U, S, B) (r = n + m, saturated = (U)(r < n), r |= saturated)
#define UNSIGNED_QSUB(T, U, S, B) (r = n - m, saturated = (U)(n < m), r &= ~saturated)
#define LIMIT(U, S, B)            ((U)((S)n >> (B - 1)) ^ (~(U){} >> 1)) // the one on n's side
#define SIGNED_QADD(T, U, S, B)                                                                              \
    (r = (T)((U)n + (U)m), saturated = ((n ^ r) & (m ^ r)) < 0,                                              \
     r = (T)SELECT(U, saturated, LIMIT(U, S, B), r))
#define SIGNED_QSUB(T, U, S, B)                                                                              \
    (r = (T)((U)n - (U)m), saturated = ((n ^ m) & (n ^ r)) < 0,                                              \
     r = (T)SELECT(U, saturated, LIMIT(U, S, B), r))
// vqadd.TN Vd, Vn, Vm
NEON_EACH_U64(NEON_SAT_HANDLERS, vqadd, UNSIGNED_QADD)
NEON_EACH_S64(NEON_SAT_HANDLERS, vqadd, SIGNED_QADD)
// vqsub.TN Vd, Vn, Vm
NEON_EACH_U64(NEON_SAT_HANDLERS, vqsub, UNSIGNED_QSUB)
NEON_EACH_S64(NEON_SAT_HANDLERS, vqsub, SIGNED_QSUB)

// Pairs: the elements of n followed by those of m, taken two and two.
#define PAIR_HANDLER(name, E, V, expr)                                                                       \
    STEP(name)                                                                                               \
    {                                                                                                        \
        const E *n = NEON_LANES(E, s->rn), *m = NEON_LANES(E, s->rm);                                        \
        V r = {0};                                                                                           \
        for (unsigned i = 0; i < 4 / sizeof(E); i++) {                                                       \
            E a = n[2 * i], b = n[2 * i + 1];                                                                \
            r[i] = (E)(expr);                                                                                \
            a = m[2 * i], b = m[2 * i + 1];                                                                  \
            r[i + 4 / sizeof(E)] = (E)(expr);                                                                \
        }                                                                                                    \
        c->d[s->rd] = ((u64x2)r)[0];                                                                         \
        NEXT;                                                                                                \
    }
#define PAIR_HANDLERS_U(name, expr)                                                                          \
    PAIR_HANDLER(name##_u8, uint8_t, u8x16, expr)                                                            \
    PAIR_HANDLER(name##_u16, uint16_t, u16x8, expr)                                                          \
    PAIR_HANDLER(name##_u32, uint32_t, u32x4, expr)
#define PAIR_HANDLERS_S(name, expr)                                                                          \
    PAIR_HANDLER(name##_s8, int8_t, s8x16, expr)                                                             \
    PAIR_HANDLER(name##_s16, int16_t, s16x8, expr)                                                           \
    PAIR_HANDLER(name##_s32, int32_t, s32x4, expr)
// vpadd.iN Dd, Dn, Dm
PAIR_HANDLERS_U(vpadd, a + b)
// vpmax.TN Dd, Dn, Dm
PAIR_HANDLERS_U(vpmax, a > b ? a : b)
PAIR_HANDLERS_S(vpmax, a > b ? a : b)
// vpmin.TN Dd, Dn, Dm
PAIR_HANDLERS_U(vpmin, a < b ? a : b)
PAIR_HANDLERS_S(vpmin, a < b ? a : b)

static step_fn *select_logic(const struct insn *in)
{
    const bool q = neon_quad(in);
    switch ((enum op)in->op) {
    case OP_VAND: return q ? vand_q : vand_d;
    case OP_VBIC: return q ? vbic_q : vbic_d;
    case OP_VORR: return q ? vorr_q : vorr_d;
    case OP_VORN: return q ? vorn_q : vorn_d;
    case OP_VEOR: return q ? veor_q : veor_d;
    case OP_VBSL: return q ? vbsl_q : vbsl_d;
    case OP_VBIT: return q ? vbit_q : vbit_d;
    case OP_VBIF: return q ? vbif_q : vbif_d;
    default: return NULL;
    }
}

static step_fn *select_pairs(const struct insn *in)
{
    static step_fn *const add[3] = {vpadd_u8, vpadd_u16, vpadd_u32};
    static step_fn *const max[3][2] = {{vpmax_s8, vpmax_u8}, {vpmax_s16, vpmax_u16}, {vpmax_s32, vpmax_u32}};
    static step_fn *const min[3][2] = {{vpmin_s8, vpmin_u8}, {vpmin_s16, vpmin_u16}, {vpmin_s32, vpmin_u32}};
    switch ((enum op)in->op) {
    case OP_VPADD_I: return add[in->size];
    case OP_VPMAX_I: return max[in->size][neon_unsigned(in)];
    case OP_VPMIN_I: return min[in->size][neon_unsigned(in)];
    default: return NULL;
    }
}

step_fn *neon_select_int(const struct insn *in)
{
    static neon_by_size add = NEON_SIZES_U64(vadd), sub = NEON_SIZES_U64(vsub), mul = NEON_SIZES_U(vmul),
                        mla = NEON_SIZES_U(vmla), mls = NEON_SIZES_U(vmls), ceq = NEON_SIZES_U(vceq),
                        tst = NEON_SIZES_U(vtst);
    static neon_by_type cgt = NEON_TYPES(vcgt), cge = NEON_TYPES(vcge), max = NEON_TYPES(vmax),
                        min = NEON_TYPES(vmin), abd = NEON_TYPES(vabd), aba = NEON_TYPES(vaba),
                        hadd = NEON_TYPES(vhadd), rhadd = NEON_TYPES(vrhadd), hsub = NEON_TYPES(vhsub),
                        qadd = NEON_TYPES64(vqadd), qsub = NEON_TYPES64(vqsub);
    switch ((enum op)in->op) {
    case OP_VADD_I: return neon_pick_size(add, in);
    case OP_VSUB_I: return neon_pick_size(sub, in);
    case OP_VMUL_I: return neon_pick_size(mul, in);
    case OP_VMLA_I: return neon_pick_size(mla, in);
    case OP_VMLS_I: return neon_pick_size(mls, in);
    case OP_VCEQ_I: return neon_pick_size(ceq, in);
    case OP_VTST: return neon_pick_size(tst, in);
    case OP_VCGT_I: return neon_pick_type(cgt, in);
    case OP_VCGE_I: return neon_pick_type(cge, in);
    case OP_VMAX_I: return neon_pick_type(max, in);
    case OP_VMIN_I: return neon_pick_type(min, in);
    case OP_VABD_I: return neon_pick_type(abd, in);
    case OP_VABA: return neon_pick_type(aba, in);
    case OP_VHADD: return neon_pick_type(hadd, in);
    case OP_VRHADD: return neon_pick_type(rhadd, in);
    case OP_VHSUB: return neon_pick_type(hsub, in);
    case OP_VQADD: return neon_pick_type(qadd, in);
    case OP_VQSUB: return neon_pick_type(qsub, in);
    default: break;
    }
    step_fn *fn = select_logic(in);
    return fn ? fn : select_pairs(in);
}
