// Advanced SIMD data processing (A7.4): which operation on vectors an instruction is.
#include "ir/vector.h"
#include "xlate/xlate.h"

enum how {
    PLAIN = 1,
    ROUND = 2,
    SCALAR = 4,
    AMOUNT = 8,    // the immediate is a shift
    ZERO_N = 16,   // the first source is zeros
    ZERO_M = 32,   // the second is, and the instruction's Vm the first
    CONSTANT = 64, // the immediate is a constant
};

static const struct row {
    uint8_t vec, how, x;
} rows[OP_COUNT] = {
    [OP_VAND] = {VEC_AND, PLAIN, 0},
    [OP_VADD_I] = {VEC_ADD, PLAIN, 0},
    [OP_VSUB_I] = {VEC_SUB, PLAIN, 0},
};

// A register of the given size out of the number of a D register.
static uint8_t number(uint8_t role, uint8_t v, uint8_t own)
{
    if (!role) return IR_NONE;
    const uint8_t size = role & IR_V_SIZE;
    return size == IR_V_Q || (size == IR_V_OWN && own == 4) ? v >> 1 : v;
}

enum xlate_result xlate_neon(struct xlate *x, const struct insn *in)
{
    const struct row *row = &rows[in->op];
    if (!row->how) return XLATE_CALL;
    struct ir_insn *i = emit(x, IR_VEC, IR_NONE, IR_NONE, IR_NONE, row->how & CONSTANT ? in->imm : x->call);
    i->vec = row->vec;
    i->lane = in->size;
    i->n = in->flags & INSN_Q ? 4 : 3;
    if (in->flags & INSN_UNS) i->mode |= IR_UNSIGNED;
    if (row->how & ROUND) i->mode |= IR_ROUND;
    if (row->how & SCALAR) i->mode |= IR_SCALAR;
    i->x = row->how & AMOUNT ? (uint8_t)in->imm : row->x ? row->x : in->x;
    const struct ir_vroles roles = ir_vector_roles(i);
    i->v = number(roles.v, in->rd, i->n);
    i->vn = number(roles.vn, row->how & ZERO_M ? in->rm : in->rn, i->n);
    i->vm = number(roles.vm, in->rm, i->n);
    if (row->how & ZERO_N) i->vn = IR_NONE;
    if (row->how & ZERO_M) i->vm = IR_NONE;
    return XLATE_NEXT;
}
