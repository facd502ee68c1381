// Guest loads and stores: of a program one host instruction in the guest's window; of a machine see
// emit_tlb.c.
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

// What faults in a machine's window the interpreter does.
static void access_site(struct emit *e, const struct ir_insn *i, bool above)
{
    if (e->tlb) return;
    site(e, i, above);
    if (e->shared->system && !e->a.full) e->sites[e->nsites - 1].leave = true;
}

void emit_access_site(struct emit *e, const struct ir_insn *i)
{
    access_site(e, i, i->mode & IR_ABOVE);
}

void emit_access_site_above(struct emit *e, const struct ir_insn *i)
{
    access_site(e, i, true);
}

// a + imm, a + (b << n) or a - (b << n), or imm + (b << n).
struct x64_rm emit_address(struct emit *e, const struct ir_insn *i)
{
    struct x64_rm m = {.mem = true, .gs = true, .base = -1, .index = -1, .disp = (int32_t)i->imm};
    if (i->a != IR_NONE) m.base = (int8_t)in_reg(e, i->a, RAX);
    if (i->b == IR_NONE) return m;
    if (i->a != IR_NONE) m.disp = 0;
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

static void load(struct emit *e, const struct ir_insn *i, unsigned bytes, unsigned opcode)
{
    const struct x64_rm m = emit_access(e, i, bytes, false);
    const unsigned t = dest(e, i->d, RAX);
    emit_access_site(e, i);
    x64_op(&e->a, 0, opcode, t, m);
    finish(e, i->d, t);
}

static void store(struct emit *e, const struct ir_insn *i, unsigned bytes, unsigned width, unsigned opcode)
{
    if (e->tlb) {
        const bool in_memory = place(e, i->d).mem;
        const struct x64_rm host = (in_memory ? emit_access_rcx : emit_access)(e, i, bytes, true);
        x64_op(&e->a, width, opcode, in_reg(e, i->d, RAX), host);
        return;
    }
    const struct x64_rm m = emit_address(e, i);
    unsigned v = RCX;
    if (m.index == RCX && place(e, i->d).mem) { // all three free registers would be in use
        struct x64_rm sum = m;
        sum.gs = false;
        x64_op(&e->a, 0, 0x8d, RAX, sum); // lea
        x64_load(&e->a, RCX, place(e, i->d));
        const struct x64_rm flat = {.mem = true, .gs = true, .base = RAX, .index = -1};
        emit_access_site(e, i);
        x64_op(&e->a, width, opcode, RCX, flat);
        return;
    }
    v = in_reg(e, i->d, RCX);
    emit_access_site(e, i);
    x64_op(&e->a, width, opcode, v, m);
}

// Words of one guest instruction at a distance from one register: in a machine, where each would need a look
// at its address. What is not in one page the interpreter does, and finds out what is wrong with it.

static bool joins(const struct ir_insn *first, const struct ir_insn *i)
{
    const bool store = first->op == IR_ST32;
    return i->pc == first->pc && i->a == first->a && i->b == IR_NONE &&
           (i->op == IR_ST32 ? store : !store && (i->op == IR_LD32 || i->op == IR_PROBE));
}

static const struct ir_insn *end_of_joint(const struct ir_insn *first)
{
    const struct ir_insn *end = first;
    while (joins(first, end) && (end == first || end[-1].op == IR_ST32 || end[-1].d != first->a))
        end++;
    return end;
}

static void joint_word(struct emit *e, const struct ir_insn *i, int32_t offset)
{
    if (i->op == IR_ST32) {
        x64_op(&e->a, 0, 0x89, in_reg(e, i->d, RAX), x64_m(RCX, offset));
    } else if (i->d != IR_NONE) {
        const unsigned t = dest(e, i->d, RAX);
        x64_op(&e->a, 0, 0x8b, t, x64_m(RCX, offset));
        finish(e, i->d, t);
    }
}

static bool joint(struct emit *e, const struct ir_insn *i)
{
    if (i > e->joint && i < e->joint_end) return true; // done
    if (i->op < IR_LD32 || !joins(i, i)) return false;
    const struct ir_insn *end = end_of_joint(i);
    if (end - i < 2) return false;
    int32_t least = (int32_t)i->imm, most = least;
    for (const struct ir_insn *k = i; k < end; k++) {
        least = (int32_t)k->imm < least ? (int32_t)k->imm : least;
        most = (int32_t)k->imm > most ? (int32_t)k->imm : most;
    }
    struct ir_insn all = *i;
    all.imm = (uint32_t)least;
    emit_access_rcx(e, &all, (unsigned)(most - least) + 4, i->op == IR_ST32);
    e->ways[e->nways - 1].miss = i;
    for (const struct ir_insn *k = i; k < end; k++)
        joint_word(e, k, (int32_t)k->imm - least);
    e->joint = i;
    e->joint_end = end;
    return true;
}

void emit_memory(struct emit *e, const struct ir_insn *i)
{
    if (e->tlb && joint(e, i)) return;
    switch ((enum ir_op)i->op) {
    case IR_LD8: load(e, i, 1, 0x0fb6); break;
    case IR_LD16: load(e, i, 2, 0x0fb7); break;
    case IR_LDS8: load(e, i, 1, 0x0fbe); break;
    case IR_LDS16: load(e, i, 2, 0x0fbf); break;
    case IR_ST8: store(e, i, 1, X64_8, 0x88); break;
    case IR_ST16: store(e, i, 2, X64_16, 0x89); break;
    case IR_ST32: store(e, i, 4, 0, 0x89); break;
    default: load(e, i, 4, 0x8b); break; // IR_LD32, IR_PROBE
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
