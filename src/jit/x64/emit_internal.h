// What the emitter's files share.
#ifndef STINKARM_JIT_X64_EMIT_INTERNAL_H
#define STINKARM_JIT_X64_EMIT_INTERNAL_H

#include "isa/insn.h"
#include "jit/x64/emit.h"

// What the host's flags hold of the guest's.
enum host_flags {
    HOST_NONE,
    HOST_SUB,   // N, Z, V; the carry flag is a borrow
    HOST_ADD,   // N, Z, V; the carry flag is a carry
    HOST_LOGIC, // N, Z
};

#define CPU_FIELD(f) x64_m(RBP, (int32_t)offsetof(struct cpu, f))

// Where a location lives.
static inline struct x64_rm place(uint8_t loc)
{
    if (loc == IR_TEMP) return x64_r(RDX);
    if (loc > IR_TEMP) return x64_m(RBP, (int32_t)(offsetof(struct cpu, host_temp) + 4u * (loc - IR_TEMP)));
    if (emit_home[loc] >= 0) return x64_r((unsigned)emit_home[loc]);
    return x64_m(RBP, (int32_t)(offsetof(struct cpu, r) + 4u * loc));
}

static inline bool same(struct x64_rm a, struct x64_rm b)
{
    return a.mem == b.mem && a.base == b.base && a.disp == b.disp;
}

// A location in a register: its own, or `scratch` after a load. Keeps the flags.
static inline unsigned in_reg(struct emit *e, uint8_t loc, unsigned scratch)
{
    const struct x64_rm p = place(loc);
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
        x64_load(&e->a, to, place(loc));
}

// The register to compute a destination in: its own, or `scratch`, which finish() then stores.
static inline unsigned dest(uint8_t loc, unsigned scratch)
{
    if (loc == IR_NONE) return scratch;
    const struct x64_rm p = place(loc);
    return p.mem ? scratch : (unsigned)p.base;
}

static inline void finish(struct emit *e, uint8_t loc, unsigned reg)
{
    if (loc != IR_NONE) x64_store(&e->a, place(loc), reg);
}

// The guest flags i->sets from the host's, which are of the given kind, into struct cpu. Uses AH; keeps the
// host's flags.
void emit_store_flags(struct emit *e, const struct ir_insn *i, enum host_flags kind);
// Makes the host's flags tell a condition: the code to jump by if it holds.
enum x64_cc emit_condition(struct emit *e, uint8_t cond);
// The carry flag of the host becomes the guest's C, or its complement.
void emit_load_carry(struct emit *e, bool complement);

void emit_alu(struct emit *e, const struct ir_insn *i); // emit_alu.c
void emit_shift(struct emit *e, const struct ir_insn *i);
void emit_multiply(struct emit *e, const struct ir_insn *i); // emit_misc.c
void emit_misc(struct emit *e, const struct ir_insn *i);
void emit_memory(struct emit *e, const struct ir_insn *i); // emit_memory.c
void emit_vfp(struct emit *e, const struct ir_insn *i);    // emit_vfp.c
void emit_slow_calls(struct emit *e);
void emit_align(struct emit *e, const struct ir_insn *i);
void emit_site(struct emit *e, const struct ir_insn *i);         // the next instruction may fault
void emit_goto(struct emit *e, const struct ir_insn *i, int cc); // emit_flow.c; cc < 0: always
void emit_goto_reg(struct emit *e, const struct ir_insn *i);
void emit_leave(struct emit *e, const struct ir_insn *i);
void emit_call(struct emit *e, const struct ir_insn *i);

#endif
