// Multiplications and divisions. Those with 64-bit results and divisions take RDX: no temporary lives beside
// them.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

enum { MULX = 0xf20f38f6 };
enum { G3_MUL = 4, G3_IMUL = 5, G3_DIV = 6, G3_IDIV = 7 }; // of opcode f7

static void multiply(struct emit *e, const struct ir_insn *i)
{
    unsigned t = dest(e, i->d, RAX);
    if (same(place(e, i->b), x64_r(t)) && i->a != i->b) {
        x64_op(&e->a, 0, 0x0faf, t, place(e, i->a)); // in place
    } else {
        x64_load(&e->a, t, place(e, i->a));
        x64_op(&e->a, 0, 0x0faf, t, place(e, i->b));
    }
    finish(e, i->d, t);
    if (!(i->sets & IR_NZ)) return;
    x64_op(&e->a, 0, 0x85, t, x64_r(t));
    emit_made_flags(e, i, HOST_LOGIC);
}

// N and Z of e:d.
static void long_flags(struct emit *e, const struct ir_insn *i)
{
    if (!(i->sets & IR_NZ)) return;
    x64_op(&e->a, 0, 0x8b, RAX, place(e, i->d));
    x64_op(&e->a, 0, 0x8b, RCX, place(e, i->e));
    x64_op(&e->a, X64_64, 0xc1, 4, x64_r(RCX)); // shl
    x64_byte(&e->a, 32);
    x64_op(&e->a, X64_64, 0x0b, RAX, x64_r(RCX)); // or: the host's flags are of 64 bits
    emit_made_flags(e, i, HOST_LOGIC);
}

// EDX:EAX = a * b
static void product(struct emit *e, const struct ir_insn *i, bool is_signed)
{
    x64_load(&e->a, RAX, place(e, i->a));
    x64_op(&e->a, 0, 0xf7, is_signed ? G3_IMUL : G3_MUL, place(e, i->b));
}

static void multiply_long(struct emit *e, const struct ir_insn *i, bool is_signed)
{
    const struct x64_rm d = place(e, i->d), h = place(e, i->e);
    if (!is_signed && host_has(HOST_BMI2) && !d.mem && !h.mem && !i->sets) {
        x64_load(&e->a, RDX, place(e, i->a));
        x64_vex(&e->a, 0, MULX, (unsigned)h.base, (unsigned)d.base, place(e, i->b));
        return;
    }
    emit_clobber(e);
    product(e, i, is_signed);
    finish(e, i->e, RDX);
    finish(e, i->d, RAX);
    long_flags(e, i);
}

static void accumulate_long(struct emit *e, const struct ir_insn *i, bool is_signed)
{
    product(e, i, is_signed);
    x64_op(&e->a, 0, 0x01, RAX, place(e, i->d)); // add
    x64_op(&e->a, 0, 0x11, RDX, place(e, i->e)); // adc
    long_flags(e, i);
}

// e:d = a * b + d + e
static void accumulate_both(struct emit *e, const struct ir_insn *i)
{
    product(e, i, false);
    x64_op(&e->a, 0, 0x03, RAX, place(e, i->d));
    x64_group1(&e->a, 0, 2, x64_r(RDX), 0); // adc
    x64_op(&e->a, 0, 0x03, RAX, place(e, i->e));
    x64_group1(&e->a, 0, 2, x64_r(RDX), 0);
    finish(e, i->e, RDX);
    finish(e, i->d, RAX);
}

static uint8_t *short_jump(struct emit *e, unsigned opcode)
{
    x64_byte(&e->a, opcode);
    x64_byte(&e->a, 0);
    return e->a.p;
}

static void land(struct emit *e, uint8_t *from)
{
    if (!e->a.full) from[-1] = (uint8_t)(e->a.p - from);
}

enum { JE = 0x74, JA = 0x77, JMP = 0xeb };

static void divide_with_rest(struct emit *e, const struct ir_insn *i)
{
    const unsigned b = in_reg(e, i->b, RCX);
    x64_load(&e->a, RAX, place(e, i->a));
    x64_op(&e->a, 0, 0x31, RDX, x64_r(RDX)); // xor
    x64_op(&e->a, 0, 0xf7, G3_DIV, x64_r(b));
    finish(e, i->e, RDX);
    finish(e, i->d, RAX);
}

// By zero gives zero (A8.8.248).
static void divide_unsigned(struct emit *e, const struct ir_insn *i)
{
    const unsigned b = in_reg(e, i->b, RCX);
    x64_op(&e->a, 0, 0x31, RAX, x64_r(RAX)); // xor
    x64_op(&e->a, 0, 0x85, b, x64_r(b));     // test
    uint8_t *zero = short_jump(e, JE);
    x64_load(&e->a, RAX, place(e, i->a));
    x64_op(&e->a, 0, 0x31, RDX, x64_r(RDX));
    x64_op(&e->a, 0, 0xf7, G3_DIV, x64_r(b));
    land(e, zero);
    finish(e, i->d, RAX);
}

