// Privileged code's state: what is expected of it, its words, masks, the status register.
#include "cpu/cpu.h"
#include "jit/x64/emit_internal.h"

static struct x64_rm state(const struct ir_insn *i)
{
    return x64_m(RBP, (int32_t)i->imm);
}

static void compare_byte(struct emit *e, struct x64_rm m, unsigned with)
{
    x64_op(&e->a, X64_8, 0x80, 7, m); // cmp
    x64_byte(&e->a, (uint8_t)with);
}

static void expect(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    switch ((enum ir_expect)i->imm) {
    case IR_PRIVILEGED:
        compare_byte(e, CPU_FIELD(mode), MODE_USR);
        emit_leave_if(e, i, CC_E);
        break;
    case IR_NO_INTERRUPT: // one that comes from here on asks for an exit, too
        x64_group1(&e->a, 0, 7, CPU_FIELD(irq_lines), 0);
        emit_leave_if(e, i, CC_NE);
        break;
    case IR_SYNCED:
        compare_byte(e, CPU_FIELD(sync_pending), 0);
        emit_leave_if(e, i, CC_NE);
        break;
    }
}

_Static_assert((PSR_I | PSR_F) < 0x100, "both are in the first byte of masks, and A is not");

static void masks(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    x64_load(&e->a, RAX, place(e, i->a));
    x64_mov(&e->a, RCX, RAX);
    x64_group1(&e->a, 0, 4, x64_r(RCX), PSR_M);
    x64_op(&e->a, X64_8, 0x38, RCX, CPU_FIELD(mode)); // cmp
    emit_leave_if(e, i, CC_NE);
    x64_group1(&e->a, 0, 4, x64_r(RAX), PSR_I | PSR_F);
    x64_op(&e->a, X64_8, 0x88, RAX, CPU_FIELD(masks)); // mov
}

// EAX = EAX * 2 + a byte
static void append(struct x64 *a, struct x64_rm byte)
{
    x64_op(a, 0, 0x0fb6, RCX, byte); // movzx
    x64_op(a, 0, 0x8d, RAX, (struct x64_rm){.mem = true, .base = RCX, .index = RAX, .scale = 1});
}

static void shift(struct x64 *a, unsigned n, unsigned reg, unsigned by)
{
    x64_op(a, 0, 0xc1, n, x64_r(reg));
    x64_byte(a, (uint8_t)by);
}

void emit_read_cpsr_code(struct x64 *a, struct emit_shared *s)
{
    x64_align(a, 16, 0);
    s->read_cpsr = a->p;
    x64_op(a, 0, 0x0fb6, RAX, CPU_FIELD(host_flags.n));
    append(a, CPU_FIELD(host_flags.z));
    append(a, CPU_FIELD(host_flags.borrow));
    append(a, CPU_FIELD(host_flags.overflow));
    x64_group1(a, 0, 6, x64_r(RAX), 2); // xor: C is no borrow
    append(a, CPU_FIELD(qf));
    shift(a, 4, RAX, 27); // shl
    x64_op(a, 0, 0x8b, RCX, CPU_FIELD(ge_clear));
    x64_op(a, 0, 0xf7, 2, x64_r(RCX)); // not
    x64_group1(a, 0, 4, x64_r(RCX), 0x01010101);
    x64_op(a, 0, 0x69, RCX, x64_r(RCX)); // imul: each byte's bit to one of 27:24
    x64_u32(a, 0x01020408);
    shift(a, 5, RCX, 8); // shr
    x64_group1(a, 0, 4, x64_r(RCX), PSR_GE);
    x64_op(a, 0, 0x0b, RAX, x64_r(RCX)); // or
    x64_op(a, 0, 0x0fb7, RCX, CPU_FIELD(masks));
    x64_op(a, 0, 0x0b, RAX, x64_r(RCX));
    x64_op(a, 0, 0x0fb6, RCX, CPU_FIELD(mode));
    x64_op(a, 0, 0x0b, RAX, x64_r(RCX));
    x64_byte(a, 0xc3);
}

// Data is little-endian where compiled code runs: E is 0.
static void read_status(struct emit *e, const struct ir_insn *i)
{
    emit_save_flags(e, IR_NZCV);
    emit_clobber(e);
    x64_call_to(&e->a, e->shared->read_cpsr);
    finish(e, i->d, RAX);
}

void emit_system(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_EXPECT: expect(e, i); break;
    case IR_STATE_LD: {
        const unsigned t = dest(e, i->d, RAX);
        x64_load(&e->a, t, state(i));
        finish(e, i->d, t);
        break;
    }
    case IR_STATE_ST: x64_store(&e->a, state(i), in_reg(e, i->a, RAX)); break;
    case IR_MASK:
        emit_clobber(e);
        x64_op(&e->a, X64_8, 0x80, i->n ? 1 : 4, CPU_FIELD(masks)); // or, and
        x64_byte(&e->a, (uint8_t)(i->n ? i->imm : ~i->imm));
        break;
    case IR_MASKS: masks(e, i); break;
    default: read_status(e, i); break;
    }
}
