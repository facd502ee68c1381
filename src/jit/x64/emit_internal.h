// What the emitter's files share.
#ifndef STINKARM_JIT_X64_EMIT_INTERNAL_H
#define STINKARM_JIT_X64_EMIT_INTERNAL_H

#include "cpu/engine.h"
#include "isa/insn.h"
#include "jit/x64/emit.h"
#include "jit/x64/fp.h"

// How an operation leaves the guest's flags in the host's.
enum host_flags {
    HOST_LOGIC,         // N, Z
    HOST_SUB,           // N, Z, V; the carry flag is a borrow
    HOST_ADD,           // N, Z, V; the carry flag is a carry
    HOST_SHIFT,         // N, Z; the carry flag is a carry
    HOST_FLOAT,         // as UCOMIS gives them
    HOST_FLOAT_SWAPPED, // … with its operands the other way round
    HOST_VCMP,          // the same, but they are the FPSCR's and not the guest's condition flags yet
    HOST_VCMP_SWAPPED,
};

#define CPU_FIELD(f) x64_m(RBP, (int32_t)offsetof(struct cpu, f))

// Where a location lives.
static inline struct x64_rm place(const struct emit *e, uint8_t loc)
{
    return e->place[loc];
}

static inline bool same(struct x64_rm a, struct x64_rm b)
{
    return a.mem == b.mem && a.base == b.base && a.disp == b.disp;
}

// A location in a register: its own, or `scratch` after a load. Keeps the flags.
static inline unsigned in_reg(struct emit *e, uint8_t loc, unsigned scratch)
{
    const struct x64_rm p = place(e, loc);
    if (!p.mem) return (unsigned)p.base;
    x64_load(&e->a, scratch, p);
    return scratch;
}

// Puts a location or the operation's constant into a register. Keeps the flags.
static inline void to_reg(struct emit *e, const struct ir_insn *i, uint8_t loc, unsigned to)
{
    if (loc == IR_IMM)
        x64_mov_imm(&e->a, x64_r(to), i->imm);
    else
        x64_load(&e->a, to, place(e, loc));
}

// The register to compute a destination in: its own, or `scratch`, which finish() then stores.
static inline unsigned dest(const struct emit *e, uint8_t loc, unsigned scratch)
{
    if (loc == IR_NONE) return scratch;
    const struct x64_rm p = place(e, loc);
    return p.mem ? scratch : (unsigned)p.base;
}

static inline void finish(struct emit *e, uint8_t loc, unsigned reg)
{
    if (loc != IR_NONE) x64_store(&e->a, place(e, loc), reg);
}

// Flags that the host has go to struct cpu, too.
void emit_save(struct emit *e, unsigned flags);
// Of the flags in `live`, those that only the host has, likewise. Changes no register and no flag.
static inline void emit_save_flags(struct emit *e, unsigned live)
{
    const unsigned save = e->flags.host & ~e->flags.saved & live;
    if (save) emit_save(e, save);
}
// To be called before the first host instruction of an operation that changes the host's flags.
static inline void emit_clobber(struct emit *e)
{
    emit_save_flags(e, e->live);
    e->flags.host = 0;
    e->flags.kind = HOST_LOGIC;
}
// The host's flags are now the guest's i->sets.
void emit_made_flags(struct emit *e, const struct ir_insn *i, enum host_flags kind);
// Makes the host's flags tell a condition: the code to jump by if it holds.
enum x64_cc emit_condition(struct emit *e, uint8_t cond);
// The carry flag of the host becomes the guest's C, or its complement; the other flags are lost (so save them
// before, but do not clobber).
void emit_load_carry(struct emit *e, bool complement);

