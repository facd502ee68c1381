// What lockstep.c records, and lockstep_report.c prints.
#ifndef STINKARM_INTERP_LOCKSTEP_STATE_H
#define STINKARM_INTERP_LOCKSTEP_STATE_H

#include "interp/run.h"

enum { LOCKSTEP_MAX_INSNS = 4096, LOCKSTEP_MAX_STORES = 1 << 16 };

// Everything that guest instructions can see, between two of them.
struct lockstep_state {
    uint32_t r[16], cpsr, fpscr, tpidrurw, excl_addr, excl_size;
    uint64_t excl_value, d[32];
};

struct lockstep_store {
    uint32_t addr;
    uint16_t insn; // instructions executed before the one that stores
    uint8_t bytes;
    uint8_t old[8], last[8]; // the bytes before; and when the interpreter was done with all instructions
};

#define LOCKSTEP_NZCV 0xf0000000u

struct lockstep {
    struct lockstep *scratch;    // for trying out something else in between
    _Atomic(struct cpu *) turn;  // who runs guest code
    unsigned runs;               // of compiled code
    struct cpu_mem mem;          // the address space's, with stores noted
    const struct cpu_mem *plain; // … and its own
    unsigned n;                  // instructions that the interpreter has executed
    enum cpu_exit end;           // why it went no further; CPU_EXIT_BUDGET: it had gone far enough
    struct cpu_fault fault;      // … if by an abort
    bool overflow;               // more stores than there is room for
    unsigned nstores;
    struct lockstep_state state[LOCKSTEP_MAX_INSNS + 1]; // before each instruction, and at the end
    struct lockstep_state
        stopped; // … in the middle of one that is undefined or aborts, where it must be exact, too
    struct lockstep_store store[LOCKSTEP_MAX_STORES];
    struct lockstep_state compiled; // where compiled code has come to
};

// Prints both sides behind n instructions. why: what the difference is.
void lockstep_report(struct cpu *c, const struct lockstep *l, struct block *b, unsigned n, const char *why);

#endif
