// The condition flags: from the host's into struct cpu, and back.
#include "jit/x64/emit_internal.h"

#define NZ_BIT_Z 0x40u

static void setcc(struct emit *e, enum x64_cc cc, struct x64_rm to)
{
    x64_op(&e->a, X64_8, 0x0f90u | cc, 0, to);
}

static void lahf_store(struct emit *e)
{
    x64_byte(&e->a, 0x9f);                                 // lahf
    x64_op(&e->a, 0, 0x88, RSP, CPU_FIELD(host_flags.nz)); // AH: byte register 4, as long as no REX is there
}

void emit_store_flags(struct emit *e, const struct ir_insn *i, enum host_flags kind)
{
    const bool carry = i->sets & IR_C && kind != HOST_LOGIC;
    if (carry) setcc(e, kind == HOST_SUB ? CC_B : CC_AE, CPU_FIELD(host_flags.borrow));
    if (i->sets & IR_V && kind != HOST_LOGIC) setcc(e, CC_O, CPU_FIELD(host_flags.overflow));
    if (i->sets & IR_NZ) lahf_store(e);
    if (i->sets & IR_NZ) e->host = (uint8_t)kind;
}

void emit_load_carry(struct emit *e, bool complement)
{
    if (complement) { // bt m32, 0
        x64_op(&e->a, 0, 0x0fba, 4, CPU_FIELD(host_flags.borrow));
        x64_byte(&e->a, 0);
    } else { // borrow < 1
        x64_group1(&e->a, X64_8, 7, CPU_FIELD(host_flags.borrow), 1);
    }
    e->host = HOST_NONE;
}

// The host's flags serve a condition as they are.
static bool direct(enum host_flags kind, uint8_t cond, enum x64_cc *cc)
{
    static const uint8_t sub[] = {CC_E,  CC_NE, CC_AE, CC_B,  CC_S, CC_NS, CC_O,
                                  CC_NO, CC_A,  CC_BE, CC_GE, CC_L, CC_G,  CC_LE};
    static const uint8_t floats[] = {0, 0, 0, 0, 0, 0, CC_P, CC_NP, 0, 0, CC_AE, CC_B, CC_A, CC_BE};
    static const uint8_t floats_swapped[] = {0,     0,    CC_BE, CC_A, CC_A, CC_BE, CC_P,
                                             CC_NP, CC_B, CC_AE, 0,    0,    0,     0};
    *cc = sub[cond];
    switch (kind) {
    case HOST_NONE:
    case HOST_VCMP:
    case HOST_VCMP_SWAPPED: return false;
    case HOST_FLOAT: // less is B, greater A; with the operands swapped the other way round, and unordered is
                     // B
        *cc = floats[cond];
        return cond >= COND_VS && cond != COND_HI && cond != COND_LS;
    case HOST_FLOAT_SWAPPED: *cc = floats_swapped[cond]; return cond >= COND_CS && cond < COND_GE;
    case HOST_SUB: return true;
    case HOST_ADD:
        if (cond == COND_CS) *cc = CC_B;
        if (cond == COND_CC) *cc = CC_AE;
        return cond != COND_HI && cond != COND_LS;
    case HOST_LOGIC: return cond == COND_EQ || cond == COND_NE || cond == COND_MI || cond == COND_PL;
    }
    return false;
}

static void test_byte(struct emit *e, struct x64_rm m, unsigned bits)
{
    x64_op(&e->a, X64_8, 0xf6, 0, m);
    x64_byte(&e->a, bits);
}

static void load_byte(struct emit *e, unsigned to, struct x64_rm m)
{
    x64_op(&e->a, 0, 0x0fb6, to, m); // movzx
}

// ZF is set if borrow or Z … is clear: HI.
static void test_higher(struct emit *e)
{
    load_byte(e, RAX, CPU_FIELD(host_flags.nz));
    x64_group1(&e->a, 0, 4, x64_r(RAX), NZ_BIT_Z);
    x64_op(&e->a, X64_8, 0x0a, RAX, CPU_FIELD(host_flags.borrow)); // or al, m
}

// ZF is set if N == V; with zero: and Z is clear.
static void test_signed(struct emit *e, bool zero)
{
    load_byte(e, RAX, CPU_FIELD(host_flags.nz));
    if (zero) x64_mov(&e->a, RCX, RAX);
    x64_op(&e->a, 0, 0xc1, 5, x64_r(RAX)); // shr eax, 7
    x64_byte(&e->a, 7);
    x64_op(&e->a, X64_8, 0x32, RAX, CPU_FIELD(host_flags.overflow)); // xor al, m
    if (!zero) return;
    x64_group1(&e->a, 0, 4, x64_r(RCX), NZ_BIT_Z);
    x64_op(&e->a, 0, 0x0b, RAX, x64_r(RCX)); // or eax, ecx
}

enum x64_cc emit_condition(struct emit *e, uint8_t cond)
{
    enum x64_cc cc;
    if (direct(e->host, cond, &cc)) return cc;
    if ((e->host == HOST_FLOAT || e->host == HOST_FLOAT_SWAPPED) && cond <= COND_NE) {
        setcc(e, CC_NP, x64_r(RAX));
        setcc(e, CC_E, x64_r(RCX));
        emit_clobber(e);
        x64_op(&e->a, X64_8, 0x84, RAX, x64_r(RCX)); // test: equal, and not unordered
        return cond == COND_EQ ? CC_NE : CC_E;
    }
    e->host = HOST_NONE;
    switch (cond & ~1u) {
    case COND_EQ: test_byte(e, CPU_FIELD(host_flags.nz), NZ_BIT_Z), cc = CC_NE; break;
    case COND_CS: x64_group1(&e->a, X64_8, 7, CPU_FIELD(host_flags.borrow), 0), cc = CC_E; break;
    case COND_MI: test_byte(e, CPU_FIELD(host_flags.nz), 0x80), cc = CC_NE; break;
    case COND_VS: x64_group1(&e->a, X64_8, 7, CPU_FIELD(host_flags.overflow), 0), cc = CC_NE; break;
    case COND_HI: test_higher(e), cc = CC_E; break;
    case COND_GE: test_signed(e, false), cc = CC_E; break;
    case COND_GT: test_signed(e, true), cc = CC_E; break;
    }
    return cond & 1 ? cc ^ 1 : cc;
}
