// What the builder asks about an instruction.
#ifndef STINKARM_INTERP_SELECT_H
#define STINKARM_INTERP_SELECT_H

#include "interp/interp.h"

// Where control goes behind an instruction.
enum insn_flow {
    FLOW_NEXT,   // to the next instruction, at least sometimes
    FLOW_AWAY,   // the handler goes elsewhere by itself
    FLOW_BX,     // to r[15], bit 0 selecting the instruction set
    FLOW_PLAIN,  // to r[15], in the current instruction set
    FLOW_RETURN, // to r[15] with CPSR = SPSR
    FLOW_STOP,   // out of the engine
};
// What an operation has to do with the PC.
enum {
    WRITES_RD = 1, // computes Rd, which may be the PC
    LOADS_RD,      // likewise, but writing it may change the instruction set in Thumb, too
    LOADS_LIST,    // a list of registers, which may have the PC in it
    GOES_AWAY,     // FLOW_AWAY
    GOES_TO_PC,    // FLOW_PLAIN
    STOPS,         // FLOW_STOP
    WRITES_COPROCESSOR, // may change anything: FLOW_AWAY
    FLOW_MASK = 7,
    IMM_FROM_PC = 8,  // imm is counted from the PC …
    IMM_ALIGNED = 16, // … from Align(PC, 4)
    READS_LIST = 32,  // stores a list, which may have the PC in it
    READS_RD = 64,    // stores Rt
    READS_PC = 128,
    READS_BASE = READS_PC, // VFP: the base register may be the PC
};
extern const uint8_t interp_kinds[OP_COUNT];

static inline enum insn_flow interp_flow(const struct insn *in, bool thumb)
{
    switch (interp_kinds[in->op] & FLOW_MASK) {
    case GOES_AWAY: return FLOW_AWAY;
    case GOES_TO_PC: return FLOW_PLAIN;
    case STOPS: return FLOW_STOP;
    case WRITES_COPROCESSOR: return interp_mcr_is_quiet(in) ? FLOW_NEXT : FLOW_AWAY;
    case LOADS_LIST: return in->imm >> 15 & 1 ? FLOW_BX : FLOW_NEXT;
    case LOADS_RD: return in->rd == 15 ? FLOW_BX : FLOW_NEXT;
    case WRITES_RD:
        if (in->rd != 15) return FLOW_NEXT;
        if (in->flags & INSN_S) return FLOW_RETURN;
        return thumb ? FLOW_PLAIN : FLOW_BX; // ALUWritePC interworks in ARM state (A2.3.1)
    default: return FLOW_NEXT;
    }
}

// The handler; step_undefined if the operation does not exist in the present mode of operation.
step_fn *interp_select(const struct insn *in);

// Whether r[15] must hold the PC's value.
static inline bool interp_reads_pc(const struct insn *in)
{
    const unsigned kind = interp_kinds[in->op];
    if (in->op >= OP_VFP_FIRST) return kind & READS_BASE && in->rn == 15; // elsewhere 15 is a vector
    if (kind & IMM_FROM_PC) return false;
    if (in->rn == 15 || in->rm == 15 || kind & READS_PC) return true;
    return (kind & READS_RD && in->rd == 15) || (kind & READS_LIST && in->imm >> 15 & 1);
}

// Whether imm becomes an absolute address: branches, literals, ADR …
static inline bool interp_imm_from_pc(const struct insn *in)
{
    return interp_kinds[in->op] & IMM_FROM_PC;
}

// … counted from Align(PC, 4).
static inline bool interp_aligns_pc(const struct insn *in)
{
    return interp_kinds[in->op] & IMM_ALIGNED;
}

// The handler that tests a condition and then jumps to s->exec, or over s->skip steps.
step_fn *interp_condition(uint8_t cond);
// The handler that tests a condition and goes to s->imm, or to the next step.
step_fn *interp_conditional_branch(uint8_t cond);
// The condition that one of these tests; COND_AL: it is none.
uint8_t interp_condition_of(step_fn *fn);

// Helper steps: r[15] = imm; go to imm, there in the middle of an IT block, there in the other instruction
// set; go to r[15]; r[14] = return address.
extern step_fn step_set_pc, step_goto, step_goto_it, step_goto_exchange, step_bx_pc, step_goto_pc, step_link;
extern step_fn step_undefined, step_exception_return;

#endif
