// What privileged code does all the time: coprocessor registers that are but words of the CPU's state, masks
// and the status register, barriers (B1.3.3, B3.17, B9.3). In User mode, and where more is due, the
// interpreter gets the instruction.
#include "xlate/xlate.h"

static void expect(struct xlate *x, enum ir_expect what)
{
    emit(x, IR_EXPECT, IR_NONE, IR_NONE, IR_NONE, what);
}

// x->place is where the register is.
static enum xlate_result coprocessor(struct xlate *x, const struct insn *in)
{
    if (in->rd == 15 || x->place < 0) return XLATE_CALL;
    expect(x, IR_PRIVILEGED);
    if (in->op == OP_MRC)
        emit(x, IR_STATE_LD, in->rd, IR_NONE, IR_NONE, (uint32_t)x->place);
    else if (x->place)
        emit(x, IR_STATE_ST, IR_NONE, in->rd, IR_NONE, (uint32_t)x->place);
    return XLATE_NEXT;
}

enum { I_AND_F = 3 };

static enum xlate_result change_masks(struct xlate *x, const struct insn *in)
{
    enum { WITH_MODE = 4, ENABLE = 2, DISABLE = 3 };
    const unsigned imod = in->imm & 3;
    if (in->imm & WITH_MODE || in->x & ~I_AND_F || imod < ENABLE) return XLATE_CALL;
    expect(x, IR_PRIVILEGED);
    if (imod == ENABLE) expect(x, IR_NO_INTERRUPT);
    emit(x, IR_MASK, IR_NONE, IR_NONE, IR_NONE, (uint32_t)in->x << 6)->n = imod == DISABLE;
    return XLATE_NEXT;
}

// Masks as they were, from a register: how kernels end what must not be interrupted.
static enum xlate_result write_status(struct xlate *x, const struct insn *in)
{
    enum { CONTROL = 1 };
    if (in->flags & INSN_X || in->x != CONTROL || in->rn == 15) return XLATE_CALL;
    expect(x, IR_PRIVILEGED);
    expect(x, IR_NO_INTERRUPT);
    emit(x, IR_MASKS, IR_NONE, in->rn, IR_NONE, 0);
    return XLATE_NEXT;
}

static enum xlate_result read_status(struct xlate *x, const struct insn *in)
{
    if (in->flags & INSN_X || in->rd == 15) return XLATE_CALL;
    expect(x, IR_PRIVILEGED);
    emit(x, IR_MRS, in->rd, IR_NONE, IR_NONE, 0)->reads = IR_NZCV;
    return XLATE_NEXT;
}

enum xlate_result xlate_system(struct xlate *x, const struct insn *in)
{
    if (!x->system) return XLATE_CALL;
    switch ((enum op)in->op) {
    case OP_MRC:
    case OP_MCR: return coprocessor(x, in);
    case OP_CPS: return change_masks(x, in);
    case OP_MSR_REG: return write_status(x, in);
    case OP_MRS: return read_status(x, in);
    case OP_DSB:
        expect(x, IR_SYNCED);
        emit(x, IR_FENCE, IR_NONE, IR_NONE, IR_NONE, 0);
        return XLATE_NEXT;
    default: return XLATE_CALL;
    }
}
