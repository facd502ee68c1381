// From operations to host code.
//
// RBP is the CPU; R8–R15, RBX, RSI and RDI hold eleven of the guest's registers, the others stay in struct
// cpu: between units the same eleven always (emit_home), inside a unit those that it uses most (emit.home).
// RAX, RCX and RDX are free, RDX being the first temporary. RSP is the host's stack; compiled calls leave the
// guest's and the host's return addresses there. GS is the guest's window. The upper halves of guest
// registers are 0.
#ifndef STINKARM_JIT_X64_EMIT_H
#define STINKARM_JIT_X64_EMIT_H

#include "cpu/tier.h"
#include "ir/ir.h"
#include "jit/x64/asm.h"

// Why compiled code was left: bits 63:61 of what it returns; below, a link or a key (pc | T | ITSTATE << 32).
enum emit_exit {
    EXIT_LINK,     // struct emit_link: at a branch to a known address
    EXIT_INDIRECT, // key: at a branch to an address that is not in the jump table
    EXIT_LEAVE,    // key: the interpreter is to do the instruction there
    EXIT_STOP,     // a handler has stopped the engine
    EXIT_HOT,      // struct emit_entry: the block there has become hot
    EXIT_STALE,    // struct emit_entry: at code that has been forgotten
};
enum { EXIT_SHIFT = 61 };

// A branch to a known address, which may be linked to the code there.
struct emit_link {
    uint64_t key;
    uint8_t *disp; // the jump's displacement, in the writable view; aligned; NULL: C is only to look around
    int32_t unlinked; // … what it was before
};

// An entry of the table of indirect branches' targets at cpu.host_jump; JUMP_EMPTY matches nothing. In system
// mode it is valid in one context.
struct emit_jump {
    uint32_t target, context; // pc | T, cpu.code_context
    const void *code;
};
enum { EMIT_JUMPS = 4096, EMIT_SYSTEM_JUMPS = 16384, JUMP_EMPTY = 2 };
static inline unsigned emit_jumps(bool system)
{
    return system ? EMIT_SYSTEM_JUMPS : EMIT_JUMPS;
}
// Behind that, in system mode, one that outlives contexts: what is at an address of a frame.
struct emit_known {
    uint32_t target, frame;
    const void *code; // NULL: nothing
};
enum { EMIT_KNOWN = EMIT_SYSTEM_JUMPS };
static inline size_t emit_jumps_size(bool system)
{
    return emit_jumps(system) * sizeof(struct emit_jump) +
           (system ? EMIT_KNOWN * sizeof(struct emit_known) : 0);
}
// Functions lie at multiples of 16 and more: the bits above tell them apart.
static inline unsigned emit_jump_hash(uint32_t target, bool system)
{
    return (target >> 12 ^ target) >> 1 & (emit_jumps(system) - 1);
}

// Where the guest's flags are, masks of enum ir_flag: in the host's flags, in struct cpu, or in both.
struct emit_flags {
    uint8_t host, saved;
    uint8_t kind; // enum host_flags
};

// Flags that nobody has made yet: those of a comparison of registers, or of one with a constant.
struct emit_due {
    uint8_t sets; // 0: none
    uint8_t op, a, b;
    uint32_t imm;
};

// The access at an offset of a block's code belongs to this instruction.
struct emit_site {
    uint32_t offset, pc;
    uint32_t back, call; // of an operation that may trap: where to go on, and the handler
    uint8_t compare;     // … enum fp_compare
    uint8_t it, count;
    bool leave;              // the interpreter does what faults here
    bool probe;              // the access has begun in front of what faults: the address is that of the page
    struct emit_flags flags; // where they are
    struct emit_due due;
};

