// Data processing (A5.2.1 – A5.2.3 and their Thumb forms): one inline function says what an operation does,
// and is specialised for every operation, kind of second operand, and with and without flags.
#include <assert.h>
#include <stdint.h>

#include "interp/interp.h"

enum dp_op {
    DP_AND,
    DP_EOR,
    DP_SUB,
    DP_RSB,
    DP_ADD,
    DP_ADC,
    DP_SBC,
    DP_RSC,
    DP_TST,
    DP_TEQ,
    DP_CMP,
    DP_CMN,
    DP_ORR,
    DP_MOV,
    DP_BIC,
    DP_MVN,
    DP_ORN,
};

enum operand {
    OPERAND_IMM,
    OPERAND_REG, // unshifted
    OPERAND_LSL, // by a constant
    OPERAND_LSR,
    OPERAND_ASR,
    OPERAND_ROR,   // and RRX
    OPERAND_SHIFT, // by a register, any type
};

#define INLINE static inline __attribute__((always_inline))

struct shifted {
    uint32_t value, carry;
};

// Shift_C (A8.4.3) by a register's low byte: 0…255.
static struct shifted shift_by_register(uint32_t v, uint32_t n, uint8_t type, uint32_t carry)
{
    if (n == 0) return (struct shifted){v, carry};
    switch ((enum shift)type) {
    case SHIFT_LSL:
        return n < 32    ? (struct shifted){v << n, v >> (32 - n) & 1}
               : n == 32 ? (struct shifted){0, v & 1}
                         : (struct shifted){0, 0};
    case SHIFT_LSR:
        return n < 32    ? (struct shifted){v >> n, v >> (n - 1) & 1}
               : n == 32 ? (struct shifted){0, v >> 31}
                         : (struct shifted){0, 0};
    case SHIFT_ASR:
        if (n < 32) return (struct shifted){(uint32_t)((int32_t)v >> n), v >> (n - 1) & 1};
        return (struct shifted){(uint32_t)((int32_t)v >> 31), v >> 31};
    case SHIFT_ROR:
    case SHIFT_RRX:
        n &= 31;
        v = n ? v >> n | v << (32 - n) : v;
        return (struct shifted){v, v >> 31};
    }
    return (struct shifted){v, carry};
}

// The second operand; its carry is only made where somebody asks for it.
INLINE struct shifted operand2(const struct cpu *c, const struct step *s, enum operand kind)
{
    const uint32_t n = s->shift_n;
    switch (kind) {
    case OPERAND_IMM: return (struct shifted){s->imm, s->flags & INSN_CARRY ? s->imm >> 31 : c->cf};
    case OPERAND_REG: return (struct shifted){c->r[s->rm], c->cf};
    case OPERAND_LSL: return (struct shifted){c->r[s->rm] << n, c->r[s->rm] >> (32 - n) & 1};
    case OPERAND_LSR: {
        const uint64_t v = c->r[s->rm];
        return (struct shifted){(uint32_t)(v >> n), (uint32_t)(v >> (n - 1)) & 1};
    }
    case OPERAND_ASR: {
        const int64_t v = (int32_t)c->r[s->rm];
        return (struct shifted){(uint32_t)(v >> n), (uint32_t)(v >> (n - 1)) & 1};
    }
    case OPERAND_ROR: {
        const uint32_t v = c->r[s->rm];
        if (s->shift_type == SHIFT_RRX) return (struct shifted){c->cf << 31 | v >> 1, v & 1};
        const uint32_t r = v >> n | v << (32 - n);
        return (struct shifted){r, r >> 31};
    }
    case OPERAND_SHIFT: return shift_by_register(c->r[s->rm], c->r[s->ra] & 0xff, s->shift_type, c->cf);
    }
    return (struct shifted){0, 0};
}

INLINE void set_nz(struct cpu *c, uint32_t r)
{
    c->nf = c->zf = r;
}

// AddWithCarry (A2.2.1).
INLINE uint32_t add_carry(struct cpu *c, uint32_t a, uint32_t b, uint32_t carry, bool flags)
{
    const uint64_t sum = (uint64_t)a + b + carry;
    const uint32_t r = (uint32_t)sum;
    if (flags) {
        set_nz(c, r);
        c->cf = (uint32_t)(sum >> 32);
        c->vf = (a ^ r) & (b ^ r);
    }
    return r;
}

INLINE uint32_t subtract(struct cpu *c, uint32_t a, uint32_t b, bool flags)
{
    const uint32_t r = a - b;
    if (flags) {
        set_nz(c, r);
        c->cf = a >= b;
        c->vf = (a ^ b) & (a ^ r);
    }
    return r;
}

INLINE uint32_t logic(struct cpu *c, uint32_t r, uint32_t carry, bool flags)
{
    if (flags) {
        set_nz(c, r);
        c->cf = carry;
    }
    return r;
}

