// Multiplies, divisions, extensions, bit fields and byte order.
#include "jit/x64/emit_internal.h"

// A 64-bit product of two 32-bit values in RAX, from zero- or sign-extended operands.
static void long_product(struct emit *e, const struct ir_insn *i, bool is_signed)
{
    if (is_signed) {
        x64_op(&e->a, X64_64, 0x63, RAX, place(e, i->a)); // movsxd
        x64_op(&e->a, X64_64, 0x63, RCX, place(e, i->b));
    } else {
        x64_op(&e->a, 0, 0x8b, RAX, place(e, i->a));
        x64_op(&e->a, 0, 0x8b, RCX, place(e, i->b));
    }
    x64_op(&e->a, X64_64, 0x0faf, RAX, x64_r(RCX)); // imul
}

static void split(struct emit *e, const struct ir_insn *i)
{
    finish(e, i->d, RAX);
    x64_op(&e->a, X64_64, 0x8b, RCX, x64_r(RAX));
    x64_op(&e->a, X64_64, 0xc1, 5, x64_r(RCX)); // shr rcx, 32
    x64_byte(&e->a, 32);
    finish(e, i->e, RCX);
    if (!(i->sets & IR_NZ)) return;
    x64_op(&e->a, X64_64, 0x85, RAX, x64_r(RAX));
    emit_store_flags(e, i, HOST_LOGIC);
}

static void accumulate(struct emit *e, const struct ir_insn *i)
{
    x64_op(&e->a, 0, 0x8b, RCX, place(e, i->e));
    x64_op(&e->a, X64_64, 0xc1, 4, x64_r(RCX)); // shl rcx, 32
    x64_byte(&e->a, 32);
    x64_op(&e->a, X64_64, 0x03, RAX, x64_r(RCX));
    x64_op(&e->a, 0, 0x8b, RCX, place(e, i->d));
    x64_op(&e->a, X64_64, 0x03, RAX, x64_r(RCX));
}

static void multiply(struct emit *e, const struct ir_insn *i)
{
    unsigned t = dest(e, i->d, RAX);
    if (same(place(e, i->b), x64_r(t)) && i->a != i->b) t = RAX;
    x64_load(&e->a, t, place(e, i->a));
    x64_op(&e->a, 0, 0x0faf, t, place(e, i->b));
    finish(e, i->d, t);
    if (!(i->sets & IR_NZ)) return;
    x64_op(&e->a, 0, 0x85, t, x64_r(t));
    emit_store_flags(e, i, HOST_LOGIC);
}

// By zero gives zero; the most negative by -1 itself (A8.8.165). In 64 bits neither traps but the first.
static void divide(struct emit *e, const struct ir_insn *i, bool is_signed)
{
    if (is_signed)
        x64_op(&e->a, X64_64, 0x63, RCX, place(e, i->b));
    else
        x64_op(&e->a, 0, 0x8b, RCX, place(e, i->b));
    x64_op(&e->a, 0, 0x31, RAX, x64_r(RAX)); // xor
    x64_op(&e->a, 0, 0x85, RCX, x64_r(RCX)); // test
    uint8_t *zero = x64_jcc_at(&e->a, CC_E);
    if (is_signed) {
        x64_op(&e->a, X64_64, 0x63, RAX, place(e, i->a));
        x64_byte(&e->a, 0x48), x64_byte(&e->a, 0x99); // cqo
        x64_op(&e->a, X64_64, 0xf7, 7, x64_r(RCX));   // idiv
    } else {
        x64_op(&e->a, 0, 0x8b, RAX, place(e, i->a));
        x64_op(&e->a, 0, 0x31, RDX, x64_r(RDX));
        x64_op(&e->a, 0, 0xf7, 6, x64_r(RCX)); // div
    }
    if (!e->a.full) x64_patch(zero, e->a.p);
    x64_op(&e->a, 0, 0x8b, RAX, x64_r(RAX)); // 32 bits of it
    finish(e, i->d, RAX);
}

void emit_multiply(struct emit *e, const struct ir_insn *i)
{
    e->host = HOST_NONE;
    switch ((enum ir_op)i->op) {
    case IR_MUL: multiply(e, i); break;
    case IR_UMULL: long_product(e, i, false), split(e, i); break;
    case IR_SMULL: long_product(e, i, true), split(e, i); break;
    case IR_UMLAL:
    case IR_SMLAL:
        // The product stays in RAX while RCX brings the addend.
        long_product(e, i, i->op == IR_SMLAL);
        accumulate(e, i);
        split(e, i);
        break;
    case IR_UMAAL:
        long_product(e, i, false);
        x64_op(&e->a, 0, 0x8b, RCX, place(e, i->d));
        x64_op(&e->a, X64_64, 0x03, RAX, x64_r(RCX));
        x64_op(&e->a, 0, 0x8b, RCX, place(e, i->e));
        x64_op(&e->a, X64_64, 0x03, RAX, x64_r(RCX));
        split(e, i);
        break;
    default: divide(e, i, i->op == IR_SDIV); break;
    }
}

