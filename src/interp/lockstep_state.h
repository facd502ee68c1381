// What lockstep.c records, and lockstep_report.c prints.
#ifndef STINKARM_INTERP_LOCKSTEP_STATE_H
#define STINKARM_INTERP_LOCKSTEP_STATE_H

#include "cpu/system.h"
#include "interp/run.h"

enum {
    LOCKSTEP_MAX_INSNS = 4096,
    LOCKSTEP_MAX_STORES = 1 << 16,
    LOCKSTEP_FLAGS_MAX = 64, // instructions after which flags that differ must have been set anew
};

// Everything that guest instructions can see, between two of them.
struct lockstep_state {
    uint32_t r[16], cpsr, fpscr, tpidrurw, excl_addr, excl_size;
    uint64_t excl_value, d[32];
    struct lockstep_machine { // of a machine only
        uint32_t tpidruro, tpidrprw, elr_hyp, event;
        uint32_t r13[BANK_COUNT], r14[BANK_COUNT], spsr[BANK_COUNT], r8_usr[5], r8_fiq[5];
    } machine;
    const struct cpu_words *words; // … of its CP15; several states may have the same
};

struct lockstep_store {
    uint8_t *at;
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
    const struct cpu_mem *plain; // the address space's functions,
    struct cpu_mem ahead;        // … with stores noted, for the interpreter,
    struct cpu_mem twice;        // … and for compiled code. Both: only what can be done twice
    const struct cpu_system *sys;
    struct cpu_system sys_twice; // likewise; for both
    bool words_old;              // the last words in the list are not up to date
    unsigned nwords;
    bool apart;             // the instruction, which has ended by an abort, can be done once only
    unsigned n;             // instructions that the interpreter has executed
    enum cpu_exit end;      // why it went no further; CPU_EXIT_BUDGET: it had gone far enough
    struct cpu_fault fault; // … if by an abort
    bool overflow;          // more stores than there is room for
    unsigned nstores;
    struct lockstep_state state[LOCKSTEP_MAX_INSNS + 1]; // before each instruction, and at the end
    struct lockstep_state
        stopped; // … in the middle of one that is undefined or aborts, where it must be exact, too
    struct lockstep_store store[LOCKSTEP_MAX_STORES];
    struct lockstep_state compiled; // where compiled code has come to
    struct cpu_words words[LOCKSTEP_MAX_INSNS + 8];
    struct lockstep_state tried[2][LOCKSTEP_FLAGS_MAX + 1];
};

static inline struct lockstep *lockstep_of(struct cpu *c)
{
    return ((struct interp_engine *)c->engine)->lockstep;
}

// lockstep_state.c
// l->words_old: whether words have been written since the last state; l->nwords: 0 starts a new list.
void lockstep_save(struct cpu *c, struct lockstep *l, struct lockstep_state *s);
void lockstep_restore(struct cpu *c, const struct lockstep_state *s);
bool lockstep_same(const struct cpu *c, const struct lockstep_state *a, const struct lockstep_state *b);

// lockstep_memory.c: makes l->ahead, l->twice and l->sys_twice; undoes the noted stores; and whether memory
// is as it must be behind n instructions. aborted: in the midst of the next one.
void lockstep_prepare(struct lockstep *l, const struct cpu *c);
void lockstep_undo_stores(struct lockstep *l);
bool lockstep_same_memory(const struct lockstep *l, unsigned n, bool aborted, char *why, size_t size);

// Prints both sides behind n instructions. why: what the difference is.
void lockstep_report(struct cpu *c, const struct lockstep *l, struct block *b, unsigned n, const char *why);

#endif
