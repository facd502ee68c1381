// Multiplies, divisions, extensions, byte reversal and bit fields (A5.2.5, A5.4).
#include "xlate/xlate.h"

static bool uses_pc(const struct insn *in)
{
    return in->rd == 15 || in->rn == 15 || in->rm == 15;
}

static enum xlate_result multiply(struct xlate *x, const struct insn *in, enum ir_op add)
{
    if (uses_pc(in) || (add != IR_MOV && in->ra == 15)) return XLATE_CALL;
    struct ir_insn *i;
    if (add == IR_MOV) {
        i = emit(x, IR_MUL, in->rd, in->rn, in->rm, 0);
    } else {
        const uint8_t t = temp(x);
        emit(x, IR_MUL, t, in->rn, in->rm, 0);
        i = emit(x, add, in->rd, in->ra, t, 0);
    }
    if (!(in->flags & INSN_S)) return XLATE_NEXT;
    // C and V stay: an addition's would be wrong.
    if (add == IR_MOV)
        i->sets = IR_NZ;
    else
        emit(x, IR_AND, IR_NONE, in->rd, in->rd, 0)->sets = IR_NZ;
    return XLATE_NEXT;
}

static enum xlate_result multiply_long(struct xlate *x, const struct insn *in, enum ir_op op)
{
    if (uses_pc(in) || in->ra == 15 || in->rd == in->ra) return XLATE_CALL;
    struct ir_insn *i = emit(x, op, in->rd, in->rn, in->rm, 0);
    i->e = in->ra;
    if (in->flags & INSN_S) i->sets = IR_NZ;
    return XLATE_NEXT;
}

// d = op(rm); with an addend, d = rn + op(rm).
static enum xlate_result extend(struct xlate *x, const struct insn *in, enum ir_op op, bool adds)
{
    if (in->rd == 15 || in->rm == 15 || (adds && in->rn == 15)) return XLATE_CALL;
    const uint8_t t = adds ? temp(x) : in->rd;
    emit(x, op, t, IR_NONE, in->rm, in->imm);
    if (adds) emit(x, IR_ADD, in->rd, in->rn, t, 0);
    return XLATE_NEXT;
}

static enum xlate_result unary(struct xlate *x, const struct insn *in, enum ir_op op)
{
    if (in->rd == 15 || in->rm == 15) return XLATE_CALL;
    emit(x, op, in->rd, IR_NONE, in->rm, 0);
    return XLATE_NEXT;
}

static enum xlate_result field(struct xlate *x, const struct insn *in, enum ir_op op)
{
    if (in->rd == 15 || in->rn == 15 || in->y == 0 || in->x + in->y > 32) return XLATE_CALL;
    emit(x, op, in->rd, in->rn, IR_NONE, in->x | (uint32_t)in->y << 8);
    return XLATE_NEXT;
}

static enum xlate_result clear_field(struct xlate *x, const struct insn *in)
{
    if (in->rd == 15 || in->y == 0 || in->x + in->y > 32) return XLATE_CALL;
    const uint32_t mask = in->y == 32 ? ~0u : ((1u << in->y) - 1) << in->x;
    emit(x, IR_AND, in->rd, in->rd, IR_IMM, ~mask);
    return XLATE_NEXT;
}

enum xlate_result xlate_media(struct xlate *x, const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_MUL: return multiply(x, in, IR_MOV);
    case OP_MLA: return multiply(x, in, IR_ADD);
    case OP_MLS: return multiply(x, in, IR_SUB);
    case OP_UMULL: return multiply_long(x, in, IR_UMULL);
    case OP_SMULL: return multiply_long(x, in, IR_SMULL);
    case OP_UMLAL: return multiply_long(x, in, IR_UMLAL);
    case OP_SMLAL: return multiply_long(x, in, IR_SMLAL);
    case OP_UMAAL: return multiply_long(x, in, IR_UMAAL);
    case OP_SDIV:
    case OP_UDIV:
        if (uses_pc(in)) return XLATE_CALL;
        emit(x, in->op == OP_SDIV ? IR_SDIV : IR_UDIV, in->rd, in->rn, in->rm, 0);
        return XLATE_NEXT;
    case OP_SXTB: return extend(x, in, IR_SXT8, false);
    case OP_SXTH: return extend(x, in, IR_SXT16, false);
    case OP_UXTB: return extend(x, in, IR_UXT8, false);
    case OP_UXTH: return extend(x, in, IR_UXT16, false);
    case OP_SXTAB: return extend(x, in, IR_SXT8, true);
    case OP_SXTAH: return extend(x, in, IR_SXT16, true);
    case OP_UXTAB: return extend(x, in, IR_UXT8, true);
    case OP_UXTAH: return extend(x, in, IR_UXT16, true);
    case OP_REV: return unary(x, in, IR_REV);
    case OP_REV16: return unary(x, in, IR_REV16);
    case OP_REVSH: return unary(x, in, IR_REVSH);
    case OP_RBIT: return unary(x, in, IR_RBIT);
    case OP_CLZ: return unary(x, in, IR_CLZ);
    case OP_UBFX: return field(x, in, IR_UBFX);
    case OP_SBFX: return field(x, in, IR_SBFX);
    case OP_BFI: return field(x, in, IR_BFI);
    case OP_BFC: return clear_field(x, in);
    default: return XLATE_CALL;
    }
}