INLINE void data_processing(struct cpu *c, const struct step *s, enum dp_op op, enum operand kind, bool f)
{
    const struct shifted m = operand2(c, s, kind);
    const uint32_t n = op == DP_MOV || op == DP_MVN ? 0 : c->r[s->rn];
    uint32_t r;
    switch (op) {
    case DP_AND: r = logic(c, n & m.value, m.carry, f); break;
    case DP_EOR: r = logic(c, n ^ m.value, m.carry, f); break;
    case DP_SUB: r = subtract(c, n, m.value, f); break;
    case DP_RSB: r = subtract(c, m.value, n, f); break;
    case DP_ADD: r = add_carry(c, n, m.value, 0, f); break;
    case DP_ADC: r = add_carry(c, n, m.value, c->cf, f); break;
    case DP_SBC: r = add_carry(c, n, ~m.value, c->cf, f); break;
    case DP_RSC: r = add_carry(c, ~n, m.value, c->cf, f); break;
    case DP_TST: logic(c, n & m.value, m.carry, true); return;
    case DP_TEQ: logic(c, n ^ m.value, m.carry, true); return;
    case DP_CMP: subtract(c, n, m.value, true); return;
    case DP_CMN: add_carry(c, n, m.value, 0, true); return;
    case DP_ORR: r = logic(c, n | m.value, m.carry, f); break;
    case DP_MOV: r = logic(c, m.value, m.carry, f); break;
    case DP_BIC: r = logic(c, n & ~m.value, m.carry, f); break;
    case DP_MVN: r = logic(c, ~m.value, m.carry, f); break;
    case DP_ORN: r = logic(c, n | ~m.value, m.carry, f); break;
    }
    c->r[s->rd] = r;
}

// clang-format off
#define HANDLER(op, kind, f)                                                                  \
    STEP(op##_##kind##_##f)                                                                   \
    {                                                                                         \
        data_processing(c, s, DP_##op, OPERAND_##kind, f);                                    \
        NEXT;                                                                                 \
    }
#define HANDLERS(op)                                                                          \
    HANDLER(op, IMM, 0) HANDLER(op, REG, 0) HANDLER(op, LSL, 0) HANDLER(op, LSR, 0)           \
    HANDLER(op, ASR, 0) HANDLER(op, ROR, 0) HANDLER(op, SHIFT, 0)                             \
    HANDLER(op, IMM, 1) HANDLER(op, REG, 1) HANDLER(op, LSL, 1) HANDLER(op, LSR, 1)           \
    HANDLER(op, ASR, 1) HANDLER(op, ROR, 1) HANDLER(op, SHIFT, 1)
#define ROW(op)                                                                               \
    [DP_##op] = {{op##_IMM_0, op##_REG_0, op##_LSL_0, op##_LSR_0, op##_ASR_0, op##_ROR_0, op##_SHIFT_0}, \
                 {op##_IMM_1, op##_REG_1, op##_LSL_1, op##_LSR_1, op##_ASR_1, op##_ROR_1, op##_SHIFT_1}},

// <op>{s} Rd, Rn, <operand>
HANDLERS(AND)
HANDLERS(EOR)
HANDLERS(SUB)
HANDLERS(RSB)
HANDLERS(ADD)
HANDLERS(ADC)
HANDLERS(SBC)
HANDLERS(RSC)
HANDLERS(TST)
HANDLERS(TEQ)
HANDLERS(CMP)
HANDLERS(CMN)
HANDLERS(ORR)
HANDLERS(MOV)
HANDLERS(BIC)
HANDLERS(MVN)
HANDLERS(ORN)

static step_fn *const handlers[][2][7] = {
    ROW(AND) ROW(EOR) ROW(SUB) ROW(RSB) ROW(ADD) ROW(ADC) ROW(SBC) ROW(RSC)
    ROW(TST) ROW(TEQ) ROW(CMP) ROW(CMN) ROW(ORR) ROW(MOV) ROW(BIC) ROW(MVN) ROW(ORN)
};
// clang-format on

// movw Rd, #imm16; adr Rd, label
STEP(movw)
{
    c->r[s->rd] = s->imm;
    NEXT;
}

// movt Rd, #imm16
STEP(movt)
{
    c->r[s->rd] = (c->r[s->rd] & 0xffff) | s->imm << 16;
    NEXT;
}

static enum operand register_operand(const struct insn *in)
{
    if (in->shift_n == 0) return OPERAND_REG;
    switch ((enum shift)in->shift_type) {
    case SHIFT_LSL: return OPERAND_LSL;
    case SHIFT_LSR: return OPERAND_LSR;
    case SHIFT_ASR: return OPERAND_ASR;
    case SHIFT_ROR:
    case SHIFT_RRX: return OPERAND_ROR;
    }
    return OPERAND_REG;
}

static_assert(OP_AND_REG == OP_AND_IMM + 1 && OP_AND_RSR == OP_AND_IMM + 2 &&
                  OP_CMP_REG == OP_AND_REG + 3 * DP_CMP && OP_MVN_RSR == OP_AND_RSR + 3 * DP_MVN,
              "operations in the order of their encodings, three forms each");

step_fn *interp_select_dp(const struct insn *in)
{
    const unsigned n = in->op - OP_AND_IMM;
    const bool flags = in->flags & INSN_S;
    if (n <= OP_MVN_RSR - OP_AND_IMM) switch (n % 3) {
        case 0: return handlers[n / 3][flags][OPERAND_IMM];
        case 1: return handlers[n / 3][flags][register_operand(in)];
        default: return handlers[n / 3][flags][OPERAND_SHIFT];
        }
    switch ((enum op)in->op) {
    case OP_ORN_IMM: return handlers[DP_ORN][flags][OPERAND_IMM];
    case OP_ORN_REG: return handlers[DP_ORN][flags][register_operand(in)];
    case OP_MOVW:
    case OP_ADR: return movw;
    case OP_MOVT: return movt;
    default: return NULL;
    }
}
