// Additions, logic, moves and shifts.
#include "jit/x64/emit_internal.h"

// Group-1 operation numbers; the opcode of `op r, r/m` is 8 n + 3.
enum group1 { G_ADD = 0, G_OR = 1, G_ADC = 2, G_SBB = 3, G_AND = 4, G_SUB = 5, G_XOR = 6, G_CMP = 7 };

static void apply(struct emit *e, const struct ir_insn *i, enum group1 g, unsigned reg, uint8_t b)
{
    if (b == IR_IMM)
        x64_group1(&e->a, 0, g, x64_r(reg), i->imm);
    else
        x64_op(&e->a, 0, 8u * g + 3, reg, place(e, b));
}

// d = a op b, in as few instructions as the two-address form allows. The last instruction that changes the
// flags is the operation.
static void binary(struct emit *e, const struct ir_insn *i, enum group1 g, bool commutes)
{
    uint8_t a = i->a, b = i->b;
    if (commutes && (a == IR_IMM || (b == i->d && b != IR_IMM))) a = i->b, b = i->a;
    if (a == i->d && a != IR_IMM) { // in place
        const struct x64_rm p = place(e, a);
        if (b == IR_IMM) {
            x64_group1(&e->a, 0, g, p, i->imm);
        } else if (!p.mem) {
            x64_op(&e->a, 0, 8u * g + 3, (unsigned)p.base, place(e, b));
        } else {
            x64_op(&e->a, 0, 8u * g + 1, in_reg(e, b, RAX), p);
        }
        return;
    }
    unsigned t = dest(e, i->d, RAX);
    if (b != IR_IMM && same(place(e, b), x64_r(t))) t = RAX;
    to_reg(e, i, a, t);
    apply(e, i, g, t, b);
    finish(e, i->d, t);
}

static void compare(struct emit *e, const struct ir_insn *i)
{
    if (i->a == IR_IMM || (i->b != IR_IMM && place(e, i->a).mem)) {
        to_reg(e, i, i->a, RAX);
        apply(e, i, G_CMP, RAX, i->b);
    } else if (i->b == IR_IMM) {
        x64_group1(&e->a, 0, G_CMP, place(e, i->a), i->imm);
    } else {
        x64_op(&e->a, 0, 0x3b, (unsigned)place(e, i->a).base, place(e, i->b));
    }
}

static void test(struct emit *e, const struct ir_insn *i)
{
    const unsigned a = in_reg(e, i->a, RAX);
    if (i->b == IR_IMM) {
        x64_op(&e->a, 0, 0xf7, 0, x64_r(a));
        x64_u32(&e->a, i->imm);
    } else {
        x64_op(&e->a, 0, 0x85, a, place(e, i->b));
    }
}

static void move(struct emit *e, const struct ir_insn *i)
{
    if (i->b == IR_IMM) {
        x64_mov_imm(&e->a, place(e, i->d), i->imm);
    } else if (i->b != i->d) {
        const unsigned t = dest(e, i->d, RAX);
        x64_load(&e->a, t, place(e, i->b));
        finish(e, i->d, t);
    }
    if (!(i->sets & IR_NZ)) return;
    const unsigned t = in_reg(e, i->d, RAX);
    x64_op(&e->a, 0, 0x85, t, x64_r(t));
}

static void invert(struct emit *e, const struct ir_insn *i)
{
    if (i->b == IR_IMM) {
        x64_mov_imm(&e->a, place(e, i->d), ~i->imm);
    } else if (i->b == i->d) {
        x64_op(&e->a, 0, 0xf7, 2, place(e, i->d));
    } else {
        const unsigned t = dest(e, i->d, RAX);
        x64_load(&e->a, t, place(e, i->b));
        x64_op(&e->a, 0, 0xf7, 2, x64_r(t));
        finish(e, i->d, t);
    }
    if (!(i->sets & IR_NZ)) return;
    const unsigned t = in_reg(e, i->d, RAX);
    x64_op(&e->a, 0, 0x85, t, x64_r(t));
}

static void clear(struct emit *e, const struct ir_insn *i)
{
    struct ir_insn and = *i;
    if (i->b == IR_IMM) {
        and.imm = ~i->imm;
        binary(e, &and, G_AND, true);
        return;
    }
    x64_load(&e->a, RCX, place(e, i->b));
    x64_op(&e->a, 0, 0xf7, 2, x64_r(RCX)); // not
    to_reg(e, i, i->a, RAX);
    x64_op(&e->a, 0, 0x23, RAX, x64_r(RCX));
    finish(e, i->d, RAX);
}

