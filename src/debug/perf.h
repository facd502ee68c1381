// --perf: tells Linux's perf whose code it is that the recompiler makes, by a file that perf inject --jit
// reads (tools/perf/Documentation/jitdump-specification.txt).
#ifndef STINKARM_DEBUG_PERF_H
#define STINKARM_DEBUG_PERF_H

#include "cpu/debug.h"
#include "cpu/tier.h"

// One a process. Begins the file DIR/jit-PID.dump, which perf notices. False: it has said why it cannot.
bool perf_start(const char *dir);
void perf_target(const struct debug_target *t); // where names come from, as soon as there is one
char *perf_option(void); // "--perf=DIR", DIR being absolute, for what the program executes
// struct tier's.
void perf_made(struct tier *t, struct cpu *c, const struct tier_code *code);

#endif
