// A second tier under the interpreter: compiled code for blocks that run often. The interpreter finds blocks,
// counts, forgets; the tier makes code of them and runs it, and calls the interpreter's handlers for what it
// has no code for.
#ifndef STINKARM_CPU_TIER_H
#define STINKARM_CPU_TIER_H

#include "cpu/engine.h"
#include "isa/insn.h"

struct host_registers;
struct image_copy;
struct image_range;
struct tier;

// An instruction of a block.
struct tier_insn {
    struct insn in;
    uint32_t pc;
    uint8_t it; // ITSTATE
};

// The interpreter's handler of an instruction.
struct tier_call {
    const void *(*fn)(struct cpu *c, const void *step); // NULL: it has stopped the engine
    const void *step;
    enum tier_call_kind {
        TIER_CALL_ANY,    // may touch any core register
        TIER_CALL_LOADS,  // reads core registers, may abort, writes none
        TIER_CALL_VECTOR, // touches no core register, and cannot abort
        TIER_CALL_SVC, // as ANY; instead of a step it may return the number of a host's system call without
                       // arguments, below TIER_STEPS, whose result is to go to r0
        TIER_CALL_KINDS
    } kind;
    bool flags;   // reads or writes NZCV
    bool fp;      // computes with floating-point numbers, or looks at the FPSCR
    bool sets_pc; // r15 must hold pc_value
    bool away;    // goes on where it has left r15, whose bit 0 selects the instruction set (system mode)
    bool thumb;   // what cpu.thumb must say
    uint32_t pc_value;
};

// Keys are pc | T | ITSTATE << 32, and in system mode above that the frame that the page is fetched from.
// What leads from block to block is known without it: struct tier_result's key never has one.
enum { TIER_FRAME_SHIFT = 41 };
#define TIER_VIRTUAL ((1ull << TIER_FRAME_SHIFT) - 1)

// A block.
struct tier_block {
    bool ran; // asks for what has run: it ends behind a conditional branch that has always been taken
    unsigned ninsns;
    struct tier_insn *insns;
    bool runs_on; // behind the last instruction, to next_pc with next_it
    uint32_t next_pc;
    uint8_t next_it;
    uint32_t heat; // how often it has run before it was compiled
    void *code;    // … and then
};

// What the interpreter tells a tier that compiles.
struct tier_source {
    // Fills in a block of at most `room` instructions, at b->insns. False: there is none, or it has hardly
    // run.
    bool (*block)(struct cpu *c, uint64_t key, struct tier_block *b, unsigned room);
    // The same for one that is only looked at: it may have run seldom, or never.
    bool (*look)(struct cpu *c, uint64_t key, struct tier_block *b, unsigned room);
    // Condition flags that may be read there before they are set (N is 8, Z 4, C 2, V 1), as far as what the
    // interpreter has decoded says: else all. Behind returns none, unless `crosses`.
    uint8_t (*reads_flags)(struct cpu *c, uint64_t key);
    // Whether the code there, of which nothing may have run, begins by reading flags; or cannot be fetched.
    bool (*begins_with_reader)(struct cpu *c, uint64_t key);
    // System mode: the frame that code at a key is fetched from now, or an abort; cpu.code_unnamed says more.
    uint32_t (*frame)(struct cpu *c, uint64_t key);
    // What the guest's memory has at an address; false: nothing that is easily read.
    bool (*word)(struct cpu *c, uint32_t addr, uint32_t *v);
    // The handlers of n instructions in a row, the first being the count-th of its block; n == 0: only tells
    // how one would be called. False: only the interpreter itself can do it, or there is no memory.
    bool (*handler)(struct cpu *c, const struct tier_insn *in, unsigned n, unsigned count, bool thumb,
                    struct tier_call *call);
};

enum { TIER_ENTRIES = 64, TIER_STEPS = 4096 };

// Compiled code, and the blocks that it may be entered at.
struct tier_unit {
    unsigned n;
    unsigned nblocks, ninsns, bytes; // what it has become of, and how long
    struct {
        uint64_t key;
        void *code;
    } entry[TIER_ENTRIES];
};

enum tier_exit {
    TIER_BRANCH, // goes on at the key
    TIER_ONE,    // the interpreter is to do the instruction at the key
    TIER_STOP,   // a handler has stopped the engine
    TIER_NONE,   // nothing has happened: the interpreter is to run the block
    TIER_HOT,    // goes on at the key, a block that has run so often that a region would be good
    TIER_DEAD,   // the code has been forgotten; nothing has been done
};

struct tier_result {
    enum tier_exit why;
    uint64_t key; // without frame
    void *link;   // TIER_BRANCH: NULL, or a branch that link() may lead to the target's code
};

// A unit of code that has been made, for who names the host's code.
struct tier_code {
    uint64_t start; // in the host's memory, where it runs
    uint32_t size;
    const uint8_t *bytes; // the same, to be read
    bool thumb, region;
    // From each offset on, up to the next one's, the code is the guest instruction's at pc; odd: of none.
    const struct tier_place {
        uint32_t offset, pc;
    } * places;
    unsigned nplaces;
};

