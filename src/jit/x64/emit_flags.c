// The condition flags: kept in the host's as long as nothing changes those, else a byte each in struct cpu.
//
// An operation that makes flags leaves them in EFLAGS (emit_made_flags). Whatever is about to change EFLAGS
// says so first (emit_clobber): then what somebody may still read goes to struct cpu, by SETcc, which changes
// nothing.
#include "jit/x64/emit_internal.h"

static void setcc(struct emit *e, enum x64_cc cc, struct x64_rm to)
{
    x64_op(&e->a, X64_8, 0x0f90u | cc, 0, to);
}

static inline void save_one(struct emit *e, enum x64_cc cc, size_t field)
{
    e->a.p = x64_put_based(e->a.p, 0x0f90u | cc, 0, RBP, (int32_t)field, false);
}

// They are as UCOMIS gives them.
static bool is_float(const struct emit *e)
{
    return e->flags.kind == HOST_FLOAT || e->flags.kind == HOST_FLOAT_SWAPPED;
}

static void lose(struct emit *e)
{
    e->flags.host = 0;
    e->flags.kind = HOST_LOGIC;
}

static void clear(struct emit *e, struct x64_rm to)
{
    x64_op(&e->a, X64_8, 0xc6, 0, to);
    x64_byte(&e->a, 0);
}

// Of the comparison of floating-point numbers. Unordered ones have only C and V, but look equal, and less
// unless the operands were swapped.
static void save_compared(struct emit *e, unsigned save)
{
    const bool swapped = e->flags.kind == HOST_FLOAT_SWAPPED;
    const enum x64_cc less = swapped ? CC_A : CC_B;
    const struct x64_rm n = CPU_FIELD(host_flags.n), z = CPU_FIELD(host_flags.z),
                        borrow = CPU_FIELD(host_flags.borrow);
    if (save & IR_N) setcc(e, less, n);
    if (save & IR_Z) setcc(e, CC_E, z);
    if (save & IR_C) setcc(e, less, borrow);
    if (save & IR_V) setcc(e, CC_P, CPU_FIELD(host_flags.overflow));
    if (!(save & (swapped ? IR_Z : IR_NZC))) return;
    uint8_t *ordered = x64_jcc_at(&e->a, CC_NP);
    if (save & IR_Z) clear(e, z);
    if (save & IR_N && !swapped) clear(e, n);
    if (save & IR_C && !swapped) clear(e, borrow);
    if (!e->a.full) x64_patch(ordered, e->a.p);
}

void emit_save(struct emit *e, unsigned save)
{
    const struct emit_flags *f = &e->flags;
    if (is_float(e)) {
        save_compared(e, save);
        e->flags.saved |= (uint8_t)save;
        return;
    }
    x64_room(&e->a); // for all four
    if (save & IR_N) save_one(e, CC_S, offsetof(struct cpu, host_flags.n));
    if (save & IR_Z) save_one(e, CC_E, offsetof(struct cpu, host_flags.z));
    if (save & IR_C) save_one(e, f->kind == HOST_SUB ? CC_B : CC_AE, offsetof(struct cpu, host_flags.borrow));
    if (save & IR_V) save_one(e, CC_O, offsetof(struct cpu, host_flags.overflow));
    e->flags.saved |= (uint8_t)save;
}

void emit_made_flags(struct emit *e, const struct ir_insn *i, enum host_flags kind)
{
    const unsigned made = i->sets & (kind == HOST_LOGIC ? IR_NZ : kind == HOST_SHIFT ? IR_NZC : IR_NZCV);
    e->flags.host = (uint8_t)made;
    e->flags.saved &= (uint8_t)~made;
    e->flags.kind = (uint8_t)kind;
}

void emit_load_carry(struct emit *e, bool complement)
{
    if (is_float(e)) emit_save_flags(e, IR_C);
    if (e->flags.host & IR_C && !is_float(e)) {
        if ((e->flags.kind == HOST_SUB) != complement) x64_byte(&e->a, 0xf5); // cmc
    } else if (complement) {                                                  // bt m32, 0
        x64_op(&e->a, 0, 0x0fba, 4, CPU_FIELD(host_flags.borrow));
        x64_byte(&e->a, 0);
    } else { // borrow < 1
        x64_group1(&e->a, X64_8, 7, CPU_FIELD(host_flags.borrow), 1);
    }
    lose(e);
}