// What an operation costs in a form that leaves the host's flags alone: as much as any other, or more.
enum quiet { QUIET_NO, QUIET_FREE, QUIET_DEAR };
enum quiet emit_quiet_cost(const struct emit *e, const struct ir_insn *i); // emit_quiet.c
// Its result in `t`, by way of RAX and RCX.
void emit_quiet_into(struct emit *e, const struct ir_insn *i, unsigned t);
// The whole operation, if that costs nothing, or saves the flags of somebody.
bool emit_quiet(struct emit *e, const struct ir_insn *i);
// An IR_IF without a branch; the number of operations behind it that were done, or 0.
unsigned emit_select(struct emit *e, const struct ir_insn *i); // emit_select.c
// A comparison and the IR_IF behind it, likewise.
unsigned emit_early(struct emit *e, const struct ir_insn *i); // emit_early.c
// The operation, up to IR_XOR or from IR_LD8 to IR_ST32, if it is of a common form.
bool emit_plain(struct emit *e, const struct ir_insn *i);     // emit_plain.c
void emit_alu(struct emit *e, const struct ir_insn *i);       // emit_alu.c
void emit_shift(struct emit *e, const struct ir_insn *i);     // emit_shift.c
void emit_multiply(struct emit *e, const struct ir_insn *i);  // emit_multiply.c
void emit_misc(struct emit *e, const struct ir_insn *i);      // emit_misc.c
void emit_memory(struct emit *e, const struct ir_insn *i);    // emit_memory.c
void emit_vfp(struct emit *e, const struct ir_insn *i);       // emit_vfp.c
void emit_neon_ldst(struct emit *e, const struct ir_insn *i); // emit_neon_ldst.c
void emit_slow_calls(struct emit *e);                         // emit_fp.c
void emit_fp_mode(struct emit *e, enum fp_mode mode);         // MXCSR becomes another, unless it is
void emit_vec(struct emit *e, const struct ir_insn *i);       // emit_neon.c
void emit_parallel(struct emit *e, const struct ir_insn *i);  // emit_parallel.c
void emit_sync(struct emit *e, const struct ir_insn *i);      // emit_sync.c
void emit_dsp(struct emit *e, const struct ir_insn *i);       // emit_dsp.c
// How an operation gets at [address, address + bytes) of the guest's memory. In a program it is the operand
// in the window; all instructions that use it need a site (emit_access_site). In a machine it is in the
// host's memory, in RAX and RCX, or in RCX alone, and what is not there the interpreter does: so the
// instruction must not have had an effect yet.
struct x64_rm emit_access(struct emit *e, const struct ir_insn *i, unsigned bytes, bool write); // emit_tlb.c
struct x64_rm emit_access_rcx(struct emit *e, const struct ir_insn *i, unsigned bytes, bool write);
struct x64_rm emit_lookup(struct emit *e, const struct ir_insn *i, unsigned bytes,
                          bool write); // … at EAX, in a machine
void emit_access_site(struct emit *e, const struct ir_insn *i);
void emit_access_site_above(struct emit *e, const struct ir_insn *i); // … whose access began in front of it
void emit_miss(struct emit *e, const struct emit_way *w);
void emit_tlb_miss_code(struct x64 *a, struct emit_shared *s);
// slow.c. 0: where the memory is is in h's RAX and RCX; else what leaves compiled code.
uint64_t jit_tlb_miss(void *owner, struct cpu *c, struct host_registers *h, uintptr_t back);
void emit_align(struct emit *e, const struct ir_insn *i);
void emit_site(struct emit *e, const struct ir_insn *i);             // the next instruction may fault
struct x64_rm emit_address(struct emit *e, const struct ir_insn *i); // of its access; uses RAX, RCX
void emit_goto(struct emit *e, const struct ir_insn *i, int cc);     // emit_flow.c; cc < 0: always
void emit_goto_reg(struct emit *e, const struct ir_insn *i);
void emit_go_reg(struct emit *e, const struct ir_insn *i); // … which is not an inlined callee's return
void emit_leave(struct emit *e, const struct ir_insn *i);
void emit_needs_unit(struct emit *e, const struct ir_insn *i); // IR_UNIT
void emit_system(struct emit *e, const struct ir_insn *i);     // IR_EXPECT … IR_MRS
void emit_read_cpsr_code(struct x64 *a, struct emit_shared *s);
void emit_leave_if(struct emit *e, const struct ir_insn *i, enum x64_cc cc);            // out of line
struct emit_way *emit_miss_if(struct emit *e, const struct ir_insn *i, enum x64_cc cc); // likewise, emit_miss
// Out of line, without a change of flags: sets Q, or makes a host register 0.
void emit_set_q_if(struct emit *e, enum x64_cc cc);
void emit_zero_if(struct emit *e, enum x64_cc cc, unsigned reg);
void emit_jump(struct emit *e, const struct ir_insn *i, int cc); // IR_JUMP
void emit_enter(struct emit *e, const struct ir_insn *i);
void emit_call(struct emit *e, const struct ir_insn *i);
void emit_call_handler(struct emit *e, const struct tier_call *c); // the flags are saved
// The guest's registers from where the unit has them to where they are between units, and back.
void emit_to_common(struct emit *e);
void emit_from_common(struct emit *e);
// EAX: pc | T of an indirect branch's target. Compares: where it is equal, the result has the code's address.
// Uses RCX and RDX, and in system mode the upper half of RAX. In ARM state bit 1 must be clear: such a target
// is not in the table.
struct x64_rm emit_find_target(struct x64 *a, bool system);
// No calls are remembered any more.
void emit_forget_returns(struct x64 *a);
// Code that calls handlers of a kind, with the unit's homes; and that stores the vector registers that have
// homes. In the writable view.
uint8_t *emit_unit_call_thunk(struct emit *e, enum tier_call_kind kind);
uint8_t *emit_vector_store_thunk(struct emit *e);

