// Exclusives, acquire and release, barriers (A3.4, A3.8.3), thread ID registers.
#include "xlate/xlate.h"

// The address of an exclusive access; a multiple of its size (A3.2.1).
static uint8_t aligned_address(struct xlate *x, const struct insn *in)
{
    uint8_t a = in->rn;
    if (in->imm) {
        a = temp(x);
        emit(x, IR_ADD, a, in->rn, IR_IMM, in->imm);
    }
    if (in->size) emit(x, IR_ALIGN, IR_NONE, a, IR_NONE, 1u << in->size);
    return a;
}

static enum xlate_result load_exclusive(struct xlate *x, const struct insn *in)
{
    if (in->rd == 15 || in->rn == 15 || (in->size == 3 && in->ra >= 15)) return XLATE_CALL;
    struct ir_insn *i = emit(x, IR_LDEX, in->rd, aligned_address(x, in), IR_NONE, 0);
    i->n = in->size;
    if (in->size == 3) i->e = in->ra;
    return XLATE_NEXT;
}

static enum xlate_result store_exclusive(struct xlate *x, const struct insn *in)
{
    if (in->rd == 15 || in->rn == 15 || in->rm == 15 || (in->size == 3 && in->ra >= 15)) return XLATE_CALL;
    struct ir_insn *i = emit(x, IR_STEX, in->rd, aligned_address(x, in), in->rm, 0);
    i->n = in->size;
    if (in->size == 3) i->e = in->ra;
    return XLATE_NEXT;
}

// On x86 every load acquires, and a store releases, but for a load behind it that also acquires.
static enum xlate_result load_acquire(struct xlate *x, const struct insn *in)
{
    static const uint8_t ops[] = {IR_LD8, IR_LD16, IR_LD32};
    if (in->rd == 15 || in->rn == 15) return XLATE_CALL;
    emit(x, ops[in->size], in->rd, aligned_address(x, in), IR_NONE, 0);
    return XLATE_NEXT;
}

static enum xlate_result store_release(struct xlate *x, const struct insn *in)
{
    if (in->rd == 15 || in->rn == 15) return XLATE_CALL;
    emit(x, IR_STL, IR_NONE, aligned_address(x, in), in->rd, 0)->n = in->size;
    return XLATE_NEXT;
}

static enum xlate_result thread_id(struct xlate *x, const struct insn *in)
{
    enum { P15 = 15, RW = 2 << 8, RO = 3 << 8 }; // imm: coprocessor and opc2, opc1 being 0
    if (in->rd == 15 || in->x != 13 || in->ra != 0) return XLATE_CALL;
    if (in->imm != (P15 | RW) && in->imm != (P15 | RO)) return XLATE_CALL;
    emit(x, IR_TPIDR, in->rd, IR_NONE, IR_NONE, in->imm == (P15 | RO));
    return XLATE_NEXT;
}

enum xlate_result xlate_sync(struct xlate *x, const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_LDREX: return load_exclusive(x, in);
    case OP_STREX: return store_exclusive(x, in);
    case OP_LDA: return load_acquire(x, in);
    case OP_STL: return store_release(x, in);
    case OP_CLREX: emit(x, IR_CLREX, IR_NONE, IR_NONE, IR_NONE, 0); return XLATE_NEXT;
    case OP_DMB: emit(x, IR_FENCE, IR_NONE, IR_NONE, IR_NONE, 0); return XLATE_NEXT;
    case OP_ISB:
    case OP_CSDB:
    case OP_DBG: return XLATE_NEXT;
    case OP_MRC: return thread_id(x, in);
    default: return XLATE_CALL;
    }
}
