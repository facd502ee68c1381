// The instruction log.
#ifndef STINKARM_DEBUG_TRACE_H
#define STINKARM_DEBUG_TRACE_H

#include "cpu/cpu.h"

// Logs the instruction at the PC, if it can be fetched.
void trace_instruction(struct cpu *c);

// Runs like the CPU's engine without a limit, but one instruction at a time, each logged before it is
// executed.
enum cpu_exit trace_run(struct cpu *c);

#endif
