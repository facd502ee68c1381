// From a signal handler: what the host has interrupted, for the engine.
#ifndef STINKARM_CPU_TRAP_H
#define STINKARM_CPU_TRAP_H

#include <ucontext.h>

#include "cpu/engine.h"

struct host_registers trap_registers(const ucontext_t *uc);
// Whether the engine wants to go on elsewhere: in software, after an operation that the host refuses. Then
// the handler has only to return.
bool trap_to_engine(struct cpu *c, ucontext_t *uc);
// Whether the signal is the debugger's own, which is told then.
bool trap_to_debugger(struct cpu *c, const siginfo_t *si, const ucontext_t *uc);

#endif