// Code that all blocks share, in the writable view.
struct emit_shared {
    bool system;            // for a machine
    bool places;            // handlers find all of the guest's registers in struct cpu
    const uint8_t *enter;   // uint64_t enter(struct cpu *, const void *code): runs until it is left
    const uint8_t *records; // of links and entries; within 4 GiB from there
    const uint8_t *leave_link, *leave_hot, *leave_stale; // EAX: where the record is, from there
    const uint8_t *leave, *leave_saved, *indirect, *not_found, *return_miss, *call[TIER_CALL_KINDS];
    const uint8_t *call_end; // behind the last one of these
    const uint8_t *trap;     // behind a trap (fp_trap): RAX is its arg, the return address on the stack
    const uint8_t *floats;   // emit_neon_float.h's constants
    const uint8_t *vflags;   // the guest's flags become those of the last VCMP; RAX and RCX change
    const uint8_t *reciprocals, *roots;      // emit_neon_estimate.c's tables
    const uint8_t *read_cpsr;                // into EAX, the flags being saved; uses RCX
    const uint8_t *read_fpscr, *write_fpscr; // operand and result in EAX (fp_write)
    const uint8_t *signs;       // 16 bytes each: a double's sign bit, a single's, all bits but these
    const uint8_t *compared[2]; // struct cpu's host_flags, by LAHF's value after UCOMIS; [1], which follows:
                                // operands swapped
    const uint8_t *nzcv;        // … by NZCV
    const uint8_t *tlb_miss, *tlb_miss_end; // see emit_tlb.c
    void *owner;                            // whom C functions are told
};

enum { EMIT_COMPARED = 0x48 }; // entries of a table at `compared`

enum { NO_REGISTER = 0xff };
enum {
    EMIT_MAX_PLACES = 8000,
    EMIT_MAX_SITES = 4000,
    EMIT_MAX_LINKS = 1000,
    EMIT_MAX_WAYS = 3000,
    EMIT_MAX_SLOW = 1000
};

// A jump or call that leads behind the unit's operations, to code that is made there.
struct emit_way {
    uint8_t *disp;
    const struct ir_insn *go; // a branch out of the unit, with the flags at the jump; or
    struct emit_flags flags;
    const struct ir_insn *leave; // the interpreter does this instruction; or
    unsigned label;              // a block's label, 1 + its number; or
    int thunk;                   // a call of handlers, 1 + kind; or
    uint32_t target;             // where control goes as by an indirect branch; or
    unsigned link;               // C is told of a link
    bool inside;                 // … from the midst of the unit; or
    const struct ir_insn
        *miss; // C is asked where the memory is, and it goes on at `back`: so much for its access
    uint16_t bytes;
    bool write;             // or
    const uint8_t *landing; // a call whose target has to be found returns to here
    uint8_t *back;          // or Q is set, or a register cleared (1 + its number), and it goes on here
    unsigned clears;
};

// A guest block in the unit.
struct emit_block {
    uint64_t key;
    uint8_t *label, *poll; // where jumps go to; those backwards to poll, in front of it
    bool loop;             // something jumps back to it that it leads to
    uint8_t live;          // flags that are wanted there: whoever comes has saved them
};

// A way in from outside.
struct emit_entry {
    uint64_t key;
    uint8_t *code, *stale; // in the writable view; stale: where it leads when it is not to run any more
    void *unit;            // whoever keeps units
    bool dead;             // its unit has been forgotten
};

// What an XMM register has a copy of: of which register, as an S, D or Q register (0: none); the operations
// that made it and used it last.
struct emit_vector {
    uint8_t size, v;
    uint32_t set, used;
};

// Which vector register an XMM register has inside the unit, as an S, D or Q register (size 0: none).
struct emit_vector_home {
    uint8_t size, v;
    bool written; // the unit changes it
};

