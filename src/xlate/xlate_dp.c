// Data processing (A5.2.1 – A5.2.3 and their Thumb forms).
#include "ir/use.h"
#include "xlate/xlate.h"

enum kind {
    LOGICAL = 1,
    REVERSED = 2,
    COMPARES = 4,
    UNARY = 8,
    INVERTED = 16,
    CONSTANT = 32, // moves one, or the upper half of one
    KNOWN = 64,
};
enum form { FORM_IMM, FORM_REG, FORM_RSR };

struct operation {
    uint8_t ir, kind, form;
};

#define FORMS(name, ir, kind)                                                                                \
    [OP_##name##_IMM] = {ir, (kind) | KNOWN, FORM_IMM}, [OP_##name##_REG] = {ir, (kind) | KNOWN, FORM_REG},  \
    [OP_##name##_RSR] = {ir, (kind) | KNOWN, FORM_RSR}

static const struct operation operations[OP_VFP_FIRST] = {
    FORMS(AND, IR_AND, LOGICAL),
    FORMS(EOR, IR_XOR, LOGICAL),
    FORMS(ORR, IR_OR, LOGICAL),
    FORMS(BIC, IR_BIC, LOGICAL),
    FORMS(TST, IR_AND, LOGICAL | COMPARES),
    FORMS(TEQ, IR_XOR, LOGICAL | COMPARES),
    FORMS(MOV, IR_MOV, LOGICAL | UNARY),
    FORMS(MVN, IR_NOT, LOGICAL | UNARY),
    FORMS(ADD, IR_ADD, 0),
    FORMS(SUB, IR_SUB, 0),
    FORMS(RSB, IR_SUB, REVERSED),
    FORMS(ADC, IR_ADC, 0),
    FORMS(SBC, IR_SBC, 0),
    FORMS(RSC, IR_SBC, REVERSED),
    FORMS(CMP, IR_SUB, COMPARES),
    FORMS(CMN, IR_ADD, COMPARES),
    [OP_ORN_IMM] = {IR_OR, LOGICAL | INVERTED | KNOWN, FORM_IMM},
    [OP_ORN_REG] = {IR_OR, LOGICAL | INVERTED | KNOWN, FORM_REG},
    [OP_ADR] = {IR_MOV, CONSTANT, FORM_IMM},
    [OP_MOVW] = {IR_MOV, CONSTANT, FORM_IMM},
    [OP_MOVT] = {IR_OR, CONSTANT, FORM_IMM},
};

// Rm shifted by a constant, to `d` or where it is (IR_NONE: anywhere). carry: the shifter's carry out is
// wanted.
static uint8_t shifted(struct xlate *x, const struct insn *in, uint8_t d, bool carry)
{
    static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR, IR_ROR, IR_RRX};
    const uint8_t m = reg(x, in->rm);
    if (in->shift_n == 0) return m;
    const uint8_t t = d == IR_NONE ? temp(x) : d;
    struct ir_insn *i = emit(x, ops[in->shift_type], t, m, IR_IMM, in->shift_n);
    if (carry) i->sets = IR_C;
    if (in->shift_type == SHIFT_RRX) i->reads = IR_C;
    return t;
}

// Rm shifted by a register, likewise.
static uint8_t shifted_by_register(struct xlate *x, const struct insn *in, uint8_t d, bool carry)
{
    static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR, IR_ROR};
    const uint8_t t = d == IR_NONE ? temp(x) : d;
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
    emit_branch_reg(x, t, mode);
    return XLATE_END;
}

// The upper half of Rd. Mostly MOVW has made the lower half a few instructions before, and if nothing is
// between them it makes all of it.
static void move_top(struct xlate *x, const struct insn *in)
{
    enum { NEAR = 6 };
    struct ir_block *b = x->b;
    for (unsigned n = 1; n <= NEAR && n < b->n && !x->conditional; n++) {
        struct ir_insn *i = &b->insn[b->n - n];
        if (i->mode & IR_CONDITIONAL || i->op == IR_ENTER) break;
        if (i->op == IR_MOV && i->d == in->rd && i->b == IR_IMM) {
            const uint32_t v = (i->imm & 0xffff) | in->imm << 16;
            if (n == 1 && !i->sets)
                i->imm = v;
            else
                emit(x, IR_MOV, in->rd, IR_NONE, IR_IMM, v);
            return;
        }
        if (ir_defs(i) >> in->rd & 1) break;
    }
    emit(x, IR_UXT16, in->rd, IR_NONE, in->rd, 0);
    emit(x, IR_OR, in->rd, in->rd, IR_IMM, in->imm << 16);
}

static enum xlate_result constant(struct xlate *x, const struct insn *in)
{
    if (in->rd == 15) return XLATE_CALL;
    if (in->op == OP_MOVT)
        move_top(x, in);
    else
        emit(x, IR_MOV, in->rd, IR_NONE, IR_IMM, in->op == OP_ADR ? (pc_value(x) & ~3u) + in->imm : in->imm);
    return XLATE_NEXT;
}

