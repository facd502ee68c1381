// Guest loads and stores: one host instruction in the guest's window.
#include "jit/x64/emit_internal.h"

static void site(struct emit *e, const struct ir_insn *i, bool above)
{
    if (e->nsites == EMIT_MAX_SITES) {
        e->a.full = true;
        return;
    }
    e->sites[e->nsites++] = (struct emit_site){.offset = (uint32_t)(e->a.p - e->start),
                                               .pc = i->pc,
                                               .it = i->it,
                                               .count = i->count,
                                               .probe = above,
                                               .leave = i->op == IR_LD32 && i->x,
                                               .flags = e->flags};
    if (i->ahead) {
        const struct ir_insn *c = i + i->ahead;
        e->sites[e->nsites - 1].due = (struct emit_due){c->sets, c->op, c->a, c->b, c->imm};
    }
}

void emit_site(struct emit *e, const struct ir_insn *i)
{
    site(e, i, i->mode & IR_ABOVE);
}

void emit_site_above(struct emit *e, const struct ir_insn *i)
{
    site(e, i, true);
}

// a + imm, a + (b << n) or a - (b << n).
struct x64_rm emit_address(struct emit *e, const struct ir_insn *i)
{
    struct x64_rm m = {.mem = true, .gs = true, .base = -1, .index = -1, .disp = (int32_t)i->imm};
    if (i->a == IR_NONE) return m;
    m.base = (int8_t)in_reg(e, i->a, RAX);
    if (i->b == IR_NONE) return m;
    m.disp = 0;
    if (i->mode & IR_MINUS) {
        emit_clobber(e);
        x64_mov(&e->a, RAX, (unsigned)m.base);
        unsigned b = in_reg(e, i->b, RCX);
        if (i->n) {
            x64_mov(&e->a, RCX, b), b = RCX;
            x64_op(&e->a, 0, 0xc1, 4, x64_r(RCX)); // shl
            x64_byte(&e->a, i->n);
        }
        x64_op(&e->a, 0, 0x2b, RAX, x64_r(b));
        m.base = RAX;
        return m;
    }
    m.index = (int8_t)in_reg(e, i->b, RCX);
    m.scale = i->n;
    return m;
}

static void load(struct emit *e, const struct ir_insn *i, unsigned opcode)
{
    const struct x64_rm m = emit_address(e, i);
    const unsigned t = dest(e, i->d, RAX);
    emit_site(e, i);
    x64_op(&e->a, 0, opcode, t, m);
    finish(e, i->d, t);
}

static void store(struct emit *e, const struct ir_insn *i, unsigned width, unsigned opcode)
{
    const struct x64_rm m = emit_address(e, i);
    unsigned v = RCX;
    if (m.index == RCX && place(e, i->d).mem) { // all three free registers would be in use
        struct x64_rm sum = m;
        sum.gs = false;
        x64_op(&e->a, 0, 0x8d, RAX, sum); // lea
        x64_load(&e->a, RCX, place(e, i->d));
        const struct x64_rm flat = {.mem = true, .gs = true, .base = RAX, .index = -1};
        emit_site(e, i);
        x64_op(&e->a, width, opcode, RCX, flat);
        return;
    }
    v = in_reg(e, i->d, RCX);
    emit_site(e, i);
    x64_op(&e->a, width, opcode, v, m);
}

void emit_memory(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_LD8: load(e, i, 0x0fb6); break;
    case IR_LD16: load(e, i, 0x0fb7); break;
    case IR_LDS8: load(e, i, 0x0fbe); break;
    case IR_LDS16: load(e, i, 0x0fbf); break;
    case IR_ST8: store(e, i, X64_8, 0x88); break;
    case IR_ST16: store(e, i, X64_16, 0x89); break;
    case IR_ST32: store(e, i, 0, 0x89); break;
    default: load(e, i, 0x8b); break; // IR_LD32, IR_PROBE
    }
}

// Unless it is aligned, the interpreter does this instruction, and finds out what is wrong with it.
void emit_align(struct emit *e, const struct ir_insn *i)
{
    const struct x64_rm a = place(e, i->a);
    emit_clobber(e);
    x64_op(&e->a, a.mem ? X64_8 : 0, a.mem ? 0xf6 : 0xf7, 0, a); // test
    if (a.mem)
        x64_byte(&e->a, i->imm - 1);
    else
        x64_u32(&e->a, i->imm - 1);
    emit_leave_if(e, i, CC_NE);
}
