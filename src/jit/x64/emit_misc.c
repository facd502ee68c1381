// Extensions, bit fields and byte order.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

static void extend(struct emit *e, const struct ir_insn *i)
{
    static const uint16_t ops[] = {0x0fb6, 0x0fb7, 0x0fbe, 0x0fbf};
    const unsigned t = dest(e, i->d, RAX), bytes = i->op == IR_UXT8 || i->op == IR_SXT8;
    struct x64_rm from = place(e, i->b);
    if (i->imm & 31) {
        emit_clobber(e);
        x64_load(&e->a, RAX, from);
        x64_op(&e->a, 0, 0xc1, 1, x64_r(RAX)); // ror
        x64_byte(&e->a, i->imm & 31);
        from = x64_r(RAX);
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
    emit_clobber(e);
    x64_load(&e->a, t, place(e, i->a));
    if (i->op == IR_SBFX) {
        shift_by(e, 4, t, 32 - lsb - width);
        shift_by(e, 7, t, 32 - width);
    } else {
        shift_by(e, 5, t, lsb);
        if (lsb + width < 32) x64_group1(&e->a, 0, 4, x64_r(t), (1u << width) - 1);
    }
    finish(e, i->d, t);
}

static void insert(struct emit *e, const struct ir_insn *i)
{
    const uint32_t lsb = i->imm & 31, width = i->imm >> 8;
    const uint32_t mask = width == 32 ? ~0u : ((1u << width) - 1) << lsb;
    const struct x64_rm d = place(e, i->d);
    if (!lsb && (width == 8 || width == 16)) { // a part of a register, or of memory
        const unsigned a = in_reg(e, i->a, RAX);
        x64_op(&e->a, width == 8 ? X64_8 : X64_16, width == 8 ? 0x88 : 0x89, a, d);
        return;
    }
    emit_clobber(e);
    x64_load(&e->a, RAX, place(e, i->a));
    shift_by(e, 4, RAX, lsb);
    if (lsb + width < 32) x64_group1(&e->a, 0, 4, x64_r(RAX), mask);
    x64_group1(&e->a, 0, 4, d, ~mask);
    x64_op(&e->a, 0, 0x09, RAX, d); // or
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
    if (i->op != IR_REV) emit_clobber(e);
    x64_load(&e->a, t, place(e, i->b));
    bswap(e, t);
    if (i->op == IR_REV16) shift_by(e, 1, t, 16);
    if (i->op == IR_REVSH) shift_by(e, 7, t, 16);
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

static void count_zeros(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = dest(e, i->d, RAX);
    emit_clobber(e);
    if (host_has(HOST_LZCNT)) {
        x64_op(&e->a, 0, 0xf3000fbd, t, place(e, i->b));
    } else { // 31 - BSR, and 32 for nothing
        x64_mov_imm(&e->a, x64_r(RCX), 63);
        x64_op(&e->a, 0, 0x0fbd, t, place(e, i->b)); // bsr
        x64_op(&e->a, 0, 0x0f44, t, x64_r(RCX));     // cmove
        x64_group1(&e->a, 0, 6, x64_r(t), 31);       // xor: 31 - n, and 63 → 32
    }
    finish(e, i->d, t);
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
        if (!i->sets) break;
        x64_op(&e->a, X64_8, 0xc6, 0, CPU_FIELD(host_flags.borrow)), x64_byte(&e->a, !i->imm);
        e->flags.host &= (uint8_t)~IR_C; // the host's carry is another
        e->flags.saved |= IR_C;
        break;
    default: reverse(e, i); break;
    }
}
