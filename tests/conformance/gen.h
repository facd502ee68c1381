// Random records: instructions from the encoding tables, and state that makes them safe to execute.
#ifndef CONFORMANCE_GEN_H
#define CONFORMANCE_GEN_H

#include "isa/table.h"
#include "proto.h"

enum { MAX_INSNS = 6 };

struct test {
    struct record rec;
    struct insn in[MAX_INSNS]; // what the record executes, in order
    uint8_t itstate[MAX_INSNS];
    uint32_t at[MAX_INSNS]; // guest addresses
    int n;
    int main;         // which of in[] the statistics count
    uint32_t ignored; // bits of the main instruction's encoding that the table does not look at
    bool undefined;   // the decoder says that the main instruction does not exist
    bool v8;          // … or exists only beyond a Cortex-A15
};

// Leaves out whatever ends in a signal, for an emulator that has none yet.
extern bool gen_no_signals;
extern uint32_t gen_fpscr; // bits that may be set in a record's FPSCR

enum gen_space { GEN_A32, GEN_T16, GEN_T32, GEN_VFP, GEN_NEON, GEN_SPACES };
extern const char *const gen_space_names[GEN_SPACES];

struct rng {
    uint64_t s;
};

static inline uint64_t rng_next(struct rng *g)
{
    // splitmix64
    uint64_t z = g->s += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint32_t rng_below(struct rng *g, uint32_t n)
{
    return (uint32_t)((rng_next(g) >> 32) * n >> 32);
}

static inline bool rng_percent(struct rng *g, uint32_t p)
{
    return rng_below(g, 100) < p;
}

// An encoding as the program holds it.
struct encoding {
    uint32_t raw;
    bool thumb, wide;
};

// A row of a table with its free bits random. only: its operation, or NULL.
struct encoding gen_encoding(struct rng *g, enum gen_space space, bool thumb, const char *only);
enum isa_result gen_decode(struct encoding e, uint8_t itstate, uint32_t features, struct insn *in);

// Fills *t with a record for slot number `slot`. only: an operation's name, or NULL for all of the space.
void gen_test(struct rng *g, enum gen_space space, uint32_t slot, const char *only, struct test *t);

// Makes *rec do nothing.
void gen_empty(struct record *rec, uint32_t slot);

// state.c: random registers, flags and FPSCR.
void gen_state(struct rng *g, enum gen_space space, struct record *rec);

// address.c: gives the registers of a load, store or branch values that keep it inside the scratch window or
// the slot. false: this instruction cannot be tested safely with this state.
enum gen_kind {
    KIND_PLAIN,   // no memory, no PC
    KIND_SKIP,    // privileged, waiting, or not the CPU's business alone
    KIND_IMM,     // load or store, base and immediate
    KIND_REG,     // load or store, base and register
    KIND_LIT,     // load, relative to PC
    KIND_BASE,    // load or store at the base register
    KIND_CENTRE,  // the base register is somewhere in a list of registers' memory
    KIND_TABLE,   // TBB, TBH
    KIND_DIRECT,  // branch with an offset
    KIND_INDIRECT // branch to a register
};
enum gen_kind gen_kind(const struct insn *in);
bool gen_writes_pc(const struct insn *in);
bool gen_always_traps(const struct insn *in);
bool gen_fix_operands(struct rng *g, struct record *rec, const struct insn *in, enum gen_kind kind,
                      uint32_t at);

#endif
