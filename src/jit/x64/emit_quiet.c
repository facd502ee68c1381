// Operations that leave the host's flags alone: between a comparison and its use, and as conditional moves.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

enum {
    LEA = 0x8d,
    MULX = 0xf20f38f6,
    SHLX = 0x660f38f7,
    SARX = 0xf30f38f7,
    SHRX = 0xf20f38f7,
    RORX = 0xf20f3af0
};

// Whether a destination is a register that is no operand.
static bool third(const struct emit *e, const struct ir_insn *i)
{
    return !place(e, i->d).mem && i->d != i->a && i->d != i->b;
}

static bool in_regs(const struct emit *e, const struct ir_insn *i)
{
    return (i->a == IR_IMM || !place(e, i->a).mem) && (i->b == IR_IMM || !place(e, i->b).mem);
}

static uint32_t width_of(const struct ir_insn *i)
{
    return i->imm >> 8;
}

// By a location, which is less than 32; or less than 64, which the host does in 64 bits.
static bool short_shift(const struct ir_insn *i)
{
    return i->b != IR_IMM && i->mode & (IR_SHORT | IR_BELOW_64) && host_has(HOST_BMI2);
}

// Whether the operation may change RDX: it makes that temporary, or is all of its instruction.
static bool temp_is_free(const struct ir_insn *i)
{
    return i->d == IR_TEMP || (i[-1].pc != i->pc && i[1].pc != i->pc);
}

enum quiet emit_quiet_cost(const struct emit *e, const struct ir_insn *i)
{
    if (i->sets || i->d == IR_NONE) return QUIET_NO;
    const bool bmi = host_has(HOST_BMI2);
    switch ((enum ir_op)i->op) {
    case IR_MOV:
    case IR_NOT: return QUIET_FREE;
    case IR_ADD:
        if (i->n) return QUIET_FREE;
        return third(e, i) && in_regs(e, i) ? QUIET_FREE : QUIET_DEAR;
    case IR_SUB: return i->b == IR_IMM && third(e, i) && in_regs(e, i) ? QUIET_FREE : QUIET_DEAR;
    case IR_AND:
        if (i->b != IR_IMM || (i->imm != 0xff && i->imm != 0xffff)) return QUIET_NO;
        return place(e, i->d).mem ? QUIET_DEAR : QUIET_FREE;
    case IR_LSL:
        if (short_shift(i)) return QUIET_FREE;
        if (i->b != IR_IMM || (i->imm > 3 && !bmi)) return QUIET_NO;
        return i->imm <= 3 && third(e, i) && in_regs(e, i) ? QUIET_FREE : QUIET_DEAR;
    case IR_LSR:
    case IR_ASR:
        if (short_shift(i)) return QUIET_FREE;
        return i->b == IR_IMM && bmi ? QUIET_DEAR : QUIET_NO;
    case IR_ROR: return i->b == IR_IMM && bmi ? QUIET_FREE : QUIET_NO;
    case IR_MUL: return bmi && temp_is_free(i) ? QUIET_DEAR : QUIET_NO;
    case IR_UXT8:
    case IR_UXT16:
    case IR_SXT8:
    case IR_SXT16: return !(i->imm & 31) || bmi ? QUIET_FREE : QUIET_NO;
    case IR_UBFX:
    case IR_SBFX:
        if (width_of(i) == 8 || width_of(i) == 16) return !(i->imm & 31) || bmi ? QUIET_FREE : QUIET_NO;
        return bmi ? QUIET_DEAR : QUIET_NO;
    default: return QUIET_NO;
    }
}

static void sum(struct emit *e, unsigned t, unsigned base, int index, unsigned scale, uint32_t disp)
{
    if (index >= 0 && !scale && !disp && (base & 7) == RBP) { // which has no form without a displacement
        const unsigned other = (unsigned)index;
        index = (int)base, base = other;
    }
    struct x64_rm m = x64_m(base, (int32_t)disp);
    m.index = (int8_t)index;
    m.scale = (uint8_t)scale;
    x64_op(&e->a, 0, LEA, t, m);
}

static void add(struct emit *e, const struct ir_insn *i, unsigned t)
{
    if (i->a == IR_IMM || i->b == IR_IMM) {
        sum(e, t, in_reg(e, i->a == IR_IMM ? i->b : i->a, t), -1, 0, i->imm);
    } else {
        const unsigned a = in_reg(e, i->a, RAX);
        sum(e, t, a, (int)in_reg(e, i->b, RCX), i->n, 0);
    }
}

// a - b = a + ~b + 1
static void sub(struct emit *e, const struct ir_insn *i, unsigned t)
{
    if (i->b == IR_IMM) {
        sum(e, t, in_reg(e, i->a, t), -1, 0, 0u - i->imm);
        return;
    }
    x64_load(&e->a, RAX, place(e, i->b));
    x64_op(&e->a, 0, 0xf7, 2, x64_r(RAX)); // not
    if (i->a == IR_IMM)
        sum(e, t, RAX, -1, 0, i->imm + 1);
    else
        sum(e, t, in_reg(e, i->a, RCX), RAX, 0, 1);
}