struct emit {
    struct x64 a;
    const struct emit_shared *shared;
    const struct tier_call *calls; // by IR_CALL's imm
    struct emit_link *link_at;     // where the links will be when the code runs
    struct emit_entry *entry_at;   // … and the entries are
    unsigned nentries;
    bool counted;                 // the way in counts down to EXIT_HOT
    uint8_t *hot;                 // … which this jump leads to
    uint8_t *start, *cold;        // of the unit's code; behind it, of the ways that it seldom takes
    const int8_t *home;           // guest register → host register; -1: in struct cpu
    struct x64_rm place[IR_LOCS]; // where locations live
    uint8_t reg[256];             // … the registers of those that do in one; else NO_REGISTER
    bool places_common;           // … as emit_home says
    unsigned nsites, nlinks, nways, nblocks, next_block;
    uint32_t last_entry; // of the ways in that with the highest address
    struct emit_block blocks[IR_MAX_BLOCKS];
    struct emit_way ways[EMIT_MAX_WAYS];
    struct emit_site sites[EMIT_MAX_SITES];
    struct emit_link links[EMIT_MAX_LINKS];
    unsigned nslow, slow_from; // … of the present operation
    struct {
        uint8_t *disp, *back;
        uintptr_t arg;
    } slow[EMIT_MAX_SLOW]; // jumps to handlers' calls behind the block
    struct emit_vector_home vector_home[16];
    uint8_t vector_at[64]; // S register (four in each Q) → the XMM register that has it; 0: none
    bool vector_homes;     // there are any
    uint16_t changed;      // a bit each: homes that may have changed since the unit was entered; and so where
    uint16_t block_changed[IR_MAX_BLOCKS], way_changed[EMIT_MAX_WAYS]; // blocks begin, and at ways
    struct emit_vector vector[16];
    uint32_t vector_op;  // counts operations
    bool vector_copies;  // there may be copies in `vector`
    bool ge_mask;        // XMM3 has cpu.ge_clear, too
    bool vector_keep;    // this one may make copies
    bool vector_sources; // … of what it reads, so far
    struct {
        uint8_t size, v, xmm;
        bool clean; // above a D register are zeros
    } finished;     // what the operation has stored, and where it is
    unsigned nreloads;
    struct {
        unsigned site, slow_from, slow_to; // of an operation that may trap
        uint8_t *back;
        uint8_t size, v, xmm; // its result, and the copy of that: from memory, behind a trap
    } reloads[EMIT_MAX_SLOW];
    bool thumb;
    bool windowed; // in front of emit_unit(): there is to be a form for a window, too (system/window.c)
    uint8_t *to_window[IR_MAX_BLOCKS];       // … to which its ways in jump
    bool tlb;                                // a machine's code, whose memory is where cpu.tlb says
    const struct ir_insn *joint, *joint_end; // the accesses that were done last with one look at the address
    bool alone;  // nobody else gets at the guest's memory, or this code is forgotten before
    bool counts; // struct tier's
    struct emit_flags flags;
    uint8_t live;    // flags that the operation being emitted must leave as they are
    uint8_t fp_form; // what the code is able to do (jit/x64/fp.h)
    uint8_t fp_mode; // enum fp_mode: what MXCSR holds
    bool placed;     // the places of instructions are wanted
    unsigned nplaces;
    struct tier_place places[EMIT_MAX_PLACES]; // as far as they fit
};

// Emits a unit at a.p; false: it does not fit.
bool emit_unit(struct emit *e, const struct ir_block *b);
// Whether the code of an operation calls, or may call, the handler that its imm names.
bool emit_may_call(const struct ir_insn *i);
// home: NULL: none, and the unit is one block.
void emit_set_vector_homes(struct emit *e, const struct emit_vector_home home[16], const struct ir_block *b);
// What its code asks of all code (enum fp_form), because it computes with floating-point numbers.
unsigned emit_fp_form(const struct ir_insn *i);
bool emit_shared_code(struct x64 *a, struct emit_shared *s, const uint8_t *records, bool system);
// Makes a way in jump elsewhere. at: its first byte; both in the writable view.
void emit_stale(uint8_t *at, const uint8_t *to);
// Whether it does already; the displacement is behind its first byte.
static inline bool emit_is_stale(const uint8_t *at)
{
    return *at == 0xe9;
}

enum { EMIT_JUMP = 5 }; // bytes at a way in that emit_stale replaces

static inline unsigned emit_heat_slot(uint64_t key)
{
    return (unsigned)(key >> 1 ^ key >> 11) % CPU_HOST_HEAT;
}

extern const int8_t emit_home[15]; // guest register → host register; -1: in struct cpu

#endif
