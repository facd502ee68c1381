// Which handler, and how the builder has to surround it.
#include "interp/select.h"

#include <stdatomic.h>

#include "interp/run.h"

// Looks through the families.
static APART step_fn *search(const struct insn *in)
{
    static step_fn *(*const families[])(const struct insn *) = {
        interp_select_dp,     interp_select_ldst, interp_select_branch, interp_select_media,
        interp_select_system, interp_select_sync, interp_select_vfp,    interp_select_neon,
    };
    static atomic_uchar found_in[OP_COUNT]; // the family that an operation turned out to be in, + 1
    const unsigned known = atomic_load_explicit(&found_in[in->op], memory_order_relaxed);
    step_fn *fn = known ? families[known - 1](in) : NULL;
    for (unsigned i = 0; !fn && i < sizeof families / sizeof *families; i++) {
        fn = families[i](in);
        if (fn) atomic_store_explicit(&found_in[in->op], (unsigned char)(i + 1), memory_order_relaxed);
    }
    return fn ? fn : step_undefined;
}

step_fn *interp_select(const struct insn *in)
{
    // Where large families are among the operations, as far as speed goes.
    step_fn *fn = NULL;
    if (in->op <= OP_MOVT)
        fn = interp_select_dp(in);
    else if (in->op >= OP_STRH_IMM && in->op <= OP_LDRB_LIT)
        fn = interp_select_ldst(in);
    else if (in->op >= OP_NEON_FIRST)
        fn = interp_select_neon(in);
    return fn ? fn : search(in);
}

#define WRITES(op)  [OP_##op##_IMM] = WRITES_RD, [OP_##op##_REG] = WRITES_RD, [OP_##op##_RSR] = WRITES_RD
#define LITERAL(op) [OP_##op] = IMM_FROM_PC | IMM_ALIGNED

const uint16_t interp_kinds[OP_COUNT] = {
    WRITES(AND),
    WRITES(EOR),
    WRITES(SUB),
    WRITES(RSB),
    WRITES(ADD),
    WRITES(ADC),
    WRITES(SBC),
    WRITES(RSC),
    WRITES(ORR),
    WRITES(MOV),
    WRITES(BIC),
    WRITES(MVN),
    LITERAL(ADR),
    LITERAL(LDRB_LIT),
    LITERAL(LDRH_LIT),
    LITERAL(LDRSB_LIT),
    LITERAL(LDRSH_LIT),
    LITERAL(LDRD_LIT),
    LITERAL(VLDR_LIT_H),
    LITERAL(VLDR_LIT_S),
    LITERAL(VLDR_LIT_D),
    [OP_LDR_LIT] = LOADS_RD | IMM_FROM_PC | IMM_ALIGNED,
    [OP_LDR_IMM] = LOADS_RD,
    [OP_LDR_REG] = LOADS_RD,
    [OP_STR_IMM] = READS_RD,
    [OP_STR_REG] = READS_RD,
    [OP_STRB_IMM] = READS_RD, // the PC is UNPREDICTABLE, but always the same
    [OP_STRB_REG] = READS_RD,
    [OP_STRH_IMM] = READS_RD,
    [OP_STRH_REG] = READS_RD,
    [OP_STM] = READS_LIST,
    [OP_STM_USER] = READS_LIST,
    [OP_LDM] = LOADS_LIST,
    [OP_VSTR_H] = READS_BASE,
    [OP_VSTR_S] = READS_BASE,
    [OP_VSTR_D] = READS_BASE,
    [OP_VLDM_S] = READS_BASE,
    [OP_VLDM_D] = READS_BASE,
    [OP_VSTM_S] = READS_BASE,
    [OP_VSTM_D] = READS_BASE,
    [OP_TBB] = GOES_TO_PC | READS_PC,
    [OP_TBH] = GOES_TO_PC | READS_PC,
    [OP_CBZ] = IMM_FROM_PC,
    [OP_B] = GOES_AWAY | IMM_FROM_PC,
    [OP_BL] = GOES_AWAY | IMM_FROM_PC,
    [OP_BLX_IMM] = GOES_AWAY | IMM_FROM_PC | IMM_ALIGNED,
    [OP_BX] = GOES_AWAY,
    [OP_BXJ] = GOES_AWAY,
    [OP_BLX_REG] = GOES_AWAY,
    [OP_MCR] = WRITES_COPROCESSOR | COPROCESSOR,
    [OP_MCRR] = GOES_AWAY | COPROCESSOR,
    [OP_MRC] = COPROCESSOR,
    [OP_MRRC] = COPROCESSOR,
    [OP_VMSR] = GOES_AWAY,
    [OP_RFE] = GOES_AWAY,
    [OP_LDM_EXC] = GOES_AWAY,
    [OP_ERET] = GOES_AWAY,
    [OP_SVC] = STOPS,
    [OP_BKPT] = STOPS,
    [OP_UDF] = STOPS,
    [OP_HVC] = STOPS,
    [OP_SMC] = STOPS,
    [OP_WFE] = STOPS,
    [OP_WFI] = STOPS,
    [OP_YIELD] = STOPS,
};

void interp_fill_imm(struct cpu *c, struct step *s, bool thumb)
{
    s->imm += interp_imm_base(s->op, s->pc, thumb);
    if (interp_kinds[s->op] & COPROCESSOR && c->sys) s->imm = interp_coprocessor_register(c, s);
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