static void shift_by_location(struct emit *e, const struct ir_insn *i, unsigned t)
{
    static const unsigned ops[] = {SHLX, SHRX, SARX};
    const unsigned op = ops[i->op - IR_LSL], b = in_reg(e, i->b, RCX);
    if (i->mode & IR_SHORT) {
        x64_vex(&e->a, 0, op, t, b, place(e, i->a));
        return;
    }
    x64_vex(&e->a, X64_VEX_W, op, t, b, x64_r(in_reg(e, i->a, RAX)));
    if (op == SHLX) x64_op(&e->a, 0, 0x8b, t, x64_r(t)); // upper halves of guest registers are 0
}

static void shift(struct emit *e, unsigned op, unsigned t, struct x64_rm from, uint32_t n)
{
    x64_mov_imm(&e->a, x64_r(RCX), n);
    x64_vex(&e->a, 0, op, t, RCX, from);
}

static void rotate(struct emit *e, unsigned t, struct x64_rm from, uint32_t n)
{
    x64_vex(&e->a, 0, RORX, t, 0, from);
    x64_byte(&e->a, n);
}

static void left(struct emit *e, const struct ir_insn *i, unsigned t)
{
    if (i->b != IR_IMM) {
        shift_by_location(e, i, t);
        return;
    }
    if (i->imm > 3) {
        shift(e, SHLX, t, place(e, i->a), i->imm);
        return;
    }
    const unsigned a = in_reg(e, i->a, t);
    if (i->imm == 1) {
        sum(e, t, a, (int)a, 0, 0);
    } else {
        const struct x64_rm m = {.mem = true, .base = -1, .index = (int8_t)a, .scale = (uint8_t)i->imm};
        x64_op(&e->a, 0, LEA, t, m);
    }
}

static void right(struct emit *e, const struct ir_insn *i, unsigned t)
{
    if (i->b != IR_IMM)
        shift_by_location(e, i, t);
    else if (i->op == IR_LSR && i->imm == 32)
        x64_mov_imm(&e->a, x64_r(t), 0);
    else
        shift(e, i->op == IR_LSR ? SHRX : SARX, t, place(e, i->a), i->imm == 32 ? 31 : i->imm);
}

// d = a byte or halfword of a location, from bit lsb on.
static void extend(struct emit *e, bool is_signed, unsigned bits, uint32_t lsb, unsigned t, uint8_t loc)
{
    struct x64_rm from = place(e, loc);
    if (lsb) {
        rotate(e, RAX, from, lsb);
        from = x64_r(RAX);
    }
    const unsigned op = (is_signed ? 0x0fbeu : 0x0fb6u) | (bits == 16);
    x64_op(&e->a, bits == 8 ? X64_8 : 0, op, t, from);
}

static void field(struct emit *e, const struct ir_insn *i, unsigned t)
{
    const uint32_t lsb = i->imm & 31, width = width_of(i);
    struct x64_rm from = place(e, i->a);
    if (width == 8 || width == 16) {
        extend(e, i->op == IR_SBFX, width, lsb, t, i->a);
        return;
    }
    if (lsb + width < 32) {
        shift(e, SHLX, t, from, 32 - lsb - width);
        from = x64_r(t);
    }
    shift(e, i->op == IR_SBFX ? SARX : SHRX, t, from, 32 - width);
}

static void multiply(struct emit *e, const struct ir_insn *i, unsigned t)
{
    const bool b_first = i->b == IR_TEMP;
    x64_load(&e->a, RDX, place(e, b_first ? i->b : i->a));
    x64_vex(&e->a, 0, MULX, RCX, t, place(e, b_first ? i->a : i->b)); // RCX: the upper half
}

void emit_quiet_into(struct emit *e, const struct ir_insn *i, unsigned t)
{
    switch ((enum ir_op)i->op) {
    case IR_MOV: to_reg(e, i, i->b, t); break;
    case IR_NOT:
        to_reg(e, i, i->b, t);
        x64_op(&e->a, 0, 0xf7, 2, x64_r(t));
        break;
    case IR_ADD: add(e, i, t); break;
    case IR_SUB: sub(e, i, t); break;
    case IR_AND: extend(e, false, i->imm == 0xff ? 8 : 16, 0, t, i->a); break;
    case IR_LSL: left(e, i, t); break;
    case IR_LSR:
    case IR_ASR: right(e, i, t); break;
    case IR_ROR: rotate(e, t, place(e, i->a), i->imm); break;
    case IR_MUL: multiply(e, i, t); break;
    case IR_UXT8: extend(e, false, 8, i->imm & 31, t, i->b); break;
    case IR_UXT16: extend(e, false, 16, i->imm & 31, t, i->b); break;
    case IR_SXT8: extend(e, true, 8, i->imm & 31, t, i->b); break;
    case IR_SXT16: extend(e, true, 16, i->imm & 31, t, i->b); break;
    default: field(e, i, t); break; // IR_UBFX, IR_SBFX
    }
}

bool emit_quiet(struct emit *e, const struct ir_insn *i)
{
    if (i->op == IR_MOV || i->op == IR_NOT) return false; // are so anyway, also in memory
    const bool pays = e->flags.host & e->live;
    if (!pays && i->op <= IR_SUB && i->d == i->a && !i->n) return false; // in place is cheapest
    const enum quiet cost = emit_quiet_cost(e, i);
    if (cost == QUIET_NO || (cost == QUIET_DEAR && !pays)) return false;
    const unsigned t = dest(e, i->d, RAX);
    emit_quiet_into(e, i, t);
    finish(e, i->d, t);
    return true;
}
