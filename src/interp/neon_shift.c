// Advanced SIMD: shifts of elements, by an immediate (A7.4.4) and by a register.
#include "interp/neon.h"

// A shift to the right by 1 to all bits of the element, in two steps, for C does not know the latter.
#define SHR(T) (T)((m >> (s->imm - 1)) >> 1)
// … rounded: the last bit shifted out is added.
#define RSHR(T) (T)(((m >> (s->imm - 1)) >> 1) + ((m >> (s->imm - 1)) & 1))

// vshr.TN Vd, Vm, #imm
#define VSHR(T, U, S, B) SHR(T)
NEON_EACH_SU64(NEON_HANDLERS, vshr, VSHR)
// vsra.TN Vd, Vm, #imm
#define VSRA(T, U, S, B) (U) d + (U)SHR(T)
NEON_EACH_SU64(NEON_HANDLERS, vsra, VSRA)
// vrshr.TN Vd, Vm, #imm
#define VRSHR(T, U, S, B) RSHR(T)
NEON_EACH_SU64(NEON_HANDLERS, vrshr, VRSHR)
// vrsra.TN Vd, Vm, #imm
#define VRSRA(T, U, S, B) (U) d + (U)RSHR(T)
NEON_EACH_SU64(NEON_HANDLERS, vrsra, VRSRA)

// vshl.iN Vd, Vm, #imm
#define VSHL(T, U, S, B) m << s->imm
NEON_EACH_U64(NEON_HANDLERS, vshl, VSHL)
// vsli.N Vd, Vm, #imm: the bits below stay
#define VSLI(T, U, S, B) d ^ ((d ^ (m << s->imm)) & (~(U){} << s->imm))
NEON_EACH_U64(NEON_HANDLERS, vsli, VSLI)
// vsri.N Vd, Vm, #imm: the bits above stay
#define VSRI(T, U, S, B) d ^ ((d ^ SHR(U)) & ((~(U){} >> (s->imm - 1)) >> 1))
NEON_EACH_U64(NEON_HANDLERS, vsri, VSRI)

// Shifts of one element by a signed amount, the lowest byte of the other operand's element: positive ones to
// the left. The result may have more bits than the element.
static inline uint64_t shift_unsigned(uint64_t v, int amount, unsigned bits, bool round)
{
    if (amount >= (int)bits) return 0;
    if (amount >= 0) return v << amount;
    if (amount < -(int)bits || (!round && amount == -(int)bits)) return 0;
    const uint64_t t = v >> (-amount - 1);
    return (t >> 1) + (round ? t & 1 : 0);
}

static inline int64_t shift_signed(int64_t v, int amount, unsigned bits, bool round)
{
    if (amount >= (int)bits) return 0;
    if (amount >= 0) return (int64_t)((uint64_t)v << amount);
    if (amount <= -(int)bits) return round ? 0 : v >> 63;
    const int64_t t = v >> (-amount - 1);
    return (t >> 1) + (round ? t & 1 : 0);
}

// … saturated: *sat becomes true if the result does not fit.
static inline uint64_t qshift_unsigned(uint64_t v, int amount, unsigned bits, bool round, bool *sat)
{
    if (amount <= 0) return shift_unsigned(v, amount, bits, round);
    if (v == 0) return 0;
    if (amount < (int)bits && v << amount >> amount == v && (bits == 64 || v << amount >> bits == 0))
        return v << amount;
    *sat = true;
    return ~0ull >> (64 - bits);
}

static inline int64_t limit_signed(bool negative, unsigned bits)
{
    const int64_t max = (int64_t)(~0ull >> (65 - bits));
    return negative ? ~max : max;
}

static inline int64_t qshift_signed(int64_t v, int amount, unsigned bits, bool round, bool *sat)
{
    if (amount <= 0) return shift_signed(v, amount, bits, round);
    if (v == 0) return 0;
    if (amount < (int)bits) {
        const unsigned up = 64 - bits + (unsigned)amount; // so that the element's sign would be bit 63
        if ((int64_t)((uint64_t)v << up) >> up == v) return (int64_t)((uint64_t)v << amount);
    }
    *sat = true;
    return limit_signed(v < 0, bits);
}

// VQSHLU: a signed number becomes an unsigned one.
static inline uint64_t qshift_to_unsigned(int64_t v, int amount, unsigned bits, bool *sat)
{
    if (v >= 0) return qshift_unsigned((uint64_t)v, amount, bits, false, sat);
    *sat = true;
    return 0;
}

