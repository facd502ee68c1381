// Additions, logic and moves.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

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
    const struct x64_rm a = i->a == IR_IMM ? x64_r(RAX) : place(e, i->a);
    if (i->a == IR_IMM) x64_mov_imm(&e->a, a, i->imm);
    if (i->b != IR_IMM && a.mem)
        x64_op(&e->a, 0, 0x39, in_reg(e, i->b, RAX), a);
    else if (i->b != IR_IMM)
        x64_op(&e->a, 0, 0x3b, (unsigned)a.base, place(e, i->b));
    else if (!i->imm && !a.mem)
        x64_op(&e->a, 0, 0x85, (unsigned)a.base, a); // test: the same flags
    else
        x64_group1(&e->a, 0, G_CMP, a, i->imm);
}

static void test(struct emit *e, const struct ir_insn *i)
{
    const struct x64_rm a = place(e, i->a);
    if (i->b != IR_IMM) {
        x64_op(&e->a, 0, 0x85, in_reg(e, i->b, RAX), a);
    } else if (i->imm < 0x80) { // bit 7 is clear as bit 31 is
        x64_op(&e->a, X64_8, 0xf6, 0, a);
        x64_byte(&e->a, i->imm);
    } else {
        x64_op(&e->a, 0, 0xf7, 0, a);
        x64_u32(&e->a, i->imm);
    }
}

// d = a - d, where nobody wants the flags.
static bool negate(struct emit *e, const struct ir_insn *i)
{
    if (i->b != i->d || i->a == i->d || i->sets) return false;
    const struct x64_rm d = place(e, i->d);
    x64_op(&e->a, 0, 0xf7, 3, d); // neg
    if (i->a != IR_IMM && !d.mem)
        x64_op(&e->a, 0, 0x03, (unsigned)d.base, place(e, i->a));
    else if (i->a != IR_IMM)
        x64_op(&e->a, 0, 0x01, in_reg(e, i->a, RAX), d);
    else if (i->imm)
        x64_group1(&e->a, 0, G_ADD, d, i->imm);
    return true;
}

static void subtract(struct emit *e, const struct ir_insn *i)
{
    if (i->d == IR_NONE)
        compare(e, i);
    else if (!negate(e, i))
        binary(e, i, G_SUB, false);
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
    enum { ANDN = 0x0f38f2 };
    struct ir_insn and = *i;
    if (i->b == IR_IMM) {
        and.imm = ~i->imm;
        binary(e, &and, G_AND, true);
        return;
    }
    if (host_has(HOST_BMI2)) {
        const unsigned t = dest(e, i->d, RAX), b = in_reg(e, i->b, RCX);
        if (i->a == IR_IMM) x64_mov_imm(&e->a, x64_r(RAX), i->imm);
        x64_vex(&e->a, 0, ANDN, t, b, i->a == IR_IMM ? x64_r(RAX) : place(e, i->a));
        finish(e, i->d, t);
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
    if ((i->op == IR_MOV || i->op == IR_NOT) && !i->sets) { // the host's flags stay
        i->op == IR_MOV ? move(e, i) : invert(e, i);
        return;
    }
    enum host_flags kind = HOST_LOGIC;
    if (i->op == IR_ADC || i->op == IR_SBC) {
        emit_save_flags(e, e->live);
        emit_load_carry(e, i->op == IR_SBC);
    } else {
        emit_clobber(e);
    }
    switch ((enum ir_op)i->op) {
    case IR_ADD: binary(e, i, G_ADD, true), kind = HOST_ADD; break;
    case IR_SUB: subtract(e, i), kind = HOST_SUB; break;
    case IR_ADC: binary(e, i, G_ADC, true), kind = HOST_ADD; break;
    case IR_SBC: binary(e, i, G_SBB, false), kind = HOST_SUB; break;
    case IR_AND: i->d == IR_NONE && i->a != IR_IMM ? test(e, i) : binary(e, i, G_AND, true); break;
    case IR_OR: binary(e, i, G_OR, true); break;
    case IR_XOR: binary(e, i, G_XOR, true); break;
    case IR_BIC: clear(e, i); break;
    case IR_MOV: move(e, i); break;
    default: invert(e, i); break;
    }
    emit_made_flags(e, i, kind);
}
