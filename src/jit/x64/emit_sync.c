// Exclusives and barriers. The monitor is as in interp/sync.c: an address, and the value that was loaded
// there, against which the store is a compare-and-exchange. Who has the memory to himself (emit.alone) needs
// no lock, and no barrier.
#include "jit/x64/emit_internal.h"

// The operand at an address in a register. In a machine uses RAX and RCX.
static struct x64_rm guest_at(struct emit *e, const struct ir_insn *i, unsigned reg, bool write)
{
    if (!e->tlb) return (struct x64_rm){.mem = true, .gs = true, .base = (int8_t)reg, .index = -1};
    x64_mov(&e->a, RAX, reg);
    return emit_lookup(e, i, 1u << i->n, write);
}

static unsigned width_of(unsigned size)
{
    static const uint8_t widths[] = {X64_8, X64_16, 0, X64_64};
    return widths[size];
}

static void open_monitor(struct emit *e)
{
    x64_op(&e->a, X64_8, 0xc6, 0, CPU_FIELD(excl_size));
    x64_byte(&e->a, CPU_EXCL_OPEN);
}

// Every load acquires as it is; what is known of it comes to the monitor behind it: it may fault.
static void load_exclusive(struct emit *e, const struct ir_insn *i)
{
    static const uint16_t ops[] = {0x0fb6, 0x0fb7, 0x8b, 0x8b};
    const unsigned a = in_reg(e, i->a, RDX);
    const struct x64_rm m = guest_at(e, i, a, false);
    emit_access_site(e, i);
    x64_op(&e->a, i->n == 3 ? X64_64 : 0, ops[i->n], RAX, m);
    x64_store(&e->a, CPU_FIELD(excl_addr), a);
    x64_op(&e->a, X64_8, 0xc6, 0, CPU_FIELD(excl_size));
    x64_byte(&e->a, i->n);
    x64_op(&e->a, X64_64, 0x89, RAX, CPU_FIELD(excl_value));
    if (i->n < 3) {
        finish(e, i->d, RAX);
        return;
    }
    emit_clobber(e);
    x64_op(&e->a, 0, 0x8b, RCX, x64_r(RAX));
    finish(e, i->d, RCX);
    x64_op(&e->a, X64_64, 0xc1, 5, x64_r(RAX)); // shr
    x64_byte(&e->a, 32);
    finish(e, i->e, RAX);
}

// ECX or RCX: what is to be stored.
static void new_value(struct emit *e, const struct ir_insn *i)
{
    if (i->n == 3) {
        x64_load(&e->a, RCX, place(e, i->e));
        x64_op(&e->a, X64_64, 0xc1, 4, x64_r(RCX)); // shl
        x64_byte(&e->a, 32);
        x64_op(&e->a, 0, 0x8b, RAX, place(e, i->b));
        x64_op(&e->a, X64_64, 0x0b, RCX, x64_r(RAX)); // or
    } else {
        x64_load(&e->a, RCX, place(e, i->b));
    }
}

// m = RCX if it is RAX; the host's flags say so. Returns where it jumps if not, or NULL.
static uint8_t *exchange(struct emit *e, const struct ir_insn *i, struct x64_rm m)
{
    const unsigned width = width_of(i->n), word = i->n > 0;
    emit_access_site(e, i);
    if (!e->alone) {
        x64_byte(&e->a, 0xf0);                                // lock
        x64_op(&e->a, width, word ? 0x0fb1 : 0x0fb0, RCX, m); // cmpxchg
        return NULL;
    }
    // It was readable when the monitor was closed, and only a system call, which opens it, could change that.
    x64_op(&e->a, width, 0x38 + word, RAX, m); // cmp
    uint8_t *other = x64_jcc_at(&e->a, CC_NE);
    emit_access_site(e, i);
    x64_op(&e->a, width, 0x88 + word, RCX, m); // mov
    return other;
}

static void store_exclusive(struct emit *e, const struct ir_insn *i)
{
    emit_clobber(e);
    const unsigned a = in_reg(e, i->a, RDX);
    x64_group1(&e->a, X64_8, 7, CPU_FIELD(excl_size), i->n);
    uint8_t *other_size = x64_jcc_at(&e->a, CC_NE);
    x64_op(&e->a, 0, 0x3b, a, CPU_FIELD(excl_addr)); // cmp
    uint8_t *other_address = x64_jcc_at(&e->a, CC_NE);
    struct x64_rm m = guest_at(e, i, a, true);
    if (e->tlb) {
        x64_op(&e->a, X64_64, 0x8d, RDX, m); // lea
        m = x64_m(RDX, 0);
    }
    new_value(e, i);
    x64_op(&e->a, X64_64, 0x8b, RAX, CPU_FIELD(excl_value));
    uint8_t *other_value = exchange(e, i, m);
    if (!e->a.full) {
        if (other_value) x64_patch(other_value, e->a.p);
        x64_patch(other_size, e->a.p);
        x64_patch(other_address, e->a.p);
    }
    x64_op(&e->a, X64_8, 0x0f90 | CC_NE, 0, x64_r(RAX));
    x64_op(&e->a, X64_8, 0x0fb6, RAX, x64_r(RAX)); // movzx
    open_monitor(e);
    finish(e, i->d, RAX);
}

// An exchange is a barrier, too.
static void store_release(struct emit *e, const struct ir_insn *i)
{
    struct x64_rm m = guest_at(e, i, in_reg(e, i->a, RDX), true);
    if (e->tlb) {
        x64_op(&e->a, X64_64, 0x8d, RCX, m); // lea
        m = x64_m(RCX, 0);
    }
    x64_load(&e->a, RAX, place(e, i->b));
    emit_access_site(e, i);
    x64_op(&e->a, width_of(i->n), (e->alone ? 0x88u : 0x86u) + (i->n > 0), RAX, m); // mov or xchg
}

static void fence(struct emit *e)
{
    // lock or dword [rsp], 0: faster than mfence
    static const uint8_t lock_or[] = {0xf0, 0x83, 0x0c, 0x24, 0};
    if (e->alone) return;
    emit_clobber(e);
    x64_bytes(&e->a, lock_or, sizeof lock_or);
}

void emit_sync(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_LDEX: load_exclusive(e, i); break;
    case IR_STEX: store_exclusive(e, i); break;
    case IR_STL: store_release(e, i); break;
    case IR_FENCE: fence(e); break;
    default: open_monitor(e); break;
    }
}
