// Data processing (A5.2.1 – A5.2.3 and their Thumb forms).
#include "xlate/xlate.h"

enum kind { LOGICAL = 1, REVERSED = 2, COMPARES = 4, UNARY = 8, INVERTED = 16 };

struct operation {
    uint8_t ir, kind;
};

#define FORMS(name, ...)                                                                                     \
    case OP_##name##_IMM:                                                                                    \
    case OP_##name##_REG:                                                                                    \
    case OP_##name##_RSR: *o = (struct operation){__VA_ARGS__}; return true;

static bool operation(enum op op, struct operation *o)
{
    switch (op) {
        FORMS(AND, IR_AND, LOGICAL)
        FORMS(EOR, IR_XOR, LOGICAL)
        FORMS(ORR, IR_OR, LOGICAL)
        FORMS(BIC, IR_BIC, LOGICAL)
        FORMS(TST, IR_AND, LOGICAL | COMPARES)
        FORMS(TEQ, IR_XOR, LOGICAL | COMPARES)
        FORMS(MOV, IR_MOV, LOGICAL | UNARY)
        FORMS(MVN, IR_NOT, LOGICAL | UNARY)
        FORMS(ADD, IR_ADD, 0)
        FORMS(SUB, IR_SUB, 0)
        FORMS(RSB, IR_SUB, REVERSED)
        FORMS(ADC, IR_ADC, 0)
        FORMS(SBC, IR_SBC, 0)
        FORMS(RSC, IR_SBC, REVERSED)
        FORMS(CMP, IR_SUB, COMPARES)
        FORMS(CMN, IR_ADD, COMPARES)
    case OP_ORN_IMM:
    case OP_ORN_REG: *o = (struct operation){IR_OR, LOGICAL | INVERTED}; return true;
    default: return false;
    }
}

enum form { FORM_IMM, FORM_REG, FORM_RSR };

static enum form form_of(enum op op)
{
    switch (op) {
    case OP_AND_REG:
    case OP_EOR_REG:
    case OP_ORR_REG:
    case OP_ORN_REG:
    case OP_BIC_REG:
    case OP_TST_REG:
    case OP_TEQ_REG:
    case OP_MOV_REG:
    case OP_MVN_REG:
    case OP_ADD_REG:
    case OP_SUB_REG:
    case OP_RSB_REG:
    case OP_ADC_REG:
    case OP_SBC_REG:
    case OP_RSC_REG:
    case OP_CMP_REG:
    case OP_CMN_REG: return FORM_REG;
    case OP_AND_RSR:
    case OP_EOR_RSR:
    case OP_ORR_RSR:
    case OP_BIC_RSR:
    case OP_TST_RSR:
    case OP_TEQ_RSR:
    case OP_MOV_RSR:
    case OP_MVN_RSR:
    case OP_ADD_RSR:
    case OP_SUB_RSR:
    case OP_RSB_RSR:
    case OP_ADC_RSR:
    case OP_SBC_RSR:
    case OP_RSC_RSR:
    case OP_CMP_RSR:
    case OP_CMN_RSR: return FORM_RSR;
    default: return FORM_IMM;
    }
}

// Rm shifted by a constant. carry: the shifter's carry out is wanted.
static uint8_t shifted(struct xlate *x, const struct insn *in, bool carry)
{
    static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR, IR_ROR, IR_RRX};
    const uint8_t m = reg(x, in->rm);
    if (in->shift_n == 0) return m;
    const uint8_t t = temp(x);
    struct ir_insn *i = emit(x, ops[in->shift_type], t, m, IR_IMM, in->shift_n);
    if (carry) i->sets = IR_C;
    if (in->shift_type == SHIFT_RRX) i->reads = IR_C;
    return t;
}

// Rm shifted by a register.
static uint8_t shifted_by_register(struct xlate *x, const struct insn *in, bool carry)
{
    static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR, IR_ROR};
    const uint8_t t = temp(x);
    struct ir_insn *i = emit(x, ops[in->shift_type], t, in->rm, in->ra, 0);
    if (!carry) return t;
    i->sets = IR_C;
    i->mode |= IR_CONDITIONAL; // no shift at all leaves C alone
    return t;
}

static enum xlate_result result_to_pc(struct xlate *x, uint8_t t, bool returns)
{
    // In ARM state ALUWritePC interworks (A2.3.1).
    const uint8_t mode = x->thumb ? IR_THUMB : returns ? IR_INTERWORK | IR_RETURNS : IR_INTERWORK;
    emit(x, IR_GOTO_REG, IR_NONE, t, IR_NONE, 0)->mode |= mode;
    return XLATE_END;
}

static enum xlate_result adr(struct xlate *x, const struct insn *in)
{
    const uint32_t v = (pc_value(x) & ~3u) + in->imm;
    if (in->rd == 15) return XLATE_CALL;
    emit(x, IR_MOV, in->rd, IR_NONE, IR_IMM, v);
    return XLATE_NEXT;
}

enum xlate_result xlate_dp(struct xlate *x, const struct insn *in)
{
    struct operation o;
    if (in->op == OP_ADR) return adr(x, in);
    if (in->op == OP_MOVW) {
        emit(x, IR_MOV, in->rd, IR_NONE, IR_IMM, in->imm);
        return XLATE_NEXT;
    }
    if (in->op == OP_MOVT) {
        emit(x, IR_UXT16, in->rd, IR_NONE, in->rd, 0);
        emit(x, IR_OR, in->rd, in->rd, IR_IMM, in->imm << 16);
        return XLATE_NEXT;
    }
    if (!operation(in->op, &o)) return XLATE_CALL;
    const bool s = in->flags & INSN_S || o.kind & COMPARES;
    const enum form form = form_of(in->op);
    if (in->rd == 15 && !(o.kind & COMPARES) && s) return XLATE_LEAVE; // exception return
    if (o.ir == IR_MOV && form == FORM_REG && s && in->shift_n && in->shift_type <= SHIFT_ASR) {
        static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR};
        emit(x, ops[in->shift_type], in->rd, reg(x, in->rm), IR_IMM, in->shift_n)->sets = IR_NZC;
        return XLATE_NEXT;
    }
    const uint8_t a = o.kind & UNARY ? IR_NONE : reg(x, in->rn);
    uint8_t b = IR_IMM;
    if (form == FORM_REG) b = shifted(x, in, s && (o.kind & LOGICAL));
    if (form == FORM_RSR) b = shifted_by_register(x, in, s && (o.kind & LOGICAL));
    if (o.kind & INVERTED && form == FORM_REG) {
        const uint8_t t = temp(x);
        emit(x, IR_NOT, t, IR_NONE, b, 0);
        b = t;
    }
    uint8_t d = o.kind & COMPARES ? IR_NONE : in->rd;
    if (d == 15) d = temp(x);
    const uint32_t imm = o.kind & INVERTED ? ~in->imm : in->imm;
    struct ir_insn *i = o.kind & REVERSED ? emit(x, o.ir, d, b, a, imm) : emit(x, o.ir, d, a, b, imm);
    if (o.ir == IR_ADC || o.ir == IR_SBC) i->reads = IR_C;
    if (s) i->sets = o.kind & LOGICAL ? IR_NZ : IR_NZCV;
    if (s && (o.kind & LOGICAL) && form == FORM_IMM && in->flags & INSN_CARRY)
        emit(x, IR_CARRY, IR_NONE, IR_NONE, IR_IMM, in->imm >> 31)->sets = IR_C;
    return d >= IR_TEMP && d != IR_NONE ? result_to_pc(x, d, o.ir == IR_MOV && b == 14) : XLATE_NEXT;
}
