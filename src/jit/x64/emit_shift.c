// Shifts. The carry is the last bit that was shifted out, as the host has it for constants.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

enum shift_op { S_ROL = 0, S_ROR = 1, S_RCR = 3, S_SHL = 4, S_SHR = 5, S_SAR = 7 };
enum { G1_CMP = 7 };

static void shift_const(struct emit *e, const struct ir_insn *i, enum shift_op s)
{
    uint32_t n = i->imm;
    if (n == 32 && s == S_SHR && !i->sets) {
        x64_mov_imm(&e->a, place(e, i->d), 0);
        return;
    }
    emit_clobber(e);
    if (n == 32 && !i->sets) n = 31;
    if (i->a == i->d && n < 32) {
        x64_op(&e->a, 0, 0xc1, s, place(e, i->d));
        x64_byte(&e->a, n);
        return;
    }
    const unsigned t = dest(e, i->d, RAX);
    to_reg(e, i, i->a, t);
    if (n == 32) { // the last bit out is bit 31
        x64_op(&e->a, 0, 0xc1, s, x64_r(t));
        x64_byte(&e->a, 31);
        n = 1;
    }
    x64_op(&e->a, 0, 0xc1, s, x64_r(t));
    x64_byte(&e->a, n);
    finish(e, i->d, t);
}

// By a register: the low byte counts, also beyond 31 (A8.4.2). In 64 bits a host's shift by up to 63 gives
// what the guest's does, and the two bits above say that it is by more.

enum { SHLX = 0x660f38f7, SARX = 0xf30f38f7, SHRX = 0xf20f38f7, CMOVE = 0x0f44, CMOVNE = 0x0f45 };

static void test_64(struct emit *e, struct x64_rm b)
{
    emit_clobber(e);
    x64_op(&e->a, X64_8, 0xf6, 0, b); // test
    x64_byte(&e->a, 0xc0);
}

// Whether a shift may well be by a negative number: those of 64 bits are made of three, by n, n - 32 and 32 -
// n.
static bool by_difference(const struct ir_insn *i)
{
    enum { FARTHEST = 12 };
    for (const struct ir_insn *j = i - 1; j > i - FARTHEST && j->op != IR_ENTER; j--)
        if (j->d == i->b) return j->op == IR_SUB || j->op == IR_ADD;
    return false;
}

static void logical_reg(struct emit *e, const struct ir_insn *i, unsigned op)
{
    const unsigned t = i->d == i->b ? RAX : dest(e, i->d, RAX);
    const unsigned a = in_reg(e, i->a, RAX), b = in_reg(e, i->b, RCX);
    x64_vex(&e->a, X64_VEX_W, op, t, b, x64_r(a));
    test_64(e, x64_r(b));
    if (by_difference(i)) {
        x64_mov_imm(&e->a, x64_r(RCX), 0);
        x64_op(&e->a, 0, CMOVNE, t, x64_r(RCX));
    } else {
        emit_zero_if(e, CC_NE, t);
        if (op == SHLX) x64_op(&e->a, 0, 0x8b, t, x64_r(t)); // upper halves of guest registers are 0
    }
    finish(e, i->d, t);
}

static void arithmetic_reg(struct emit *e, const struct ir_insn *i)
{
    const struct x64_rm b = place(e, i->b);
    x64_op(&e->a, X64_64, 0x63, RAX, place(e, i->a)); // movsxd
    test_64(e, b);
    x64_mov_imm(&e->a, x64_r(RCX), 63);
    x64_op(&e->a, 0, CMOVE, RCX, b);
    x64_vex(&e->a, X64_VEX_W, SARX, RAX, RCX, x64_r(RAX));
    x64_store(&e->a, place(e, i->d), RAX);
}

static void rotate_reg(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = dest(e, i->d, RAX);
    x64_load(&e->a, RCX, place(e, i->b));
    to_reg(e, i, i->a, t);
    emit_clobber(e);
    x64_op(&e->a, 0, 0xd3, S_ROR, x64_r(t));
    finish(e, i->d, t);
}

