// What the builder asks about an instruction.
#ifndef STINKARM_INTERP_SELECT_H
#define STINKARM_INTERP_SELECT_H

#include <assert.h>
#include <string.h>

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
    WRITES_RD = 1,      // computes Rd, which may be the PC
    LOADS_RD = 2,       // likewise, but writing it may change the instruction set in Thumb, too
    LOADS_LIST = 4,     // a list of registers, which may have the PC in it
    GOES_AWAY,          // FLOW_AWAY
    GOES_TO_PC,         // FLOW_PLAIN
    STOPS,              // FLOW_STOP
    WRITES_COPROCESSOR, // may change anything: FLOW_AWAY
    FLOW_MASK = 15,
    IMM_FROM_PC = 1 << 4, // imm is counted from the PC …
    IMM_ALIGNED = 1 << 5, // … from Align(PC, 4)
    READS_LIST = 1 << 6,  // stores a list, which may have the PC in it
    READS_RD = 1 << 7,    // stores Rt
    READS_PC = 1 << 8,
    READS_BASE = READS_PC, // VFP: the base register may be the PC
    COPROCESSOR = 1 << 9,  // MCR, MRC, MCRR, MRRC
};
extern const uint16_t interp_kinds[OP_COUNT];

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

// Most instructions: unconditional, and the PC is none of their operands. They are one step.
static inline bool interp_is_ordinary(const struct insn *in)
{
    const unsigned only_if_rd_is_15 = WRITES_RD | LOADS_RD | READS_RD;
    return in->op < OP_VFP_FIRST && in->cond == COND_AL && !(interp_kinds[in->op] & ~only_if_rd_is_15) &&
           in->rd != 15 && in->rn != 15 && in->rm != 15;
}

// What an immediate that is counted from the PC becomes an absolute address by; 0 for others.
static inline uint32_t interp_imm_base(uint16_t op, uint32_t pc, bool thumb)
{
    const unsigned kind = interp_kinds[op];
    const uint32_t pc_value = pc + (thumb ? 4 : 8);
    if (!(kind & IMM_FROM_PC)) return 0;
    return kind & IMM_ALIGNED ? pc_value & ~3u : pc_value;
}

// What is not as in the instruction: imm becomes an absolute address, or a coprocessor register's number.
void interp_fill_imm(struct cpu *c, struct step *s, bool thumb);

// The operands of an instruction, into a step that has its pc and it.
static inline void interp_fill_step(struct cpu *c, struct step *s, const struct insn *in, bool thumb)
{
    static_assert(offsetof(struct step, pc) - offsetof(struct step, imm) == INSN_OPERANDS &&
                      offsetof(struct step, it) - offsetof(struct step, imm) == offsetof(struct insn, cond) &&
                      offsetof(struct step, y) - offsetof(struct step, imm) == offsetof(struct insn, y) &&
                      offsetof(struct step, rd) - offsetof(struct step, imm) == offsetof(struct insn, rd),
                  "a step's operands are an instruction's");
    const uint8_t it = s->it;
    memcpy((char *)s + offsetof(struct step, imm), in, INSN_OPERANDS);
    s->it = it;
    s->op = in->op;
    if (interp_kinds[in->op] & (IMM_FROM_PC | COPROCESSOR)) interp_fill_imm(c, s, thumb);
}

// The handler that tests a condition and then jumps to s->exec, or over s->skip steps.
step_fn *interp_condition(uint8_t cond);
// The handler that tests a condition and goes to s->imm, or to the next step.
step_fn *interp_conditional_branch(uint8_t cond);
// The condition that one of these, of a branch or not, tests; COND_AL: it is none.
uint8_t interp_condition_of(step_fn *fn, bool branch);

// Helper steps: r[15] = imm; go to imm, there in the middle of an IT block, there in the other instruction
// set; go to r[15]; r[14] = return address.
extern step_fn step_set_pc, step_goto, step_goto_it, step_goto_exchange, step_bx_pc, step_goto_pc, step_link;
extern step_fn step_undefined, step_exception_return;

#endif
