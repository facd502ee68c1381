// From a block of operations to host code.
//
// RBP is the CPU; R8–R15, RBX, RSI and RDI hold eleven of the guest's registers across blocks, the others
// stay in struct cpu; RAX, RCX and RDX are free, RDX being the first temporary. RSP is the host's, so that
// faults and signals find a stack. GS is the guest's window. The upper halves of guest registers are 0.
#ifndef STINKARM_JIT_X64_EMIT_H
#define STINKARM_JIT_X64_EMIT_H

#include "cpu/tier.h"
#include "ir/ir.h"
#include "jit/x64/asm.h"

// Why compiled code was left: bits 63:62 of what it returns; below, a link or a key (pc | T | ITSTATE << 32).
enum emit_exit {
    EXIT_LINK,     // struct emit_link: at a branch to a known address
    EXIT_INDIRECT, // key: at a branch to an address that is not in the jump table
    EXIT_LEAVE,    // key: the interpreter is to do the instruction there
    EXIT_STOP,     // a handler has stopped the engine
};
enum { EXIT_SHIFT = 62 };

// A branch to a known address, which may be linked to the code there.
struct emit_link {
    uint64_t key;
    uint8_t *disp; // the jump's displacement, in the writable view; aligned
};

// An entry of the table of indirect branches' targets at cpu.host_jump; JUMP_EMPTY matches nothing.
struct emit_jump {
    uint32_t target, unused; // pc | T
    const void *code;
};
enum { EMIT_JUMPS = 4096, JUMP_EMPTY = 2 };
static inline unsigned emit_jump_hash(uint32_t target)
{
    return target >> 1 & (EMIT_JUMPS - 1);
}

// The access at an offset of a block's code belongs to this instruction.
struct emit_site {
    uint32_t offset, pc;
    uint32_t back, call; // of an operation that may trap: where to go on, and the handler
    uint8_t compare;     // … enum fp_compare
    uint8_t it, count;
    bool probe; // the access has begun in front of what faults: the address is that of the page
};

// Code that all blocks share, in the writable view.
struct emit_shared {
    const uint8_t *enter; // uint64_t enter(struct cpu *, const void *code): runs until it is left
    const uint8_t *leave, *leave_saved, *indirect, *call[3];
    const uint8_t *trap;   // behind a trap (fp_trap): RAX is its arg, the return address on the stack
    const uint8_t *floats; // emit_neon_float.h's constants
    const uint8_t *signs;  // 16 bytes each: a double's sign bit, a single's, all bits but these
    const uint8_t
        *compared[2]; // struct cpu's host_flags, by LAHF's value after UCOMIS; [1]: operands swapped
};

enum { EMIT_COMPARED = 0x48 }; // entries of a table at `compared`
enum { EMIT_MAX_SITES = 600, EMIT_MAX_LINKS = 96, EMIT_MAX_SLOW = 256 };

struct emit {
    struct x64 a;
    const struct emit_shared *shared;
    const struct tier_call *calls; // by IR_CALL's imm
    struct emit_link *link_at;     // where the links will be when the code runs
    uint64_t key;                  // of the block
    uint8_t *stale;                // … and where it goes when it is not to run any more
    uint8_t *start, *cold;         // of the block's code; behind it, of the ways that it seldom takes
    const int8_t *home;            // guest register → host register; -1: in struct cpu
    unsigned nsites, nlinks, npolls;
    struct emit_site sites[EMIT_MAX_SITES];
    struct emit_link links[EMIT_MAX_LINKS];
    struct {
        uint8_t *disp;
        unsigned link;
    } polls[EMIT_MAX_LINKS];   // jumps to links' slow ways
    unsigned nslow, slow_from; // … of the present operation
    struct {
        uint8_t *disp, *back;
        uintptr_t arg;
    } slow[EMIT_MAX_SLOW]; // jumps to handlers' calls behind the block
    bool thumb;
    bool counts;     // struct tier's
    uint8_t host;    // enum host_flags
    uint8_t fp_form; // what the code is able to do (jit/x64/fp.h)
    uint8_t fp_mode; // enum fp_mode: what MXCSR holds
};

// Emits a block at a.p; false: it does not fit.
bool emit_block(struct emit *e, const struct ir_block *b);
// Whether the code of an operation calls, or may call, the handler that its imm names.
bool emit_may_call(const struct ir_insn *i);
// What its code asks of all code (enum fp_form), because it computes with floating-point numbers.
unsigned emit_fp_form(const struct ir_insn *i);
bool emit_shared_code(struct x64 *a, struct emit_shared *s);
// Makes code jump to where its block is looked up anew. at: the block's first byte, in the writable view.
void emit_stale(uint8_t *at, const uint8_t *stale);

enum { EMIT_ENTRY = 8 }; // bytes at a block's start that emit_stale replaces

extern const int8_t emit_home[15]; // guest register → host register; -1: in struct cpu

#endif
