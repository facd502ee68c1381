// Whether a program's functions return condition flags: then the code behind a call reads them. Hardly any
// does, and a tier compiles returns accordingly, until it is told of one (struct tier: flags_cross). Where
// control goes behind a call it is looked at when that block is built, in front of its first run.
#include "interp/select.h"
#include "interp/tier.h"

enum { N = 8, Z = 4, C = 2, V = 1, ALL = 15 };
enum { FAR_ENOUGH = 8 }; // instructions: no compiler lets flags wait longer

static uint8_t condition_reads(unsigned cond)
{
    static const uint8_t reads[] = {Z, C, N, V, C | Z, N | V, N | Z | V, 0};
    return reads[cond >> 1];
}

static uint8_t reads(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_IT: return condition_reads((unsigned)in->imm >> 4 & 15);
    case OP_MRS:
    case OP_VSEL_S:
    case OP_VSEL_D:
    case OP_VSEL_H: return ALL;
    case OP_ADC_IMM:
    case OP_ADC_REG:
    case OP_ADC_RSR:
    case OP_SBC_IMM:
    case OP_SBC_REG:
    case OP_SBC_RSR:
    case OP_RSC_IMM:
    case OP_RSC_REG:
    case OP_RSC_RSR: return C | condition_reads(in->cond);
    default:
        return condition_reads(in->cond) | (in->op < OP_VFP_FIRST && in->shift_type == SHIFT_RRX ? C : 0);
    }
}

static uint8_t shifts_carry(const struct insn *in)
{
    return in->shift_n || in->flags & INSN_CARRY ? C : 0;
}

static uint8_t sets(const struct insn *in)
{
    if (in->cond < COND_AL) return 0;
    switch ((enum op)in->op) {
    case OP_CMP_IMM:
    case OP_CMP_REG:
    case OP_CMP_RSR:
    case OP_CMN_IMM:
    case OP_CMN_REG:
    case OP_CMN_RSR: return ALL;
    case OP_ADD_IMM:
    case OP_ADD_REG:
    case OP_ADD_RSR:
    case OP_SUB_IMM:
    case OP_SUB_REG:
    case OP_SUB_RSR:
    case OP_RSB_IMM:
    case OP_RSB_REG:
    case OP_RSB_RSR: return in->flags & INSN_S ? ALL : 0;
    case OP_TST_IMM:
    case OP_TST_REG:
    case OP_TST_RSR:
    case OP_TEQ_IMM:
    case OP_TEQ_REG:
    case OP_TEQ_RSR: return N | Z | shifts_carry(in);
    case OP_VMRS_APSR: return ALL;
    default: return in->op < OP_VFP_FIRST && in->flags & INSN_S ? N | Z | shifts_carry(in) : 0;
    }
}

// Whether one of the instructions in front of pc, on its page, puts pc into LR: ADD LR, PC, #n, or MOV LR,
// PC.
static bool follows_link(const uint8_t *page, uint32_t offset)
{
    enum { MOV_LR_PC = 0x01a0e00f, ADD_LR_PC = 0x028fe000, AS_FAR = 16 };
    for (uint32_t back = 8; back <= AS_FAR && back <= offset; back += 4) {
        uint32_t w;
        memcpy(&w, page + offset - back, sizeof w);
        w &= 0x0fffffff;
        if (back == 8 && w == MOV_LR_PC) return true;
        if (w == (ADD_LR_PC | (back - 8))) return true;
    }
    return false;
}

// Where BL or BLX leads, whose halfwords are in front of pc.
static uint32_t call_target(const uint16_t hw[2], uint32_t pc)
{
    const uint32_t s = hw[0] >> 10 & 1, i1 = !((hw[1] >> 13 & 1u) ^ s), i2 = !((hw[1] >> 11 & 1u) ^ s);
    return pc - (s << 24) + (i1 << 23) + (i2 << 22) + ((hw[0] & 0x3ffu) << 12) + ((hw[1] & 0x7ffu) << 1);
}

// Whether the instruction in front of pc, on the same page, is a call.
static bool follows_call(struct crossing *x, const uint8_t *page, uint32_t pc, bool thumb)
{
    const uint32_t offset = pc & 0xfff;
    uint16_t hw[2];
    if (offset < sizeof hw) return false;
    memcpy(hw, page + offset - sizeof hw, sizeof hw);
    if (thumb) {
        if ((hw[1] & 0xff87) == 0x4780) return true; // BLX with a register
        x->target = call_target(hw, pc);
        return x->direct = (hw[0] & 0xf800) == 0xf000 && hw[1] >= 0xc000;
    }
    const uint32_t kind = hw[1] >> 8 & 15;
    if (kind == 11 || hw[1] >> 8 == 0xfa || ((hw[1] & 0xfff) == 0x12f && (hw[0] & 0xfff0) == 0xff30))
        return true;
    return follows_link(page, offset);
}

void interp_crossing_begin(struct crossing *x, const uint8_t *page, uint32_t pc, bool thumb)
{
    *x = (struct crossing){0};
    if (follows_call(x, page, pc, thumb)) x->left = ALL;
}

void interp_crossing_insn(struct crossing *x, struct cpu *c, const struct insn *in, bool thumb)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    const bool crosses = reads(in) & x->left;
    x->left &= (uint8_t)~sets(in);
    // What looks like a call in Thumb code may be the second half of one instruction and the next one: then
    // hardly anything has run where it leads.
    if (crosses && (!x->direct || cache_has_blocks(&e->cache, x->target >> 12)))
        e->tier->flags_cross(e->tier, c);
    if (crosses || ++x->n == FAR_ENOUGH || (interp_flow(in, thumb) != FLOW_NEXT && in->cond >= COND_AL))
        x->left = 0;
}

void interp_crossing_end(struct crossing *x, struct cpu *c, const uint8_t *page, uint32_t pc, uint8_t it,
                         bool thumb)
{
    while (x->left && pc & 0xfff) {
        uint32_t raw;
        bool wide;
        struct insn in;
        if (!interp_fetch(page, pc, thumb, &raw, &wide)) return;
        if ((thumb ? isa_decode_thumb(raw, wide, it, c->features, &in)
                   : isa_decode_a32(raw, c->features, &in)) == ISA_UNDEFINED)
            return;
        interp_crossing_insn(x, c, &in, thumb);
        pc += in.len;
        it = in.op == OP_IT ? (uint8_t)in.imm : isa_it_advance(it);
    }
}
