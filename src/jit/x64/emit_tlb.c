// A machine's loads and stores: through the TLB of the CPU's present regime (mem/access.h).
//
// A hit costs nine instructions, with RAX and RCX. They change the host's flags, which somebody may want
// later: a form that does not (a shift by RORX, a test by JRCXZ) is no better than saving them.
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"
#include "mem/access.h"

enum { INDEX_SHIFT = 12 - 4, ENTRY_WRITE = 1 << 31 };
_Static_assert(sizeof(struct tlb_entry) == 1 << 4, "an address shifted and masked is an entry's place");
enum { RORX = (int)0xf20f3af0 };

// RCX: where the entry of the address in EAX is among the others.
static void index_entry(struct emit *e)
{
    if (host_has(HOST_BMI2)) {
        x64_vex(&e->a, 0, (unsigned)RORX, RCX, 0, x64_r(RAX));
    } else {
        x64_mov(&e->a, RCX, RAX);
        x64_op(&e->a, 0, 0xc1, 5, x64_r(RCX)); // shr
    }
    x64_byte(&e->a, INDEX_SHIFT);
    x64_group1(&e->a, 0, 4, x64_r(RCX), (TLB_ENTRIES - 1) << 4); // and
}

static struct x64_rm tag(bool write)
{
    return x64_m(RCX, write ? offsetof(struct tlb_entry, write) : offsetof(struct tlb_entry, read));
}

struct x64_rm emit_lookup(struct emit *e, const struct ir_insn *i, unsigned bytes, bool write)
{
    emit_clobber(e);
    index_entry(e);
    x64_op(&e->a, X64_64, 0x03, RCX, CPU_FIELD(tlb)); // add
    x64_op(&e->a, 0, 0x2b, RAX, tag(write));          // sub
    x64_group1(&e->a, 0, 7, x64_r(RAX), 0x1000 - bytes);
    struct emit_way *way = emit_miss_if(e, i, CC_A);
    way->bytes = (uint16_t)bytes;
    way->write = write;
    x64_op(&e->a, X64_64, 0x8b, RCX, x64_m(RCX, offsetof(struct tlb_entry, host)));
    way->back = e->a.p;
    return (struct x64_rm){.mem = true, .base = RCX, .index = RAX};
}

struct x64_rm emit_access(struct emit *e, const struct ir_insn *i, unsigned bytes, bool write)
{
    struct x64_rm m = emit_address(e, i);
    if (!e->tlb) return m;
    m.gs = false;
    if (m.base < 0 && m.index < 0)
        x64_mov_imm(&e->a, x64_r(RAX), (uint32_t)m.disp);
    else if (m.index < 0 && !m.disp)
        x64_mov(&e->a, RAX, (unsigned)m.base);
    else
        x64_op(&e->a, 0, 0x8d, RAX, m); // lea
    return emit_lookup(e, i, bytes, write);
}

struct x64_rm emit_access_rcx(struct emit *e, const struct ir_insn *i, unsigned bytes, bool write)
{
    struct x64_rm m = emit_access(e, i, bytes, write);
    if (!e->tlb) return m;
    x64_op(&e->a, X64_64, 0x03, RCX, x64_r(RAX)); // add
    return x64_m(RCX, 0);
}

// Behind the unit's operations: asks C.
void emit_miss(struct emit *e, const struct emit_way *w)
{
    e->flags = w->flags;
    x64_patch(w->disp, e->a.p);
    x64_op(&e->a, 0, 0x03, RAX, tag(w->write)); // add
    x64_mov_imm(&e->a, x64_r(RCX), w->bytes | (w->write ? (unsigned)ENTRY_WRITE : 0));
    x64_call_to(&e->a, e->shared->tlb_miss);
    emit_site(e, w->miss);
    x64_jmp_to(&e->a, w->back);
}

static struct x64_rm saved(unsigned reg)
{
    return x64_m(RSP, (int32_t)(offsetof(struct host_registers, r) + 8 * reg));
}

static struct x64_rm saved_xmm(unsigned x)
{
    return x64_m(RSP, (int32_t)(offsetof(struct host_registers, xmm) + 16 * x));
}

// EAX: an address, ECX: how much from there on, the return address's site knows the instruction. Becomes a
// host address in RCX + RAX. All other registers stay, whatever they hold.
void emit_tlb_miss_code(struct x64 *a, struct emit_shared *s)
{
    enum { SIZE = sizeof(struct host_registers) };
    _Static_assert(SIZE % 16 == 8, "with the return address a multiple of 16");
    x64_align(a, 16, 0);
    s->tlb_miss = a->p;
    x64_group1(a, X64_64, 5, x64_r(RSP), SIZE); // sub
    for (unsigned r = 0; r < 16; r++)
        if (r != RSP && r != RBP) x64_op(a, X64_64, 0x89, r, saved(r));
    for (unsigned x = 0; x < 16; x++)
        x64_op(a, 0, 0x0f11, x, saved_xmm(x)); // movups
    x64_mov_imm64(a, RDI, (uint64_t)(uintptr_t)s->owner);
    x64_op(a, X64_64, 0x89, RBP, x64_r(RSI));
    x64_op(a, X64_64, 0x89, RSP, x64_r(RDX));
    x64_op(a, X64_64, 0x8b, RCX, x64_m(RSP, SIZE));
    x64_mov_imm64(a, RAX, (uint64_t)(uintptr_t)jit_tlb_miss);
    x64_op(a, 0, 0xff, 2, x64_r(RAX)); // call
    x64_op(a, X64_64, 0x85, RAX, x64_r(RAX));
    x64_jcc_to(a, CC_NE, s->leave_saved);
    for (unsigned x = 0; x < 16; x++)
        x64_op(a, 0, 0x0f10, x, saved_xmm(x));
    for (unsigned r = 0; r < 12; r++)
        if (r != RSP && r != RBP && r != RBX) x64_op(a, X64_64, 0x8b, r, saved(r));
    x64_group1(a, X64_64, 0, x64_r(RSP), SIZE); // add
    x64_byte(a, 0xc3);
    s->tlb_miss_end = a->p;
}