static void extend(struct emit *e, const struct ir_insn *i)
{
    static const uint16_t ops[] = {0x0fb6, 0x0fb7, 0x0fbe, 0x0fbf};
    const unsigned t = dest(e, i->d, RAX), bytes = i->op == IR_UXT8 || i->op == IR_SXT8;
    struct x64_rm from = place(e, i->b);
    if (i->imm & 31) {
        x64_load(&e->a, RAX, from);
        x64_op(&e->a, 0, 0xc1, 1, x64_r(RAX)); // ror
        x64_byte(&e->a, i->imm & 31);
        from = x64_r(RAX);
        e->host = HOST_NONE;
    }
    x64_op(&e->a, bytes ? X64_8 : 0, ops[i->op - IR_UXT8], t, from);
    finish(e, i->d, t);
}

static void shift_by(struct emit *e, unsigned op, unsigned reg, uint32_t n)
{
    if (!n) return;
    x64_op(&e->a, 0, 0xc1, op, x64_r(reg));
    x64_byte(&e->a, n);
}

static void field(struct emit *e, const struct ir_insn *i)
{
    const uint32_t lsb = i->imm & 31, width = i->imm >> 8;
    const unsigned t = dest(e, i->d, RAX);
    x64_load(&e->a, t, place(e, i->a));
    shift_by(e, 4, t, 32 - lsb - width);
    shift_by(e, i->op == IR_SBFX ? 7 : 5, t, 32 - width);
    finish(e, i->d, t);
    e->host = HOST_NONE;
}

static void insert(struct emit *e, const struct ir_insn *i)
{
    const uint32_t lsb = i->imm & 31, width = i->imm >> 8;
    const uint32_t mask = width == 32 ? ~0u : ((1u << width) - 1) << lsb;
    x64_load(&e->a, RAX, place(e, i->a));
    shift_by(e, 4, RAX, lsb);
    x64_group1(&e->a, 0, 4, x64_r(RAX), mask);
    x64_group1(&e->a, 0, 4, place(e, i->d), ~mask);
    x64_op(&e->a, 0, 0x09, RAX, place(e, i->d)); // or
    e->host = HOST_NONE;
}

static void bswap(struct emit *e, unsigned reg)
{
    if (reg >= 8) x64_byte(&e->a, 0x41);
    x64_byte(&e->a, 0x0f);
    x64_byte(&e->a, 0xc8 | (reg & 7));
}

static void reverse(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = dest(e, i->d, RAX);
    x64_load(&e->a, t, place(e, i->b));
    bswap(e, t);
    if (i->op == IR_REV16) shift_by(e, 1, t, 16);
    if (i->op == IR_REVSH) shift_by(e, 7, t, 16);
    if (i->op != IR_REV) e->host = HOST_NONE;
    finish(e, i->d, t);
}

// Swaps neighbouring groups of n bits of EAX; mask: the lower group of each pair.
static void swap_groups(struct emit *e, unsigned n, uint32_t mask)
{
    x64_mov(&e->a, RCX, RAX);
    shift_by(e, 5, RAX, n);
    x64_group1(&e->a, 0, 4, x64_r(RAX), mask);
    x64_group1(&e->a, 0, 4, x64_r(RCX), mask);
    shift_by(e, 4, RCX, n);
    x64_op(&e->a, 0, 0x0b, RAX, x64_r(RCX)); // or
}

static void reverse_bits(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    x64_load(&e->a, RAX, place(e, i->b));
    bswap(e, RAX);
    swap_groups(e, 4, 0x0f0f0f0f);
    swap_groups(e, 2, 0x33333333);
    swap_groups(e, 1, 0x55555555);
    finish(e, i->d, RAX);
}

// Without LZCNT, which not every host has: 31 - BSR, and 32 for nothing.
static void count_zeros(struct emit *e, const struct ir_insn *i)
{
    x64_mov_imm(&e->a, x64_r(RCX), 63);
    x64_op(&e->a, 0, 0x0fbd, RAX, place(e, i->b)); // bsr
    x64_op(&e->a, 0, 0x0f44, RAX, x64_r(RCX));     // cmove
    x64_group1(&e->a, 0, 6, x64_r(RAX), 31);       // xor: 31 - n, and 63 → 32
    finish(e, i->d, RAX);
    e->host = HOST_NONE;
}

void emit_misc(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_UXT8:
    case IR_UXT16:
    case IR_SXT8:
    case IR_SXT16: extend(e, i); break;
    case IR_UBFX:
    case IR_SBFX: field(e, i); break;
    case IR_BFI: insert(e, i); break;
    case IR_CLZ: count_zeros(e, i); break;
    case IR_RBIT: reverse_bits(e, i); break;
    case IR_TPIDR: {
        const unsigned t = dest(e, i->d, RAX);
        x64_load(&e->a, t, i->imm ? CPU_FIELD(tpidruro) : CPU_FIELD(tpidrurw));
        finish(e, i->d, t);
        break;
    }
    case IR_CARRY:
        x64_op(&e->a, X64_8, 0xc6, 0, CPU_FIELD(host_flags.borrow)), x64_byte(&e->a, !i->imm);
        break;
    default: reverse(e, i); break;
    }
}
