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
enum insn_flow interp_flow(const struct insn *in, bool thumb);

// The handler; step_undefined if the operation does not exist in the present mode of operation.
step_fn *interp_select(const struct insn *in);

bool interp_reads_pc(const struct insn *in);    // r[15] must hold the PC's value
bool interp_imm_from_pc(const struct insn *in); // imm becomes an absolute address: branches, literals, ADR …
bool interp_aligns_pc(const struct insn *in);   // … counted from Align(PC, 4)

// The handler that tests a condition and then jumps to s->exec, or over s->skip steps.
step_fn *interp_condition(uint8_t cond);
// The handler that tests a condition and goes to s->imm, or to the next step.
step_fn *interp_conditional_branch(uint8_t cond);

// Helper steps: r[15] = imm; go to imm, there in the middle of an IT block, there in the other instruction
// set; go to r[15]; r[14] = return address.
extern step_fn step_set_pc, step_goto, step_goto_it, step_goto_exchange, step_bx_pc, step_goto_pc, step_link;
extern step_fn step_undefined, step_exception_return;

#endif