// ADD and SUB without flags, of the PC or of a register that is shifted as an address may be: one operation
// without a temporary. False: not of this kind.
static bool plain_add(struct xlate *x, const struct insn *in, const struct operation *o)
{
    const bool from_pc = in->rn == 15, to_pc = o->form == FORM_REG && in->rm == 15;
    if (in->flags & INSN_S || in->rd == 15) return false;
    if (o->form == FORM_IMM) {
        if (!from_pc) return false;
        emit(x, IR_MOV, in->rd, IR_NONE, IR_IMM, pc_value(x) + (o->ir == IR_ADD ? in->imm : 0u - in->imm));
        return true;
    }
    if (o->form != FORM_REG || o->ir != IR_ADD || in->shift_type != SHIFT_LSL || in->shift_n > 3)
        return false;
    if (from_pc || to_pc) {
        if (in->shift_n || in->rm == in->rn) return false;
        emit(x, IR_ADD, in->rd, from_pc ? in->rm : in->rn, IR_IMM, pc_value(x));
    } else {
        emit(x, IR_ADD, in->rd, in->rn, in->rm, 0)->n = in->shift_n;
    }
    return true;
}

// A move of what is shifted, as one operation. False: there is none for it.
static bool shift(struct xlate *x, const struct insn *in, const struct operation *o)
{
    if (in->flags & INSN_S) {
        static const uint8_t ops[] = {IR_LSL, IR_LSR, IR_ASR};
        if (o->form != FORM_REG || !in->shift_n || in->shift_type > SHIFT_ASR) return false;
        emit(x, ops[in->shift_type], in->rd, reg(x, in->rm), IR_IMM, in->shift_n)->sets = IR_NZC;
        return true;
    }
    if (in->rd == 15 || o->form == FORM_IMM || (o->form == FORM_REG && !in->shift_n)) return false;
    o->form == FORM_RSR ? shifted_by_register(x, in, in->rd, false) : shifted(x, in, in->rd, false);
    return true;
}

// Whether the shifted operand may wait in Rd, since the host's operations are in place. Under a condition a
// temporary is cheaper: it is computed in any case.
static bool accumulates(const struct xlate *x, const struct insn *in, const struct operation *o)
{
    return (o->ir == IR_AND || o->ir == IR_OR || o->ir == IR_XOR) && !(o->kind & (COMPARES | INVERTED)) &&
           !(in->flags & INSN_S) && in->rd != in->rn && in->rd != 15 && in->rn != 15 && !x->conditional;
}

// The second operand. carry: the shifter's carry out is wanted.
static uint8_t second(struct xlate *x, const struct insn *in, const struct operation *o, uint8_t d,
                      bool carry)
{
    const uint8_t b = o->form == FORM_REG ? shifted(x, in, d, carry) : shifted_by_register(x, in, d, carry);
    if (!(o->kind & INVERTED)) return b;
    const uint8_t t = temp(x);
    emit(x, IR_NOT, t, IR_NONE, b, 0);
    return t;
}

// CMN of a constant, as a comparison with the negative one: the same flags, which the host has conditions for.
static uint8_t compared(const struct operation *o, uint32_t *imm)
{
    if (o->ir != IR_ADD || o->kind != (COMPARES | KNOWN) || o->form != FORM_IMM || !(*imm << 1)) return o->ir;
    *imm = 0 - *imm;
    return IR_SUB;
}

static __attribute__((noinline)) enum xlate_result compute(struct xlate *x, const struct insn *in,
                                                           const struct operation *o)
{
    const bool s = in->flags & INSN_S || o->kind & COMPARES;
    uint8_t d = o->kind & COMPARES ? IR_NONE : in->rd;
    if (d == 15 && s) return XLATE_LEAVE; // exception return
    if (o->ir == IR_MOV && shift(x, in, o)) return XLATE_NEXT;
    if ((o->ir == IR_ADD || o->ir == IR_SUB) && o->kind == KNOWN && plain_add(x, in, o)) return XLATE_NEXT;
    uint8_t a = o->kind & UNARY ? IR_NONE : reg(x, in->rn), b = IR_IMM;
    uint32_t imm = in->imm;
    if (o->form == FORM_IMM) {
        if (o->kind & INVERTED) imm = ~imm;
    } else {
        const bool in_place = accumulates(x, in, o);
        b = second(x, in, o, in_place ? in->rd : IR_NONE, s && (o->kind & LOGICAL));
        if (in_place && b == in->rd) b = a, a = in->rd;
    }
    if (d == 15) d = a >= IR_TEMP && a < IR_LOCS ? a : temp(x);
    const uint8_t op = compared(o, &imm);
    struct ir_insn *i = o->kind & REVERSED ? emit(x, op, d, b, a, imm) : emit(x, op, d, a, b, imm);
    if (o->ir == IR_ADC || o->ir == IR_SBC) i->reads = IR_C;
    if (s) i->sets = o->kind & LOGICAL ? IR_NZ : IR_NZCV;
    if (s && (o->kind & LOGICAL) && o->form == FORM_IMM && in->flags & INSN_CARRY)
        emit(x, IR_CARRY, IR_NONE, IR_NONE, IR_IMM, in->imm >> 31)->sets = IR_C;
    return d >= IR_TEMP && d != IR_NONE ? result_to_pc(x, d, o->ir == IR_MOV && b == 14) : XLATE_NEXT;
}

enum xlate_result xlate_dp(struct xlate *x, const struct insn *in)
{
    const struct operation *o = &operations[in->op];
    if (in->op >= OP_VFP_FIRST || !o->kind) return XLATE_CALL;
    return o->kind & CONSTANT ? constant(x, in) : compute(x, in, o);
}