// One element after the other. The expression sees the element v, the amount by register and the step.
#define LANE_HANDLER(name, E, B, width, words, expr)                                                         \
    STEP(name##_##width)                                                                                     \
    {                                                                                                        \
        E *d = NEON_LANES(E, s->rd), *m = NEON_LANES(E, s->rm);                                              \
        const E *n = NEON_LANES(E, s->rn);                                                                   \
        bool sat = false;                                                                                    \
        for (unsigned i = 0; i < (words)*8 / sizeof(E); i++) {                                               \
            const E v = m[i];                                                                                \
            const int amount = (int8_t)n[i];                                                                 \
            (void)amount;                                                                                    \
            d[i] = (E)(expr);                                                                                \
        }                                                                                                    \
        if (sat) c->fpscr |= FPSCR_QC;                                                                       \
        NEXT;                                                                                                \
    }
#define LANE_HANDLERS(name, E, B, expr)                                                                      \
    LANE_HANDLER(name, E, B, d, 1, expr)                                                                     \
    LANE_HANDLER(name, E, B, q, 2, expr)
#define LANE_EACH_U(name, EXPR)                                                                              \
    LANE_HANDLERS(name##_u8, uint8_t, 8, EXPR(8))                                                            \
    LANE_HANDLERS(name##_u16, uint16_t, 16, EXPR(16))                                                        \
    LANE_HANDLERS(name##_u32, uint32_t, 32, EXPR(32))                                                        \
    LANE_HANDLERS(name##_u64, uint64_t, 64, EXPR(64))
#define LANE_EACH_S(name, EXPR)                                                                              \
    LANE_HANDLERS(name##_s8, int8_t, 8, EXPR(8))                                                             \
    LANE_HANDLERS(name##_s16, int16_t, 16, EXPR(16))                                                         \
    LANE_HANDLERS(name##_s32, int32_t, 32, EXPR(32))                                                         \
    LANE_HANDLERS(name##_s64, int64_t, 64, EXPR(64))

// vshl.TN Vd, Vm, Vn
#define VSHL_REG_U(B) shift_unsigned(v, amount, B, false)
#define VSHL_REG_S(B) shift_signed(v, amount, B, false)
LANE_EACH_U(vshl_reg, VSHL_REG_U)
LANE_EACH_S(vshl_reg, VSHL_REG_S)
// vrshl.TN Vd, Vm, Vn
#define VRSHL_U(B) shift_unsigned(v, amount, B, true)
#define VRSHL_S(B) shift_signed(v, amount, B, true)
LANE_EACH_U(vrshl, VRSHL_U)
LANE_EACH_S(vrshl, VRSHL_S)
// vqshl.TN Vd, Vm, Vn
#define VQSHL_REG_U(B) qshift_unsigned(v, amount, B, false, &sat)
#define VQSHL_REG_S(B) qshift_signed(v, amount, B, false, &sat)
LANE_EACH_U(vqshl_reg, VQSHL_REG_U)
LANE_EACH_S(vqshl_reg, VQSHL_REG_S)
// vqrshl.TN Vd, Vm, Vn
#define VQRSHL_U(B) qshift_unsigned(v, amount, B, true, &sat)
#define VQRSHL_S(B) qshift_signed(v, amount, B, true, &sat)
LANE_EACH_U(vqrshl, VQRSHL_U)
LANE_EACH_S(vqrshl, VQRSHL_S)
// vqshl.TN Vd, Vm, #imm
#define VQSHL_U(B) qshift_unsigned(v, (int)s->imm, B, false, &sat)
#define VQSHL_S(B) qshift_signed(v, (int)s->imm, B, false, &sat)
LANE_EACH_U(vqshl, VQSHL_U)
LANE_EACH_S(vqshl, VQSHL_S)
// vqshlu.sN Vd, Vm, #imm
#define VQSHLU(B) qshift_to_unsigned(v, (int)s->imm, B, &sat)
LANE_EACH_S(vqshlu, VQSHLU)

step_fn *neon_select_shift(const struct insn *in)
{
    static neon_by_type shr = NEON_TYPES64(vshr), sra = NEON_TYPES64(vsra), rshr = NEON_TYPES64(vrshr),
                        rsra = NEON_TYPES64(vrsra), shl_reg = NEON_TYPES64(vshl_reg),
                        rshl = NEON_TYPES64(vrshl), qshl_reg = NEON_TYPES64(vqshl_reg),
                        qrshl = NEON_TYPES64(vqrshl), qshl = NEON_TYPES64(vqshl);
    static neon_by_size shl = NEON_SIZES_U64(vshl), sli = NEON_SIZES_U64(vsli), sri = NEON_SIZES_U64(vsri),
                        qshlu = NEON_SIZES_S64(vqshlu);
    switch ((enum op)in->op) {
    case OP_VSHR: return neon_pick_type(shr, in);
    case OP_VSRA: return neon_pick_type(sra, in);
    case OP_VRSHR: return neon_pick_type(rshr, in);
    case OP_VRSRA: return neon_pick_type(rsra, in);
    case OP_VSHL_REG: return neon_pick_type(shl_reg, in);
    case OP_VRSHL: return neon_pick_type(rshl, in);
    case OP_VQSHL_REG: return neon_pick_type(qshl_reg, in);
    case OP_VQRSHL: return neon_pick_type(qrshl, in);
    case OP_VQSHL_IMM: return neon_pick_type(qshl, in);
    case OP_VSHL_IMM: return neon_pick_size(shl, in);
    case OP_VSLI: return neon_pick_size(sli, in);
    case OP_VSRI: return neon_pick_size(sri, in);
    case OP_VQSHLU: return neon_pick_size(qshlu, in);
    default: return NULL;
    }
}
