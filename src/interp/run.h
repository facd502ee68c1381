// How control moves between blocks.
#ifndef STINKARM_INTERP_RUN_H
#define STINKARM_INTERP_RUN_H

#include "interp/cache.h"

struct interp_engine {
    struct engine base;   // first: the interface's view of it
    pthread_mutex_t lock; // guards cpus and the flush handshake
    pthread_cond_t idle;  // signalled when the last running CPU leaves
    struct interp_cpu *cpus;
    atomic_int running;        // CPUs inside run
    atomic_bool flush_pending; // nobody may enter run before the cache was flushed
    struct tier *tier;         // NULL: everything is interpreted
    struct lockstep *lockstep; // NULL: what the tier does is not checked
    void (*ran)(void *ctx, struct cpu *c, uint32_t first, uint32_t last); // NULL: nobody wants to know
    void *ran_ctx;
    struct cache cache; // last, and its large tables last in it: at the start few of its pages are touched
};

#define BUDGET_ENDLESS INT64_MAX

// exit_request while lockstep runs compiled code, which is to leave soon; nobody asks for more.
enum { EXIT_CHECKED = 2 };

// The per-CPU part of the engine.
struct interp_cpu {
    struct cpu *cpu;
    struct interp_cpu *next;
    uint8_t exit;      // enum cpu_exit
    unsigned looked;   // how often in the shared cache
    unsigned njumps;   // a power of two
    struct step fault; // stands for the instruction of compiled code that has faulted
    struct {
        bool inside; // compiled code runs
        int64_t budget;
    } stats;
    unsigned ncompiling;
    struct block *compiling[TIER_ENTRIES]; // what the tier has been told of for the unit that it makes
    struct {
        block_key key;    // without frame
        uint32_t context; // c->code_context that the entry belongs to
        struct block *block;
    } jump[]; // most recently used targets of indirect branches
};

// block.c: decodes the block at a key. Aborts the run if not even its first instruction can be fetched. The
// result is in the cache, and lives until the next flush.
struct block *interp_build(struct cpu *c, block_key key);

// The block at a key without frame: from the jump cache, the shared cache, or the builder.
struct block *interp_lookup(struct cpu *c, block_key key);

// Where we are, should the fetch of an instruction abort.
static inline void interp_mark_fetch(struct cpu *c, block_key key)
{
    *(const void *volatile *)&c->engine_pos = NULL;
    c->r[15] = (uint32_t)key & ~1u;
    c->itstate = (uint8_t)(key >> 32);
}

// Ends the run in front of a block: c->budget or exit_request says why.
const struct step *interp_leave(struct cpu *c, const struct block *b);

// The instructions that ran are counted where control leaves a block, so that the count is exact.
static inline void interp_count(struct cpu *c, const struct step *s)
{
    c->budget -= s->count;
}

// One instruction, at r[15], if the budget is 1. The caller has set abort_jmp.
enum cpu_exit interp_single(struct cpu *c);
// What there is to do behind a jump to abort_jmp: the state becomes exact.
enum cpu_exit interp_aborted(struct cpu *c);

static inline const struct step *interp_enter(struct cpu *c, const struct block *b)
{
    if (__builtin_expect(c->budget < b->ninsns || c->exit_request, 0)) return interp_leave(c, b);
    NEXT_STEP(c, b->steps);
}

// Goes to a constant address in the current instruction set, s->imm; the link remembers the block.
const struct step *interp_resolve(struct cpu *c, const struct step *s);

static inline const struct step *interp_goto_direct(struct cpu *c, const struct step *s)
{
    interp_count(c, s);
    const struct block *b = __atomic_load_n(&s->link, __ATOMIC_ACQUIRE);
    if (__builtin_expect(!b, 0)) return interp_resolve(c, s);
    return interp_enter(c, b);
}

// Goes to an address in the current instruction set.
static inline const struct step *interp_goto(struct cpu *c, const struct step *s, uint32_t pc)
{
    interp_count(c, s);
    return interp_enter(c, interp_lookup(c, pc | c->thumb));
}

// Goes on at pc, in the IT state that the CPU has, after privilege, masks, mappings or the instruction set
// may have changed. In compiled code: that goes on at r[15], whose bit 0 selects the instruction set.
const struct step *interp_resync(struct cpu *c, const struct step *s, uint32_t pc);

// System mode: takes an exception that returns behind this instruction.
const struct step *interp_exception_after(struct cpu *c, const struct step *s, enum cpu_exit why);

// BXWritePC (A2.3.1): bit 0 selects the instruction set.
static inline const struct step *interp_bx(struct cpu *c, const struct step *s, uint32_t target)
{
    c->thumb = target & 1;
    return interp_goto(c, s, target & (c->thumb ? ~1u : ~3u));
}

#endif
