// Advanced SIMD: two registers (A7.4.5), immediates, permutations, table look-up.
#include "interp/neon.h"

// vmov.iN Vd, #imm; vmvn.iN Vd, #imm
#define IMM ((uint64_t)s->imm << 32 | s->imm)
NEON_HANDLERS(vmov_imm, u64x2, (u64x2){} + IMM)
// vorr.iN Vd, #imm
NEON_HANDLERS(vorr_imm, u64x2, d | IMM)
// vbic.iN Vd, #imm
NEON_HANDLERS(vbic_imm, u64x2, d & ~IMM)

// Bit i of an 8-bit number in all bits of byte i.
static inline uint64_t bytes_of_bits(uint32_t imm8)
{
    const uint64_t each = (imm8 * 0x0101010101010101u) & 0x8040201008040201u; // bit i of byte i
    return ((((each + 0x7f7f7f7f7f7f7f7fu) | each) & 0x8080808080808080u) >> 7) * 0xff;
}
// vmov.i64 Vd, #imm
NEON_HANDLERS(vmov_imm64, u64x2, (u64x2){} + bytes_of_bits(s->imm))

// vmvn Vd, Vm
NEON_HANDLERS(vmvn, u64x2, ~m)

// Comparisons with zero
// vceq.iN Vd, Vm, #0
#define CEQ(T, U, S, B) m == 0
NEON_EACH_S(NEON_HANDLERS, vceq0, CEQ)
// vcgt.sN Vd, Vm, #0
#define CGT(T, U, S, B) m > 0
NEON_EACH_S(NEON_HANDLERS, vcgt0, CGT)
// vcge.sN Vd, Vm, #0
#define CGE(T, U, S, B) m >= 0
NEON_EACH_S(NEON_HANDLERS, vcge0, CGE)
// vcle.sN Vd, Vm, #0
#define CLE(T, U, S, B) m <= 0
NEON_EACH_S(NEON_HANDLERS, vcle0, CLE)
// vclt.sN Vd, Vm, #0
#define CLT(T, U, S, B) m < 0
NEON_EACH_S(NEON_HANDLERS, vclt0, CLT)

// vneg.sN Vd, Vm
#define NEG(T, U, S, B) (U){} - (U)m
NEON_EACH_S(NEON_HANDLERS, vneg, NEG)
// vabs.sN Vd, Vm
#define ABS_OF(U)       (((U)m ^ (U)(m < 0)) - (U)(m < 0))
#define ABS(T, U, S, B) ABS_OF(U)
NEON_EACH_S(NEON_HANDLERS, vabs, ABS)
// The smallest number has no negative: it becomes the largest, by inverting its bits once more.
#define SMALLEST(T, U, B) (T)((U)m == ~(~(U){} >> 1))
// vqneg.sN Vd, Vm
#define QNEG(T, U, S, B) (saturated = SMALLEST(T, U, B), r = (T)((U){} - (U)m) ^ saturated)
NEON_EACH_S(NEON_SAT_HANDLERS, vqneg, QNEG)
// vqabs.sN Vd, Vm
#define QABS(T, U, S, B) (saturated = SMALLEST(T, U, B), r = (T)ABS_OF(U) ^ saturated)
NEON_EACH_S(NEON_SAT_HANDLERS, vqabs, QABS)

// vcnt.8 Vd, Vm: sums of bits, of pairs, of nibbles
static inline u8x16 bit_counts(u8x16 m)
{
    m -= m >> 1 & 0x55;
    m = (m & 0x33) + (m >> 2 & 0x33);
    return (m + (m >> 4)) & 0x0f;
}
NEON_HANDLERS(vcnt, u8x16, bit_counts(m))

static inline unsigned leading_zeros(uint32_t v, unsigned bits)
{
    return v ? (unsigned)__builtin_clz(v) - (32 - bits) : bits;
}

// One element after the other: the expression sees the element v.
#define LANE_HANDLER(name, E, width, words, expr)                                                            \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        E *d = NEON_LANES(E, s->rd);                                                                         \
        const E *m = NEON_LANES(E, s->rm);                                                                   \
        for (unsigned i = 0; i < (words)*8 / sizeof(E); i++) {                                               \
            const E v = m[i];                                                                                \
            d[i] = (E)(expr);                                                                                \
        }                                                                                                    \
        NEXT;                                                                                                \
    }