// Vector registers, as S, D or Q registers (size: log2 of the bytes, 2, 3, 4), in emit_vector.c. Those that a
// region uses most are in XMM registers as long as it runs, their homes; the others are in memory, and what
// is left of XMM4 … XMM15 has copies of those seen last, up to the next place that is not only reached from
// above. XMM0 … XMM3 are free within an operation.
//
// An operation that may call its handler makes no new copies: on the way back from there they would not be.

enum { XMM_SCRATCH = 4, NO_XMM = 16 };

// In memory, where it is whether it has a home or not. 16 bytes of it are readable, and aligned, for a Q
// register only.
struct x64_rm place_v(struct emit *e, unsigned size, unsigned v);
// As an operand: a register or memory. In a register a D register has zeros above; above an S register is
// anything. scratch: a register that it may use, or NO_XMM.
struct x64_rm operand_v(struct emit *e, unsigned size, unsigned v, unsigned scratch);
// In a register that must not be changed, or in `scratch`. Above a D register are zeros.
unsigned in_xmm(struct emit *e, unsigned size, unsigned v, unsigned scratch);
// The register to compute it in, `scratch` or another, for finish_xmm() to make the new value. It may have
// the old value.
unsigned dest_xmm(struct emit *e, unsigned size, unsigned v, unsigned scratch);
void finish_xmm(struct emit *e, unsigned size, unsigned v, unsigned xmm);
unsigned emit_vector_copy(struct emit *e, unsigned size, unsigned v); // the register with a copy, or 0
void finish_clean_xmm(struct emit *e, unsigned size, unsigned v, unsigned xmm); // zeros are above it

// Around an operation; between operations: forgets the copies, or those made since vector_op was so, where
// another way comes in.
// A copy of the result that is in e->finished, which is neither of this operation's operands: its register,
// or 0.
unsigned emit_vector_keep_result(struct emit *e);
void emit_vector_reload(struct emit *e, unsigned size, unsigned v, unsigned xmm); // its homes, and a copy
// The homes between memory and the unit, of those that the unit changes the ones in a mask. Change no flags.
enum { ALL_HOMES = 0xffff };
void emit_vector_store_homes(struct emit *e, unsigned mask);
void emit_vector_load_homes(struct emit *e);

// emit_vector_home.c: whether any part of a register has a home; its own home, or 0; one that it can be read
// from as it is, or 0; if it is a part of what has one, to `to`.
bool emit_vector_has_home(const struct emit *e, unsigned size, unsigned v);
unsigned emit_vector_home(const struct emit *e, unsigned size, unsigned v);
uint16_t emit_vector_changes(const struct emit *e, const struct ir_insn *i); // the homes, a bit each
unsigned emit_vector_readable(const struct emit *e, unsigned size, unsigned v);
bool emit_vector_part(struct emit *e, unsigned size, unsigned v, unsigned to);
// From and to wherever it is.
void emit_vector_load(struct emit *e, unsigned size, unsigned v, unsigned xmm);
void emit_vector_store(struct emit *e, unsigned size, unsigned v, unsigned xmm);
bool emit_vector_overlap(unsigned size, unsigned v, unsigned size2, unsigned v2);
void emit_vector_begin(struct emit *e, const struct ir_insn *i);
void emit_vector_end(struct emit *e, const struct ir_insn *i);
void emit_vector_forget(struct emit *e);
void emit_vector_join(struct emit *e, uint32_t since);

// d = a op b. op: mandatory prefix << 24 | opcode, as x64_op takes it, of an instruction whose first operand
// is also its first source. One AVX instruction where the host has it. Without AVX b must not be d unless a
// is, too.
void emit_sse3(struct emit *e, unsigned op, unsigned d, unsigned a, struct x64_rm b);
// The same for instructions with one source (moves, PSHUFD, CVT…, PABS…): d = op b.
void emit_sse2(struct emit *e, unsigned op, unsigned d, struct x64_rm b);
// d = a shifted by a constant. op: the opcode's group, of which it is operation n.
void emit_sse_shift(struct emit *e, unsigned op, unsigned n, unsigned d, unsigned a, unsigned bits);

#endif
