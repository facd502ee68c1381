// Inside the interpreter: decoded blocks of steps, and what the handlers of all families share.
//
// A block is straight-line guest code, decoded once into an array of steps. A handler does one instruction
// and ends in NEXT, which jumps to the next step's handler: threaded code, without a dispatch loop. The
// builder (block.c) puts helper steps between instructions: set r[15] before an instruction that reads the
// PC, go to r[15] after one that writes it. So handlers treat r[15] like any other register.
#ifndef STINKARM_INTERP_INTERP_H
#define STINKARM_INTERP_INTERP_H

#include "cpu/engine.h"
#include "isa/insn.h"
#include "mem/access.h"

struct step;
struct block;

// Returns the step to go on with (where tail calls are not to be had), or NULL: the engine stops, exit
// recorded.
typedef const struct step *step_fn(struct cpu *c, const struct step *s);

// A handler's address: the program is linked to lie below 4 GiB. Steps are half a cache line so.
typedef uint32_t step_at;

struct step {
    step_at fn;
    step_at exec; // behind a condition: what to do if it holds
    uint32_t imm; // these are struct insn's operands, with the same meaning …
    uint8_t len, flags;
    uint8_t rn;
    uint8_t it; // … but for this one: ITSTATE of the instruction
    union {
        struct {
            uint8_t rd, rm, ra;
            uint8_t shift_type, shift_n, size;
            uint8_t x, y;
        };
        struct block *link; // direct branches, which have none of these: the block at the target, once known
    };
    uint32_t pc;   // of the instruction
    uint16_t op;   // enum op
    uint8_t count; // instructions of the block up to and including this one
    uint8_t skip;  // behind a condition: how many steps to go on if it fails
};

_Static_assert(sizeof(struct step) == 32, "small");

// Whether a block's step has a link, as direct branches have, and the helper steps that go on elsewhere; all
// other helpers have zeros there.
static inline bool step_has_link(const struct step *s)
{
    return s->op == OP_B || s->op == OP_BL || s->op == OP_BLX_IMM || s->op == OP_CBZ || s->op == OP_COUNT;
}

static inline step_fn *step_handler(step_at at)
{
    return (step_fn *)(uintptr_t)at;
}

static inline step_at step_at_handler(step_fn *fn)
{
    return (step_at)(uintptr_t)fn;
}

// The instruction at pc, whose page is at a host address. False: its second halfword, which *raw lacks, is in
// the next page.
static inline bool interp_fetch(const uint8_t *page, uint32_t pc, bool thumb, uint32_t *raw, bool *wide)
{
    const uint32_t offset = pc & 0xfff;
    uint16_t hw[2];
    *wide = true;
    if (!thumb) {
        memcpy(raw, page + offset, 4);
        return true;
    }
    memcpy(hw, page + offset, 2);
    *raw = hw[0];
    *wide = isa_thumb_is_wide(hw[0]);
    if (!*wide) return true;
    if (offset == 0xffe) return false;
    memcpy(&hw[1], page + offset + 2, 2);
    *raw = (uint32_t)hw[0] << 16 | hw[1];
    return true;
}

// Of an MCR, MRC, MCRR or MRRC in system mode: the number of its register.
uint32_t interp_coprocessor_register(struct cpu *c, const struct step *s);
// Whether a write of a coprocessor register can change neither code nor which exceptions may come, so that
// nothing needs to be looked up anew behind it.
bool interp_mcr_is_quiet(const struct insn *in);

// Handlers are written as
//     // add Rd, Rn, #imm
//     STEP(add_imm)
//     {
//         c->r[s->rd] = c->r[s->rn] + s->imm;
//         NEXT;
//     }
#define STEP(name) static const struct step *name(struct cpu *c, const struct step *s)

// Sanitizers keep stack frames alive across tail calls: then a loop in engine.c dispatches instead.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define NEXT_STEP(c, s) return (void)(c), (s)
#else
#define NEXT_STEP(c, s) return step_handler((s)->fn)((c), (s))
#endif
#define NEXT NEXT_STEP(c, s + 1)