// What a tier does for images (interp/image.h).
struct tier_image {
    // Its memory is there, and is going to be read from a file; `state` is what ranges() has left. False:
    // that is of another host or another tier.
    bool (*restore)(struct tier *t, const void *state);
    // … and it could not be read.
    void (*drop)(struct tier *t);
    // Its memory's ranges, and what else is to be known; how many. Its lock is held (fork_before).
    unsigned (*ranges)(struct tier *t, struct image_range *r, void *state);
    void (*unlock)(struct tier *t);
    // In a copy of its ranges: makes of it what restore() expects. Code that has something of a block for
    // which keeps() is false is dead there.
    void (*clean)(struct tier *t, const struct image_copy *copy, bool (*keeps)(void *ctx, uint64_t key),
                  void *ctx);
    bool (*in_copy)(const struct image_copy *copy, const void *code); // … is not
    // Of restored code: whether it may be run. same: whether a block's bytes are what they were. Otherwise it
    // is forgotten. The cache is locked.
    bool (*usable)(struct tier *t, const struct cpu *c, const void *code,
                   bool (*same)(void *ctx, uint64_t key), void *ctx);
    unsigned (*made)(const struct tier *t); // units of code, restored ones among them
};

struct tier {
    uint32_t hot; // runs of a block before it is compiled
    // Code knows where each of its instructions is from, so that where() does. Set before the first block is
    // compiled, as made is: called behind each unit that is made; NULL: nobody wants to know.
    bool places;
    void (*made)(struct tier *t, struct cpu *c, const struct tier_code *code);
    void (*tell)(struct tier *t, struct cpu *c); // it is called for all units that there are
    const struct tier_image *image;
    bool fixed;   // its memory is where images expect it; before the first block is compiled
    bool crosses; // flags_cross has been called
    bool counts;  // compiled code takes what it executes off c->budget; before the first block is compiled
    const struct tier_source *source; // set by the interpreter
    // Code for a block (region: and for those that it leads to); false: no memory for more (wants_room), or
    // nothing to gain.
    bool (*compile)(struct tier *t, struct cpu *c, uint64_t key, bool region, struct tier_unit *u);
    struct tier_result (*run)(struct tier *t, struct cpu *c, void *code);
    // Guest instructions that code can execute before it looks at c->exit_request: at least as many.
    unsigned (*length)(const struct tier *t, const void *code);
    // A branch goes straight to code from now on; an indirect one to key is found there by this CPU.
    void (*link)(struct tier *t, void *link, void *code);
    void (*remember)(struct tier *t, struct cpu *c, uint64_t key, void *code);
    // Code that has anything of the block is not entered any more. Who is inside may finish; true: that may
    // take a loop, which ends when exit_request is set. Callable while others run.
    bool (*forget)(struct tier *t, uint64_t key);
    void (*share)(struct tier *t); // see struct engine's
    // Code is entered elsewhere from now on.
    void (*replace)(struct tier *t, void *code, void *by);
    // Condition flags are read behind a call, or where an indirect branch leads: crosses is true then.
    void (*flags_cross)(struct tier *t, struct cpu *c);
    void (*flush)(struct tier *t); // forgets everything; no CPU runs
    // Or only code is to be forgotten, the oldest or all that is not as it must be from now on; no CPU runs,
    // and none has anything of it in its tables behind detach(). Then evicted() says whether code is gone.
    bool (*wants_room)(const struct tier *t);
    void (*evict)(struct tier *t);
    bool (*evicted)(const struct tier *t, const void *code);
    void (*detach)(struct tier *t, struct cpu *c);
    // A host fault in the code at a host pc: the guest's registers from the host's. Says which instruction it
    // was, and corrects the guest address; false: not in compiled code.
    bool (*fault)(struct tier *t, struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
                  struct tier_insn *where, unsigned *count, uint32_t *addr);
    // A floating-point trap in the code: see struct engine's host_trap.
    bool (*trap)(struct tier *t, struct cpu *c, const struct host_registers *h, uintptr_t *pc,
                 uintptr_t *stack, uintptr_t *arg);
    // See struct engine's where; only with places.
    enum engine_where (*where)(struct tier *t, struct cpu *c, uintptr_t host_pc,
                               const struct host_registers *h, uint32_t r[16], bool *thumb);
    // After an abort inside a handler: the flags of the guest are where they belong.
    void (*aborted)(struct tier *t, struct cpu *c);
    // Around fork: before takes the tier's locks; copy, with nothing changing any more, makes what the child
    // needs of its own; after gives the locks back in parent and child.
    void (*fork_before)(struct tier *t);
    void (*fork_copy)(struct tier *t);
    void (*fork_after)(struct tier *t, bool child, struct cpu *self);
    bool (*prepare)(struct tier *t); // memory for code, now
    void (*destroy)(struct tier *t);
};

#endif