// The host's flags serve a condition as they are.
static bool direct(const struct emit *e, uint8_t cond, enum x64_cc *cc)
{
    static const uint8_t sub[] = {CC_E,  CC_NE, CC_AE, CC_B,  CC_S, CC_NS, CC_O,
                                  CC_NO, CC_A,  CC_BE, CC_GE, CC_L, CC_G,  CC_LE};
    static const uint8_t floats[] = {0, 0, 0, 0, 0, 0, CC_P, CC_NP, 0, 0, CC_AE, CC_B, CC_A, CC_BE};
    static const uint8_t floats_swapped[] = {0,     0,    CC_BE, CC_A, CC_A, CC_BE, CC_P,
                                             CC_NP, CC_B, CC_AE, 0,    0,    0,     0};
    if (ir_cond_reads(cond) & ~e->flags.host) return false;
    *cc = sub[cond];
    switch ((enum host_flags)e->flags.kind) {
    case HOST_FLOAT: // less is B, greater A; with the operands swapped the other way round, and unordered is
                     // B
        *cc = floats[cond];
        return cond >= COND_VS && cond != COND_HI && cond != COND_LS;
    case HOST_FLOAT_SWAPPED: *cc = floats_swapped[cond]; return cond >= COND_CS && cond < COND_GE;
    case HOST_SUB: return true;
    default:
        if (cond == COND_CS) *cc = CC_B;
        if (cond == COND_CC) *cc = CC_AE;
        return cond != COND_HI && cond != COND_LS;
    }
}

static void load_byte(struct emit *e, struct x64_rm m)
{
    x64_op(&e->a, 0, 0x0fb6, RAX, m); // movzx
}

enum x64_cc emit_condition(struct emit *e, uint8_t cond)
{
    enum x64_cc cc;
    if (direct(e, cond, &cc)) return cc;
    const bool equal = is_float(e) && cond <= COND_NE && ir_cond_reads(cond) & e->flags.host;
    emit_save_flags(e, equal ? e->live : e->live | ir_cond_reads(cond));
    if (equal) {
        setcc(e, CC_NP, x64_r(RAX));
        setcc(e, CC_E, x64_r(RCX));
        lose(e);
        x64_op(&e->a, X64_8, 0x84, RAX, x64_r(RCX)); // test: equal, and not unordered
        return cond == COND_EQ ? CC_NE : CC_E;
    }
    lose(e);
    const struct x64_rm n = CPU_FIELD(host_flags.n), z = CPU_FIELD(host_flags.z),
                        b = CPU_FIELD(host_flags.borrow), v = CPU_FIELD(host_flags.overflow);
    switch (cond & ~1u) {
    case COND_EQ: x64_group1(&e->a, X64_8, 7, z, 0), cc = CC_NE; break;
    case COND_CS: x64_group1(&e->a, X64_8, 7, b, 0), cc = CC_E; break;
    case COND_MI: x64_group1(&e->a, X64_8, 7, n, 0), cc = CC_NE; break;
    case COND_VS: x64_group1(&e->a, X64_8, 7, v, 0), cc = CC_NE; break;
    case COND_HI:
        load_byte(e, b);
        x64_op(&e->a, X64_8, 0x0a, RAX, z); // or al, m
        cc = CC_E;
        break;
    case COND_GE:
        load_byte(e, n);
        x64_op(&e->a, X64_8, 0x3a, RAX, v); // cmp al, m
        cc = CC_E;
        break;
    default: // GT
        load_byte(e, n);
        x64_op(&e->a, X64_8, 0x32, RAX, v); // xor al, m
        x64_op(&e->a, X64_8, 0x0a, RAX, z);
        cc = CC_E;
        break;
    }
    return cond & 1 ? cc ^ 1 : cc;
}
