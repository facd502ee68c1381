// Whether a program's functions return condition flags: then the code behind a call reads them. Hardly any
// does, and a tier compiles returns accordingly, until it is told of one (struct tier: flags_cross). What is
// behind a call is looked at when the call is decoded. But behind a call that never returns there may be
// data, which often look like readers: the tier is told when the interpreter comes to the call, and makes no
// code of it before.
#include "interp/select.h"
#include "interp/tier.h"

enum { N = 8, Z = 4, C = 2, V = 1, ALL = 15 };
enum { FAR_ENOUGH = 8 }; // instructions: no compiler lets flags wait longer

static uint8_t condition_reads(unsigned cond)
{
    static const uint8_t reads[] = {Z, C, N, V, C | Z, N | V, N | Z | V, 0};
    return reads[cond >> 1];
}

uint8_t interp_flags_read(const struct insn *in)
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

uint8_t interp_flags_set(const struct insn *in)
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

// Where a call returns to: BL, BLX, and what puts an address behind it into LR. False: it is no call.
static bool return_address(const struct insn *in, uint32_t pc, bool thumb, uint32_t *back)
{
    const uint32_t pc_value = pc + (thumb ? 4 : 8);
    switch ((enum op)in->op) {
    case OP_BL:
    case OP_BLX_IMM:
    case OP_BLX_REG: *back = pc + in->len; return true;
    case OP_MOV_REG: *back = pc_value; return in->rd == 14 && in->rm == 15;
    case OP_ADR: *back = ((pc_value & ~3u) + in->imm) & ~1u; return in->rd == 14;
    case OP_ADD_IMM: *back = pc_value + in->imm; return in->rd == 14 && in->rn == 15;
    default: return false;
    }
}

bool interp_begins_with_reader(const struct cpu *c, const uint8_t *page, uint32_t pc, bool thumb)
{
    const uint32_t number = pc >> 12;
    uint8_t left = ALL;
    for (unsigned n = 0; n < FAR_ENOUGH && left && pc >> 12 == number; n++) {
        uint32_t raw;
        bool wide;
        struct insn in;
        if (!interp_fetch(page, pc, thumb, &raw, &wide)) return false;
        if ((thumb ? isa_decode_thumb(raw, wide, 0, c->features, &in)
                   : isa_decode_a32(raw, c->features, &in)) == ISA_UNDEFINED)
            return false;
        if (interp_flags_read(&in) & left) return true;
        left &= (uint8_t)~interp_flags_set(&in);
        if (interp_flow(&in, thumb) != FLOW_NEXT && in.cond >= COND_AL) return false;
        pc += in.len;
    }
    return false;
}

bool interp_crosses(const struct cpu *c, const struct insn *in, const uint8_t *page, uint32_t pc, bool thumb)
{
    uint32_t back;
    return return_address(in, pc, thumb, &back) && back >> 12 == pc >> 12 &&
           interp_begins_with_reader(c, page, back, thumb);
}

const struct step *step_crossing(struct cpu *c, const struct step *s)
{
    struct tier *t = ((struct interp_engine *)c->engine)->tier;
    t->flags_cross(t, c);
    NEXT;
}