#define LANE_HANDLERS(name, E, expr)                                                                         \
    LANE_HANDLER(name, E, d, 1, expr)                                                                        \
    LANE_HANDLER(name, E, q, 2, expr)
// vclz.iN Vd, Vm
LANE_HANDLERS(vclz_u8, uint8_t, leading_zeros(v, 8))
LANE_HANDLERS(vclz_u16, uint16_t, leading_zeros(v, 16))
LANE_HANDLERS(vclz_u32, uint32_t, leading_zeros(v, 32))
// vcls.sN Vd, Vm: bits below the sign that are equal to it
LANE_HANDLERS(vcls_u8, int8_t, __builtin_clrsb(v) - 24)
LANE_HANDLERS(vcls_u16, int16_t, __builtin_clrsb(v) - 16)
LANE_HANDLERS(vcls_u32, int32_t, __builtin_clrsb(v))

// Reversals of elements, one doubleword after the other: the expression sees it as v.
static inline uint64_t swap16(uint64_t v)
{
    return (v & 0x00ff00ff00ff00ffu) << 8 | (v >> 8 & 0x00ff00ff00ff00ffu);
}

static inline uint64_t swap_halfwords(uint64_t v)
{
    return (v & 0x0000ffff0000ffffu) << 16 | (v >> 16 & 0x0000ffff0000ffffu);
}

static inline uint64_t swap_words(uint64_t v)
{
    return v << 32 | v >> 32;
}
// vrev64.N Vd, Vm
LANE_HANDLERS(vrev64_u8, uint64_t, __builtin_bswap64(v))
LANE_HANDLERS(vrev64_u16, uint64_t, swap_words(swap_halfwords(v)))
LANE_HANDLERS(vrev64_u32, uint64_t, swap_words(v))
// vrev32.N Vd, Vm
LANE_HANDLERS(vrev32_u8, uint64_t, swap_words(__builtin_bswap64(v)))
LANE_HANDLERS(vrev32_u16, uint64_t, swap_halfwords(v))
// vrev16.8 Vd, Vm
LANE_HANDLERS(vrev16_u8, uint64_t, swap16(v))

// vswp Vd, Vm
#define SWAP_HANDLER(width, quad)                                                                            \
    STEP(vswp_##width)                                                                                       \
    {                                                                                                        \
        const u64x2 d = neon_get(c, s->rd, quad), m = neon_get(c, s->rm, quad);                              \
        neon_set(c, s->rd, quad, m);                                                                         \
        neon_set(c, s->rm, quad, d);                                                                         \
        NEXT;                                                                                                \
    }
SWAP_HANDLER(d, false)
SWAP_HANDLER(q, true)

// vtrn.N Vd, Vm: odd elements of Vd and even ones of Vm change places
#define TRN_HANDLER(name, E, width, words)                                                                   \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        E *d = NEON_LANES(E, s->rd), *m = NEON_LANES(E, s->rm);                                              \
        for (unsigned i = 0; i < (words)*8 / sizeof(E); i += 2) {                                            \
            const E t = d[i + 1];                                                                            \
            d[i + 1] = m[i];                                                                                 \
            m[i] = t;                                                                                        \
        }                                                                                                    \
        NEXT;                                                                                                \
    }
#define TRN_HANDLERS(name, E) TRN_HANDLER(name, E, d, 1) TRN_HANDLER(name, E, q, 2)
TRN_HANDLERS(vtrn_u8, uint8_t)
TRN_HANDLERS(vtrn_u16, uint16_t)
TRN_HANDLERS(vtrn_u32, uint32_t)