// A variable whose address a handler hands to a function (struct softfp, buffers) keeps the compiler from
// making NEXT a jump: the stack would grow with every instruction. So that variable lives in a function of
// its own, never inlined.
#define APART __attribute__((noinline))

// The handler of an instruction, from its family; NULL: not this family's.
step_fn *interp_select_dp(const struct insn *in);     // data processing
step_fn *interp_select_branch(const struct insn *in); // branches, IT
step_fn *interp_select_ldst(const struct insn *in);   // loads and stores
step_fn *interp_select_sync(const struct insn *in);   // exclusives, barriers, hints
step_fn *interp_select_system(const struct insn *in); // status registers, coprocessors, SVC …
step_fn *
interp_select_media(const struct insn *in); // multiplies, parallel, saturating, packing, bit fields, CRC
step_fn *interp_select_vfp(const struct insn *in);
step_fn *interp_select_neon(const struct insn *in);

// Before anything in a handler that may abort (every memory access): says where we are. Volatile, so that it
// is stored before the access.
static inline void interp_mark(struct cpu *c, const struct step *s)
{
    *(const void *volatile *)&c->engine_pos = s;
}

// A host address for atomic accesses to [addr, addr + bytes), which is aligned and is about to be written or
// not. The access itself may still fault as any other.
static inline void *interp_host_ptr(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    if (c->mem->atomic_ptr) return c->mem->atomic_ptr(c, addr, bytes, write);
    return c->window + addr;
}

// The bytes that the registers of a list take.
static inline uint32_t interp_list_bytes(const struct step *s)
{
    return 4u * s->x;
}

// Where the lowest register of a block transfer goes (A8.8.57 …).
static inline uint32_t interp_block_start(const struct step *s, uint32_t base, uint32_t bytes)
{
    if (s->flags & INSN_ADD) return s->flags & INSN_PRE ? base + 4 : base;
    return s->flags & INSN_PRE ? base - bytes : base - bytes + 4;
}

// … and what its base becomes if it is written back.
static inline uint32_t interp_block_end(const struct step *s, uint32_t base, uint32_t bytes)
{
    return s->flags & INSN_ADD ? base + bytes : base - bytes;
}

static inline void interp_load_words(struct cpu *c, uint32_t addr, uint32_t *value, unsigned n)
{
    mem_check_align(c, addr, 4, false);
    if (MEM_LIKELY(c->mem_mode == CPU_MEM_FLAT)) {
        const uint8_t *window = c->window;
        for (unsigned k = 0; k < n; k++, addr += 4)
            memcpy(&value[k], window + addr, 4);
    } else {
        for (unsigned k = 0; k < n; k++, addr += 4)
            value[k] = mem_ld32(c, addr);
    }
}

// Loads the registers of a list, and writes the base back. Nothing changes before all loads are done: any may
// abort.
static inline void interp_load_block(struct cpu *c, const struct step *s)
{
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn], bytes = interp_list_bytes(s);
    uint32_t value[16];
    interp_load_words(c, interp_block_start(s, base, bytes), value, s->x);
    unsigned n = 0;
    if (s->flags & INSN_WB) c->r[s->rn] = interp_block_end(s, base, bytes);
    for (uint32_t list = s->imm; list; list &= list - 1)
        c->r[__builtin_ctz(list)] = value[n++];
}

// Ends the run at this instruction as undefined: `return interp_undefined(c, s);`
const struct step *interp_undefined(struct cpu *c, const struct step *s);
// Ends the run in front of this instruction.
const struct step *interp_stop_at(struct cpu *c, const struct step *s, enum cpu_exit why);
// Ends the run behind this instruction.
const struct step *interp_stop_after(struct cpu *c, const struct step *s, enum cpu_exit why);

#endif