void emit_alu(struct emit *e, const struct ir_insn *i)
{
    enum host_flags kind = HOST_LOGIC;
    switch ((enum ir_op)i->op) {
    case IR_ADD: binary(e, i, G_ADD, true), kind = HOST_ADD; break;
    case IR_SUB:
        i->d == IR_NONE ? compare(e, i) : binary(e, i, G_SUB, false);
        kind = HOST_SUB;
        break;
    case IR_ADC: emit_load_carry(e, false), binary(e, i, G_ADC, true), kind = HOST_ADD; break;
    case IR_SBC: emit_load_carry(e, true), binary(e, i, G_SBB, false), kind = HOST_SUB; break;
    case IR_AND: i->d == IR_NONE && i->a != IR_IMM ? test(e, i) : binary(e, i, G_AND, true); break;
    case IR_OR: binary(e, i, G_OR, true); break;
    case IR_XOR: binary(e, i, G_XOR, true); break;
    case IR_BIC: clear(e, i); break;
    case IR_MOV:
        move(e, i);
        if (!i->sets) return; // the host's flags are as before
        break;
    default: invert(e, i); break;
    }
    e->host = HOST_NONE;
    emit_store_flags(e, i, kind);
}

enum shift_op { S_ROL = 0, S_ROR = 1, S_RCR = 3, S_SHL = 4, S_SHR = 5, S_SAR = 7 };

static void shift_const(struct emit *e, const struct ir_insn *i, enum shift_op s)
{
    const unsigned t = dest(e, i->d, RAX);
    uint32_t n = i->imm;
    to_reg(e, i, i->a, t);
    if (n == 32) { // LSR and ASR: the last bit out is bit 31
        x64_op(&e->a, 0, 0xc1, s, x64_r(t));
        x64_byte(&e->a, 31);
        n = 1;
    }
    x64_op(&e->a, 0, 0xc1, s, x64_r(t));
    x64_byte(&e->a, n);
    finish(e, i->d, t);
}

// By a register: the low byte counts, also beyond 31 (A8.4.2).
static void shift_reg(struct emit *e, const struct ir_insn *i, enum shift_op s)
{
    x64_load(&e->a, RCX, place(e, i->b));
    to_reg(e, i, i->a, RAX);
    if (s == S_SAR) { // as by 31
        x64_op(&e->a, 0, 0x0fb6, RCX, x64_r(RCX));
        x64_group1(&e->a, 0, G_CMP, x64_r(RCX), 31);
        uint8_t *at = x64_jcc_at(&e->a, CC_BE);
        x64_mov_imm(&e->a, x64_r(RCX), 31);
        if (!e->a.full) x64_patch(at, e->a.p);
    }
    x64_op(&e->a, 0, 0xd3, s, x64_r(RAX));
    if (s == S_SHL || s == S_SHR) { // 0 from 32 on
        x64_group1(&e->a, X64_8, G_CMP, x64_r(RCX), 32);
        x64_op(&e->a, 0, 0x1b, RCX, x64_r(RCX)); // sbb: all ones if below
        x64_op(&e->a, 0, 0x23, RAX, x64_r(RCX));
    }
    finish(e, i->d, RAX);
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
    x64_op(&e->a, X64_8, 0x0fb6, RCX, place(e, i->b)); // movzx
    x64_load(&e->a, RAX, place(e, i->a));
    x64_op(&e->a, 0, 0x85, RCX, x64_r(RCX)); // test
    uint8_t *none = x64_jcc_at(&e->a, CC_E);
    if (s != S_ROR) {
        x64_group1(&e->a, 0, G_CMP, x64_r(RCX), most);
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
        emit_load_carry(e, false);
        to_reg(e, i, i->a, t); // keeps the flags
        x64_op(&e->a, 0, 0xd1, S_RCR, x64_r(t));
        finish(e, i->d, t);
    } else if (i->b == IR_IMM) {
        shift_const(e, i, ops[i->op - IR_LSL]);
    } else if (i->sets & IR_C) {
        shift_reg_carry(e, i, ops[i->op - IR_LSL]);
        e->host = HOST_NONE;
        return;
    } else {
        shift_reg(e, i, ops[i->op - IR_LSL]);
    }
    e->host = HOST_NONE;
    // The carry is the last bit that was shifted out, as here; the host's ROR puts it there, too.
    if (i->sets & IR_C) emit_store_flags(e, i, HOST_ADD);
    e->host = HOST_NONE;
}