// vzip.N Vd, Vm: the elements of Vd and Vm by turns; vuzp.N Vd, Vm: even and odd ones apart.
// Written first are the results for Vd: if the registers are the same, those of Vm stay.
#define ZIP_HANDLERS(E, V, bits, width, words)                                                               \
    STEP(vzip_u##bits##_##width)                                                                             \
    {                                                                                                        \
        enum { N = (words)*8 / sizeof(E) };                                                                  \
        const V d = (V)neon_get(c, s->rd, (words) == 2), m = (V)neon_get(c, s->rm, (words) == 2);            \
        E *rd = NEON_LANES(E, s->rd), *rm = NEON_LANES(E, s->rm);                                            \
        for (unsigned i = 0; i < N / 2; i++)                                                                 \
            rd[2 * i] = d[i], rd[2 * i + 1] = m[i];                                                          \
        for (unsigned i = 0; i < N / 2; i++)                                                                 \
            rm[2 * i] = d[N / 2 + i], rm[2 * i + 1] = m[N / 2 + i];                                          \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(vuzp_u##bits##_##width)                                                                             \
    {                                                                                                        \
        enum { N = (words)*8 / sizeof(E) };                                                                  \
        const V d = (V)neon_get(c, s->rd, (words) == 2), m = (V)neon_get(c, s->rm, (words) == 2);            \
        E *rd = NEON_LANES(E, s->rd), *rm = NEON_LANES(E, s->rm);                                            \
        for (unsigned i = 0; i < N / 2; i++)                                                                 \
            rd[i] = d[2 * i], rd[N / 2 + i] = m[2 * i];                                                      \
        for (unsigned i = 0; i < N / 2; i++)                                                                 \
            rm[i] = d[2 * i + 1], rm[N / 2 + i] = m[2 * i + 1];                                              \
        NEXT;                                                                                                \
    }
ZIP_HANDLERS(uint8_t, u8x16, 8, d, 1)
ZIP_HANDLERS(uint8_t, u8x16, 8, q, 2)
ZIP_HANDLERS(uint16_t, u16x8, 16, d, 1)
ZIP_HANDLERS(uint16_t, u16x8, 16, q, 2)
ZIP_HANDLERS(uint32_t, u32x4, 32, q, 2)

// vdup.N Vd, Dm[x]
#define DUP_HANDLER(name, T, E, width, quad)                                                                 \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        neon_set(c, s->rd, quad, (u64x2)((T){} + NEON_LANES(E, s->rm)[s->x]));                               \
        NEXT;                                                                                                \
    }
#define DUP_HANDLERS(name, T, E) DUP_HANDLER(name, T, E, d, false) DUP_HANDLER(name, T, E, q, true)
DUP_HANDLERS(vdup_u8, u8x16, uint8_t)
DUP_HANDLERS(vdup_u16, u16x8, uint16_t)
DUP_HANDLERS(vdup_u32, u32x4, uint32_t)

// Eight bytes of low and high, from byte number `byte` (0…7) of low.
static inline uint64_t extract(uint64_t low, uint64_t high, unsigned byte)
{
    return byte ? low >> 8 * byte | high << (64 - 8 * byte) : low;
}

// vext.8 Dd, Dn, Dm, #imm
STEP(vext_d)
{
    c->d[s->rd] = extract(c->d[s->rn], c->d[s->rm], s->imm);
    NEXT;
}

// vext.8 Qd, Qn, Qm, #imm
STEP(vext_q)
{
    const uint64_t v[4] = {c->d[s->rn], c->d[s->rn + 1], c->d[s->rm], c->d[s->rm + 1]};
    const unsigned byte = s->imm & 7;
    const bool far = s->imm & 8;
    const uint64_t a = far ? v[1] : v[0], b = far ? v[2] : v[1], e = far ? v[3] : v[2];
    c->d[s->rd] = extract(a, b, byte);
    c->d[s->rd + 1] = extract(b, e, byte);
    NEXT;
}

// vtbl.8 Dd, {Dn…}, Dm: bytes of the table by index, 0 for indices beyond it
STEP(vtbl)
{
    const uint8_t *table = NEON_LANES(uint8_t, s->rn);
    const uint64_t index = c->d[s->rm];
    const unsigned n = 8u * s->x;
    uint64_t r = 0;
    for (unsigned i = 0; i < 64; i += 8) {
        const unsigned k = index >> i & 0xff;
        if (k < n) r |= (uint64_t)table[k] << i;
    }
    c->d[s->rd] = r;
    NEXT;
}

// vtbx.8 Dd, {Dn…}, Dm: likewise, but Dd's byte stays where the index is beyond the table
STEP(vtbx)
{
    const uint8_t *table = NEON_LANES(uint8_t, s->rn);
    const uint64_t index = c->d[s->rm];
    const unsigned n = 8u * s->x;
    uint64_t r = c->d[s->rd];
    for (unsigned i = 0; i < 64; i += 8) {
        const unsigned k = index >> i & 0xff;
        if (k < n) r = (r & ~(0xffull << i)) | (uint64_t)table[k] << i;
    }
    c->d[s->rd] = r;
    NEXT;
}

static step_fn *select_permutation(const struct insn *in)
{
    static neon_by_size rev64 = NEON_SIZES_U(vrev64), rev32 = {NEON_DQ(vrev32_u8), NEON_DQ(vrev32_u16)},
                        rev16 = {NEON_DQ(vrev16_u8)}, trn = NEON_SIZES_U(vtrn),
                        zip = {NEON_DQ(vzip_u8), NEON_DQ(vzip_u16), {NULL, vzip_u32_q}},
                        uzp = {NEON_DQ(vuzp_u8), NEON_DQ(vuzp_u16), {NULL, vuzp_u32_q}},
                        dup = NEON_SIZES_U(vdup);
    switch ((enum op)in->op) {
    case OP_VREV64: return neon_pick_size(rev64, in);
    case OP_VREV32: return neon_pick_size(rev32, in);
    case OP_VREV16: return neon_pick_size(rev16, in);
    case OP_VTRN: return neon_pick_size(trn, in);
    case OP_VZIP: return neon_pick_size(zip, in);
    case OP_VUZP: return neon_pick_size(uzp, in);
    case OP_VDUP_LANE: return neon_pick_size(dup, in);
    case OP_VSWP: return neon_quad(in) ? vswp_q : vswp_d;
    case OP_VEXT: return neon_quad(in) ? vext_q : vext_d;
    case OP_VTBL: return vtbl;
    case OP_VTBX: return vtbx;
    default: return NULL;
    }
}

step_fn *neon_select_misc(const struct insn *in)
{
    static neon_by_size ceq = NEON_SIZES_S(vceq0), cgt = NEON_SIZES_S(vcgt0), cge = NEON_SIZES_S(vcge0),
                        cle = NEON_SIZES_S(vcle0), clt = NEON_SIZES_S(vclt0), neg = NEON_SIZES_S(vneg),
                        abs = NEON_SIZES_S(vabs), qneg = NEON_SIZES_S(vqneg), qabs = NEON_SIZES_S(vqabs),
                        clz = NEON_SIZES_U(vclz), cls = NEON_SIZES_U(vcls);
    const bool q = neon_quad(in);
    switch ((enum op)in->op) {
    case OP_VMOV_IMM: return q ? vmov_imm_q : vmov_imm_d;
    case OP_VMOV_IMM64: return q ? vmov_imm64_q : vmov_imm64_d;
    case OP_VORR_IMM: return q ? vorr_imm_q : vorr_imm_d;
    case OP_VBIC_IMM: return q ? vbic_imm_q : vbic_imm_d;
    case OP_VMVN: return q ? vmvn_q : vmvn_d;
    case OP_VCNT: return q ? vcnt_q : vcnt_d;
    case OP_VCEQ_ZERO_I: return neon_pick_size(ceq, in);
    case OP_VCGT_ZERO_I: return neon_pick_size(cgt, in);
    case OP_VCGE_ZERO_I: return neon_pick_size(cge, in);
    case OP_VCLE_ZERO_I: return neon_pick_size(cle, in);
    case OP_VCLT_ZERO_I: return neon_pick_size(clt, in);
    case OP_VNEG_I: return neon_pick_size(neg, in);
    case OP_VABS_I: return neon_pick_size(abs, in);
    case OP_VQNEG: return neon_pick_size(qneg, in);
    case OP_VQABS: return neon_pick_size(qabs, in);
    case OP_VCLZ: return neon_pick_size(clz, in);
    case OP_VCLS: return neon_pick_size(cls, in);
    default: return select_permutation(in);
    }
}