// Without BMI2.
static void shift_cl(struct emit *e, const struct ir_insn *i, enum shift_op s)
{
    emit_clobber(e);
    x64_load(&e->a, RCX, place(e, i->b));
    to_reg(e, i, i->a, RAX);
    if (s == S_SAR) { // as by 31
        x64_op(&e->a, 0, 0x0fb6, RCX, x64_r(RCX));
        x64_group1(&e->a, 0, G1_CMP, x64_r(RCX), 31);
        uint8_t *at = x64_jcc_at(&e->a, CC_BE);
        x64_mov_imm(&e->a, x64_r(RCX), 31);
        if (!e->a.full) x64_patch(at, e->a.p);
    }
    x64_op(&e->a, 0, 0xd3, s, x64_r(RAX));
    if (s == S_SHL || s == S_SHR) { // 0 from 32 on
        x64_group1(&e->a, X64_8, G1_CMP, x64_r(RCX), 32);
        x64_op(&e->a, 0, 0x1b, RCX, x64_r(RCX)); // sbb: all ones if below
        x64_op(&e->a, 0, 0x23, RAX, x64_r(RCX));
    }
    finish(e, i->d, RAX);
}

static void shift_reg(struct emit *e, const struct ir_insn *i, enum shift_op s)
{
    if (s == S_ROR)
        rotate_reg(e, i);
    else if (!host_has(HOST_BMI2))
        shift_cl(e, i, s);
    else if (s == S_SAR)
        arithmetic_reg(e, i);
    else
        logical_reg(e, i, s == S_SHL ? SHLX : SHRX);
}

static void shift_imm(struct emit *e, unsigned width, enum shift_op s, unsigned n)
{
    x64_op(&e->a, width, 0xc1, s, x64_r(RAX));
    x64_byte(&e->a, n);
}

// The same with the carry: the last bit that was shifted out, as it was if none was. In 64 bits it stays
// beside the result.
static void shift_reg_carry(struct emit *e, const struct ir_insn *i, enum shift_op s)
{
    const unsigned most = s == S_SAR ? 32 : 33;
    emit_save_flags(e, IR_C);
    emit_clobber(e);
    e->flags.saved |= IR_C;
    x64_op(&e->a, X64_8, 0x0fb6, RCX, place(e, i->b)); // movzx
    x64_load(&e->a, RAX, place(e, i->a));
    x64_op(&e->a, 0, 0x85, RCX, x64_r(RCX)); // test
    uint8_t *none = x64_jcc_at(&e->a, CC_E);
    if (s != S_ROR) {
        x64_group1(&e->a, 0, G1_CMP, x64_r(RCX), most);
        uint8_t *at = x64_jcc_at(&e->a, CC_BE);
        x64_mov_imm(&e->a, x64_r(RCX), most);
        if (!e->a.full) x64_patch(at, e->a.p);
    }
    if (s == S_SHR || s == S_SAR) shift_imm(e, X64_64, S_SHL, 32);
    x64_op(&e->a, s == S_ROR ? 0 : X64_64, 0xd3, s, x64_r(RAX));
    x64_op(&e->a, X64_64, 0x0fba, 4, x64_r(RAX)); // bt
    x64_byte(&e->a, s == S_SHL ? 32 : 31);
    x64_op(&e->a, X64_8, 0x0f90 | CC_AE, 0, CPU_FIELD(host_flags.borrow));
    if (s == S_SHR || s == S_SAR) shift_imm(e, X64_64, S_SHR, 32);
    if (!e->a.full) x64_patch(none, e->a.p);
    finish(e, i->d, RAX);
}

void emit_shift(struct emit *e, const struct ir_insn *i)
{
    static const uint8_t ops[] = {S_SHL, S_SHR, S_SAR, S_ROR};
    if (i->op == IR_RRX) {
        const unsigned t = dest(e, i->d, RAX);
        emit_save_flags(e, e->live);
        emit_load_carry(e, false);
        to_reg(e, i, i->a, t); // keeps the flags
        x64_op(&e->a, 0, 0xd1, S_RCR, x64_r(t));
        finish(e, i->d, t);
    } else if (i->b == IR_IMM) {
        shift_const(e, i, ops[i->op - IR_LSL]);
    } else if (i->sets & IR_C) {
        shift_reg_carry(e, i, ops[i->op - IR_LSL]);
        return;
    } else {
        shift_reg(e, i, ops[i->op - IR_LSL]);
    }
    if (i->sets) emit_made_flags(e, i, HOST_SHIFT); // the host's ROR puts the carry there, too
}
