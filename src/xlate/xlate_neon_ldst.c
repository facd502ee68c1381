// Advanced SIMD: element and structure loads and stores (A7.7).
#include "xlate/xlate.h"

// Alignment is looked at before anything happens; the base changes last.
static void check_base(struct xlate *x, const struct insn *in)
{
    if (in->shift_n) emit(x, IR_ALIGN, IR_NONE, in->rn, IR_NONE, in->shift_n);
}

static void write_back(struct xlate *x, const struct insn *in, uint32_t bytes)
{
    if (in->rm == 13)
        emit(x, IR_ADD, in->rn, in->rn, IR_IMM, bytes);
    else if (in->rm != 15)
        emit(x, IR_ADD, in->rn, in->rn, in->rm, 0);
}

// VLD1, VST1: registers as they lie in memory.
static enum xlate_result whole(struct xlate *x, bool store, const struct insn *in)
{
    if (in->rn == 15 || in->rd + in->y > 32) return XLATE_CALL;
    check_base(x, in);
    struct ir_insn *i = emit(x, store ? IR_STVM : IR_LDVM, IR_NONE, in->rn, IR_NONE, 0);
    i->v = in->rd;
    i->n = in->y;
    write_back(x, in, 8u * in->y);
    return XLATE_NEXT;
}

// VLD2 … VST4. Three bytes or halfwords go where they belong by a shuffle of bytes only.
static enum xlate_result structures(struct xlate *x, bool store, unsigned elements, const struct insn *in)
{
    if (in->rn == 15 || (elements == 3 && in->size < 2 && !x->shuffles)) return XLATE_CALL;
    check_base(x, in);
    struct ir_insn *i = emit(x, store ? IR_STVS : IR_LDVS, IR_NONE, in->rn, IR_NONE, 0);
    i->v = in->rd;
    i->vn = (uint8_t)elements;
    i->vm = in->y;
    i->x = in->ra;
    i->lane = in->size;
    write_back(x, in, 8 * elements * in->ra);
    return XLATE_NEXT;
}

// One structure: to or from element in->x, or (n: registers each) to all elements.
static enum xlate_result one(struct xlate *x, enum ir_op op, unsigned elements, unsigned n,
                             const struct insn *in)
{
    if (in->rn == 15) return XLATE_CALL;
    check_base(x, in);
    struct ir_insn *i = emit(x, op, IR_NONE, in->rn, IR_NONE, 0);
    i->v = in->rd;
    i->vn = (uint8_t)elements;
    i->vm = in->y;
    i->x = (uint8_t)n;
    i->lane = in->size;
    write_back(x, in, elements << in->size);
    return XLATE_NEXT;
}

enum xlate_result xlate_neon_ldst(struct xlate *x, const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_VLD1_MULT: return whole(x, false, in);
    case OP_VST1_MULT: return whole(x, true, in);
    case OP_VLD2_MULT: return structures(x, false, 2, in);
    case OP_VST2_MULT: return structures(x, true, 2, in);
    case OP_VLD3_MULT: return structures(x, false, 3, in);
    case OP_VST3_MULT: return structures(x, true, 3, in);
    case OP_VLD4_MULT: return structures(x, false, 4, in);
    case OP_VST4_MULT: return structures(x, true, 4, in);
    case OP_VLD1_LANE: return one(x, IR_LDVL, 1, in->x, in);
    case OP_VLD2_LANE: return one(x, IR_LDVL, 2, in->x, in);
    case OP_VLD3_LANE: return one(x, IR_LDVL, 3, in->x, in);
    case OP_VLD4_LANE: return one(x, IR_LDVL, 4, in->x, in);
    case OP_VST1_LANE: return one(x, IR_STVL, 1, in->x, in);
    case OP_VST2_LANE: return one(x, IR_STVL, 2, in->x, in);
    case OP_VST3_LANE: return one(x, IR_STVL, 3, in->x, in);
    case OP_VST4_LANE: return one(x, IR_STVL, 4, in->x, in);
    case OP_VLD1_ALL: return one(x, IR_LDVA, 1, in->y, in);
    case OP_VLD2_ALL: return one(x, IR_LDVA, 2, 1, in);
    case OP_VLD3_ALL: return one(x, IR_LDVA, 3, 1, in);
    case OP_VLD4_ALL: return one(x, IR_LDVA, 4, 1, in);
    default: return XLATE_CALL;
    }
}
