// Which handler, and how the builder has to surround it.
#include "interp/select.h"

#include "interp/run.h"

step_fn *interp_select(const struct insn *in)
{
    static step_fn *(*const families[])(const struct insn *) = {
        interp_select_dp,     interp_select_ldst, interp_select_branch, interp_select_media,
        interp_select_system, interp_select_sync, interp_select_vfp,    interp_select_neon,
    };
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++) {
        step_fn *fn = families[i](in);
        if (fn) return fn;
    }
    return step_undefined;
}

// Operations with a result in Rd that may be the PC, and whether writing it may change the instruction set
// there.
static bool writes_rd(enum op op, bool *loads)
{
    *loads = false;
    switch (op) {
    case OP_LDR_IMM:
    case OP_LDR_REG:
    case OP_LDR_LIT: *loads = true; return true;
    case OP_AND_IMM:
    case OP_AND_REG:
    case OP_AND_RSR:
    case OP_EOR_IMM:
    case OP_EOR_REG:
    case OP_EOR_RSR:
    case OP_SUB_IMM:
    case OP_SUB_REG:
    case OP_SUB_RSR:
    case OP_RSB_IMM:
    case OP_RSB_REG:
    case OP_RSB_RSR:
    case OP_ADD_IMM:
    case OP_ADD_REG:
    case OP_ADD_RSR:
    case OP_ADC_IMM:
    case OP_ADC_REG:
    case OP_ADC_RSR:
    case OP_SBC_IMM:
    case OP_SBC_REG:
    case OP_SBC_RSR:
    case OP_RSC_IMM:
    case OP_RSC_REG:
    case OP_RSC_RSR:
    case OP_ORR_IMM:
    case OP_ORR_REG:
    case OP_ORR_RSR:
    case OP_MOV_IMM:
    case OP_MOV_REG:
    case OP_MOV_RSR:
    case OP_BIC_IMM:
    case OP_BIC_REG:
    case OP_BIC_RSR:
    case OP_MVN_IMM:
    case OP_MVN_REG:
    case OP_MVN_RSR: return true;
    default: return false;
    }
}

enum insn_flow interp_flow(const struct insn *in, bool thumb)
{
    switch ((enum op)in->op) {
    case OP_B:
    case OP_BL:
    case OP_BLX_IMM:
    case OP_BX:
    case OP_BXJ:
    case OP_BLX_REG:
    case OP_MCR:
    case OP_MCRR:
    case OP_MSR_IMM:
    case OP_MSR_REG:
    case OP_VMSR:
    case OP_CPS:
    case OP_RFE:
    case OP_LDM_EXC:
    case OP_ERET: return FLOW_AWAY;
    case OP_TBB:
    case OP_TBH: return FLOW_PLAIN;
    case OP_LDM: return in->imm >> 15 & 1 ? FLOW_BX : FLOW_NEXT;
    case OP_SVC:
    case OP_BKPT:
    case OP_UDF:
    case OP_HVC:
    case OP_SMC:
    case OP_WFE:
    case OP_WFI:
    case OP_YIELD: return FLOW_STOP;
    default: break;
    }
    bool loads;
    if (in->rd != 15 || !writes_rd(in->op, &loads)) return FLOW_NEXT;
    if (!loads && in->flags & INSN_S) return FLOW_RETURN;
    // LoadWritePC and, in ARM state, ALUWritePC interwork (A2.3.1).
    return loads || !thumb ? FLOW_BX : FLOW_PLAIN;
}

static bool vfp_base_is_pc(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_VSTR_H:
    case OP_VSTR_S:
    case OP_VSTR_D:
    case OP_VLDM_S:
    case OP_VLDM_D:
    case OP_VSTM_S:
    case OP_VSTM_D: return in->rn == 15;
    default: return false;
    }
}

bool interp_reads_pc(const struct insn *in)
{
    if (in->op >= OP_NEON_FIRST) return false; // as a load's base it is UNPREDICTABLE, elsewhere 15 is a vector
    if (in->op >= OP_VFP_FIRST) return vfp_base_is_pc(in);
    if (interp_imm_from_pc(in)) return false;
    if (in->rn == 15 || in->rm == 15 || in->op == OP_TBB || in->op == OP_TBH) return true;
    switch ((enum op)in->op) {
    case OP_STM:
    case OP_STM_USER: return in->imm >> 15 & 1;
    case OP_STR_IMM:
    case OP_STR_REG: return in->rd == 15;
    case OP_MOVT: return false;
    default: return false;
    }
}

bool interp_imm_from_pc(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_B:
    case OP_BL:
    case OP_BLX_IMM:
    case OP_CBZ:
    case OP_ADR:
    case OP_LDR_LIT:
    case OP_LDRB_LIT:
    case OP_LDRH_LIT:
    case OP_LDRSB_LIT:
    case OP_LDRSH_LIT:
    case OP_LDRD_LIT:
    case OP_VLDR_LIT_H:
    case OP_VLDR_LIT_S:
    case OP_VLDR_LIT_D: return true;
    default: return false;
    }
}

bool interp_aligns_pc(const struct insn *in)
{
    return in->op != OP_B && in->op != OP_BL && in->op != OP_CBZ;
}

const struct step *step_set_pc(struct cpu *c, const struct step *s)
{
    c->r[15] = s->imm;
    NEXT;
}

const struct step *step_undefined(struct cpu *c, const struct step *s)
{
    return interp_undefined(c, s);
}
