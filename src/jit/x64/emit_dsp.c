// Multiplies of halfwords and saturation. Q, which is sticky, is struct cpu's qf.
#include "jit/x64/emit_internal.h"

// A half of a location to a register, sign-extended to 64 bits.
static void half(struct emit *e, uint8_t loc, bool top, unsigned to)
{
    struct x64_rm p = place(e, loc);
    if (top && !p.mem) {
        x64_op(&e->a, X64_64, 0x63, to, p);        // movsxd
        x64_op(&e->a, X64_64, 0xc1, 7, x64_r(to)); // sar
        x64_byte(&e->a, 16);
        return;
    }
    if (top) p.disp += 2;
    x64_op(&e->a, X64_64, 0x0fbf, to, p); // movsx
}

static void imul(struct emit *e, unsigned to, unsigned by)
{
    x64_op(&e->a, X64_64, 0x0faf, to, x64_r(by));
}

// Q, if a condition of the host's flags holds. Uses CL.
static void set_q(struct emit *e, enum x64_cc cc)
{
    x64_op(&e->a, X64_8, 0x0f90u | cc, 0, x64_r(RCX));
    x64_op(&e->a, X64_8, 0x08, RCX, CPU_FIELD(qf)); // or
}

static void product(struct emit *e, const struct ir_insn *i)
{
    half(e, i->b, i->n & 2, RCX);
    half(e, i->a, i->n & 1, RAX);
    imul(e, RAX, RCX);
}

// Products that fit into 32 bits.
static void product_short(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = i->d == i->b ? RAX : dest(e, i->d, RAX);
    half(e, i->a, i->n & 1, t);
    half(e, i->b, i->n & 2, RCX);
    x64_op(&e->a, 0, 0x0faf, t, x64_r(RCX));
    finish(e, i->d, t);
}

static void product_wide(struct emit *e, const struct ir_insn *i)
{
    half(e, i->b, i->n & 2, RCX);
    x64_op(&e->a, X64_64, 0x63, RAX, place(e, i->a)); // movsxd
    imul(e, RAX, RCX);
    x64_op(&e->a, X64_64, 0xc1, 7, x64_r(RAX)); // sar
    x64_byte(&e->a, 16);
    finish(e, i->d, RAX);
}

// The sum or difference of two products, in RAX; n: b's halves exchanged. No temporary is in use.
static void two_products(struct emit *e, const struct ir_insn *i)
{
    half(e, i->a, false, RAX);
    half(e, i->b, i->n, RCX);
    imul(e, RAX, RCX);
    half(e, i->a, true, RCX);
    half(e, i->b, !i->n, RDX);
    imul(e, RCX, RDX);
    x64_op(&e->a, X64_64, i->mode & IR_MINUS ? 0x2b : 0x03, RAX, x64_r(RCX));
}

static void dual(struct emit *e, const struct ir_insn *i)
{
    two_products(e, i);
    if (i->e != IR_NONE) {
        x64_op(&e->a, X64_64, 0x63, RCX, place(e, i->e)); // movsxd
        x64_op(&e->a, X64_64, 0x03, RAX, x64_r(RCX));
    }
    x64_op(&e->a, X64_64, 0x63, RCX, x64_r(RAX));
    x64_op(&e->a, X64_64, 0x3b, RCX, x64_r(RAX)); // fits?
    set_q(e, CC_NE);
    finish(e, i->d, RAX);
}

// e:d += RAX
static void accumulate_long(struct emit *e, const struct ir_insn *i)
{
    x64_op(&e->a, 0, 0x8b, RCX, place(e, i->e));
    x64_op(&e->a, X64_64, 0xc1, 4, x64_r(RCX)); // shl
    x64_byte(&e->a, 32);
    x64_op(&e->a, 0, 0x8b, RDX, place(e, i->d));
    x64_op(&e->a, X64_64, 0x03, RCX, x64_r(RDX));
    x64_op(&e->a, X64_64, 0x03, RAX, x64_r(RCX));
    finish(e, i->d, RAX);
    x64_op(&e->a, X64_64, 0xc1, 5, x64_r(RAX)); // shr
    x64_byte(&e->a, 32);
    finish(e, i->e, RAX);
}

// It hardly ever overflows.
static void add_q(struct emit *e, const struct ir_insn *i)
{
    const bool swap = i->b == i->d;
    const unsigned t = dest(e, i->d, RAX);
    x64_load(&e->a, t, place(e, swap ? i->b : i->a));
    x64_op(&e->a, 0, 0x03, t, place(e, swap ? i->a : i->b));
    emit_set_q_if(e, CC_O);
    finish(e, i->d, t);
}

// What overflows has the first operand's sign.
static void saturating(struct emit *e, const struct ir_insn *i)
{
    x64_load(&e->a, RAX, place(e, i->a));
    x64_mov(&e->a, RCX, RAX);
    x64_op(&e->a, 0, 0xc1, 7, x64_r(RCX)); // sar
    x64_byte(&e->a, 31);
    x64_group1(&e->a, 0, 6, x64_r(RCX), 0x7fffffff); // xor
    x64_op(&e->a, 0, i->op == IR_QSUB ? 0x2b : 0x03, RAX, place(e, i->b));
    x64_op(&e->a, 0, 0x0f40 | CC_O, RAX, x64_r(RCX)); // cmov
    set_q(e, CC_O);
    finish(e, i->d, RAX);
}

static void limit(struct emit *e, uint32_t to, enum x64_cc beyond)
{
    x64_mov_imm(&e->a, x64_r(RCX), to);
    x64_op(&e->a, 0, 0x3b, RAX, x64_r(RCX));
    x64_op(&e->a, 0, 0x0f40u | beyond, RAX, x64_r(RCX)); // cmov
}

static void saturate(struct emit *e, const struct ir_insn *i)
{
    const uint32_t top = (uint32_t)((1ull << (i->op == IR_SSAT ? i->imm - 1 : i->imm)) - 1);
    x64_load(&e->a, RAX, place(e, i->b));
    limit(e, top, CC_G);
    limit(e, i->op == IR_SSAT ? ~top : 0, CC_L);
    x64_op(&e->a, 0, 0x3b, RAX, place(e, i->b)); // another?
    set_q(e, CC_NE);
    finish(e, i->d, RAX);
}

void emit_dsp(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    switch ((enum ir_op)i->op) {
    case IR_MULH: product_short(e, i); break;
    case IR_MULW: product_wide(e, i); break;
    case IR_MULHL: product(e, i), accumulate_long(e, i); break;
    case IR_DUAL: dual(e, i); break;
    case IR_DUALL: two_products(e, i), accumulate_long(e, i); break;
    case IR_ADDQ: add_q(e, i); break;
    case IR_QADD:
    case IR_QSUB: saturating(e, i); break;
    default: saturate(e, i); break;
    }
}