// By zero gives zero, the most negative by -1 itself (A8.8.165). The host traps at both: -a & b is the result
// for a divisor of 0 or -1.
static void divide_signed(struct emit *e, const struct ir_insn *i)
{
    const unsigned b = in_reg(e, i->b, RCX);
    x64_op(&e->a, 0, 0x8d, RDX, x64_m(b, 1)); // lea
    x64_load(&e->a, RAX, place(e, i->a));
    x64_group1(&e->a, 0, 7, x64_r(RDX), 1); // cmp
    uint8_t *usual = short_jump(e, JA);
    x64_op(&e->a, 0, 0xf7, 3, x64_r(RAX)); // neg
    x64_op(&e->a, 0, 0x23, RAX, x64_r(b)); // and
    uint8_t *end = short_jump(e, JMP);
    land(e, usual);
    x64_byte(&e->a, 0x99); // cdq
    x64_op(&e->a, 0, 0xf7, G3_IDIV, x64_r(b));
    land(e, end);
    finish(e, i->d, RAX);
}

// 64 bits in a register, by way of RDX.
static void join(struct emit *e, unsigned to, uint8_t low, uint8_t high)
{
    x64_load(&e->a, to, place(e, low));
    x64_load(&e->a, RDX, place(e, high));
    x64_op(&e->a, X64_64, 0xc1, 4, x64_r(RDX)); // shl
    x64_byte(&e->a, 32);
    x64_op(&e->a, X64_64, 0x0b, to, x64_r(RDX)); // or
}

// ir/rounds.c: R in RAX, 2 * D - 1 in RCX. From 4 rounds on; a quotient of more than 64 bits would trap.
static void rounds(struct emit *e, const struct ir_insn *i)
{
    enum { FEWEST = 4, MOST = 64, MOVQ = 0x66000f6e, MOVQ_TO = 0x66000f7e, SHLD = 0x0fa5, CMOVE = 0x0f44 };
    const struct x64_rm n = place(e, i->n);
    uint8_t *one_by_one[4];
    x64_load(&e->a, RAX, n);
    x64_group1(&e->a, 0, 5, x64_r(RAX), FEWEST); // sub
    x64_group1(&e->a, 0, 7, x64_r(RAX), MOST - FEWEST);
    one_by_one[0] = x64_jcc_at(&e->a, CC_A);
    join(e, RAX, i->d, i->e);
    join(e, RCX, i->a, i->b);
    x64_op(&e->a, X64_64, 0x03, RCX, x64_r(RCX)); // add
    one_by_one[1] = x64_jcc_at(&e->a, CC_B);
    x64_op(&e->a, X64_64, 0x3b, RAX, x64_r(RCX)); // cmp
    one_by_one[2] = x64_jcc_at(&e->a, CC_AE);
    x64_op(&e->a, X64_64, 0x85, RAX, x64_r(RAX)); // test
    one_by_one[3] = x64_jcc_at(&e->a, CC_E);
    x64_group1(&e->a, X64_64, 5, x64_r(RCX), 1);
    x64_op(&e->a, X64_64, MOVQ, 0, x64_r(RCX));
    x64_load(&e->a, RCX, n);
    x64_group1(&e->a, 0, 5, x64_r(RCX), 1);
    x64_op(&e->a, 0, 0x31, RDX, x64_r(RDX)); // xor
    x64_op(&e->a, X64_64, SHLD, RAX, x64_r(RDX));
    x64_op(&e->a, X64_64, 0xd3, 4, x64_r(RAX)); // shl
    x64_op(&e->a, X64_64, MOVQ_TO, 0, x64_r(RCX));
    x64_op(&e->a, X64_64, 0xf7, G3_DIV, x64_r(RCX));
    x64_op(&e->a, X64_64, 0x85, RDX, x64_r(RDX));
    x64_op(&e->a, X64_64, CMOVE, RDX, x64_r(RCX));
    x64_store(&e->a, place(e, i->d), RDX);
    x64_op(&e->a, X64_64, 0xc1, 5, x64_r(RDX)); // shr
    x64_byte(&e->a, 32);
    x64_store(&e->a, place(e, i->e), RDX);
    x64_mov_imm(&e->a, n, 1);
    for (unsigned k = 0; k < 4 && !e->a.full; k++)
        x64_patch(one_by_one[k], e->a.p);
}

void emit_multiply(struct emit *e, const struct ir_insn *i)
{
    if (i->op != IR_UMULL) emit_clobber(e);
    switch ((enum ir_op)i->op) {
    case IR_MUL: multiply(e, i); break;
    case IR_UMULL: multiply_long(e, i, false); break;
    case IR_SMULL: multiply_long(e, i, true); break;
    case IR_UMLAL: accumulate_long(e, i, false); break;
    case IR_SMLAL: accumulate_long(e, i, true); break;
    case IR_UMAAL: accumulate_both(e, i); break;
    case IR_DIVREM: divide_with_rest(e, i); break;
    case IR_UDIV: divide_unsigned(e, i); break;
    case IR_ROUNDS: rounds(e, i); break;
    default: divide_signed(e, i); break;
    }
}
