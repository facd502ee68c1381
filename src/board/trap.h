// Host traps while a machine runs.
#ifndef STINKARM_BOARD_TRAP_H
#define STINKARM_BOARD_TRAP_H

struct cpu;

// Catches what generated code leaves to software. Before CPUs run.
void traps_init(void);
// The CPU that this thread is about to run.
void traps_of(struct cpu *c);

#endif
