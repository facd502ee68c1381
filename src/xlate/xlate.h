// From decoded instructions to operations of the intermediate language, one family a file.
#ifndef STINKARM_XLATE_XLATE_H
#define STINKARM_XLATE_XLATE_H

#include <stddef.h>
#include <string.h>

#include "ir/ir.h"
#include "isa/insn.h"

// The block being made, and the instruction that is being translated.
struct xlate {
    struct ir_block *b;
    uint32_t pc;
    uint8_t it; // ITSTATE of the instruction
    bool thumb, conditional;
    bool shuffles; // the host can move a vector's bytes anywhere
    bool system;   // a machine's code: an SVC is an exception
    uint8_t temps;
    int place;          // of the register of MRC or MCR: cpu_system.cp_place
    uint8_t units;      // enum isa_unit: what the block has looked for
    uint8_t ahead;      // … and what the next instructions need, which are under a condition
    uint32_t call;      // names the instruction's handler
    uint64_t common[2]; // what its operations have in common: the first words of struct ir_insn
    struct {
        unsigned at, end; // the last IR_IF or IR_ELSE (0: none), which the next instruction may join
        uint8_t cond, sets;
    } side;
    struct {
        unsigned start, at; // where the instruction's operations begin; the IR_IF or IR_ELSE that it is in
        unsigned side;      // what it may have joined, …
        uint8_t n;          // … and how long that was
    } begun;
};

enum xlate_result {
    XLATE_NEXT, // done; control goes on at the next instruction
    XLATE_END,  // done; control goes elsewhere
    XLATE_CALL, // nothing was emitted: the interpreter's handler does it
    XLATE_LEAVE // nothing was emitted: only the interpreter itself can do it
};

// One instruction, whose condition the caller sees to.
enum xlate_result xlate_dp(struct xlate *x, const struct insn *in);
enum xlate_result xlate_ldst(struct xlate *x, const struct insn *in);
enum xlate_result xlate_media(struct xlate *x, const struct insn *in);
enum xlate_result xlate_parallel(struct xlate *x, const struct insn *in);
enum xlate_result xlate_dsp(struct xlate *x, const struct insn *in);
enum xlate_result xlate_sync(struct xlate *x, const struct insn *in);
enum xlate_result xlate_branch(struct xlate *x, const struct insn *in);
enum xlate_result xlate_system(struct xlate *x, const struct insn *in);
enum xlate_result xlate_vfp(struct xlate *x, const struct insn *in);
enum xlate_result xlate_neon(struct xlate *x, const struct insn *in);
enum xlate_result xlate_neon_ldst(struct xlate *x, const struct insn *in);

// One instruction with its condition, into the block. call: names the interpreter's handler, should it be
// needed. NEXT, END, or LEAVE: nothing was emitted.
enum xlate_result xlate_insn(struct xlate *x, const struct insn *in, uint32_t call);
// The same for one that goes on where its handler says. NEXT or END.
enum xlate_result xlate_insn_away(struct xlate *x, const struct insn *in, uint32_t call);
// Takes the operations of the last instruction back.
void xlate_undo(struct xlate *x);
// Begins a block.
void xlate_enter(struct xlate *x, unsigned number);
// Ends a block that runs on at pc with an IT state.
void xlate_goto(struct xlate *x, uint32_t pc, uint8_t it);
// Ends a block in front of an instruction that is the interpreter's.
void xlate_leave(struct xlate *x);

// For the families

// Operations are written as words: byte by byte, and copied behind that, they would have to wait for the
// stores.
#define XLATE_FIELD(field, v) ((uint64_t)(uint8_t)(v) << offsetof(struct ir_insn, field) % 8 * 8)
_Static_assert(offsetof(struct ir_insn, op) == 0 && offsetof(struct ir_insn, mode) == 7 &&
                   offsetof(struct ir_insn, sets) == 8 && offsetof(struct ir_insn, v) == 15 &&
                   offsetof(struct ir_insn, imm) == 24 && offsetof(struct ir_insn, pc) == 28 &&
                   sizeof(struct ir_insn) == 32,
               "where emit() puts them");

// From here on the instruction's operations are under a condition, or not.
static inline void xlate_conditional(struct xlate *x, bool conditional)
{
    x->common[0] = XLATE_FIELD(e, IR_NONE) | XLATE_FIELD(mode, conditional ? IR_CONDITIONAL : 0);
}

// In front of an instruction's operations, or of others at pc.
static inline void xlate_begin(struct xlate *x, bool conditional)
{
    x->conditional = conditional;
    x->temps = 0;
    xlate_conditional(x, conditional);
    x->common[1] = XLATE_FIELD(keeps, IR_NZCV) | XLATE_FIELD(after, IR_NZCV) | XLATE_FIELD(it, x->it) |
                   XLATE_FIELD(count, x->b->ninsns);
}

static inline struct ir_insn *emit(struct xlate *x, enum ir_op op, uint8_t d, uint8_t a, uint8_t b,
                                   uint32_t imm)
{
    struct ir_block *block = x->b;
    struct ir_insn *i = &block->insn[block->n++];
    uint64_t *words = (uint64_t *)(void *)i;
    words[0] = x->common[0] | op | XLATE_FIELD(d, d) | XLATE_FIELD(a, a) | XLATE_FIELD(b, b);
    words[1] = x->common[1];
    words[2] = 0;
    words[3] = imm | (uint64_t)x->pc << 32;
    ir_see(block, op);
    return i;
}

// Branches: where they lead all flags may be wanted. mode: of enum ir_mode, beside those of the instruction.
static inline struct ir_insn *emit_branch(struct xlate *x, uint32_t target)
{
    struct ir_insn *i = emit(x, IR_GOTO, IR_NONE, IR_NONE, IR_NONE, target);
    i->reads = IR_NZCV;
    return i;
}

static inline struct ir_insn *emit_branch_reg(struct xlate *x, uint8_t a, uint8_t mode)
{
    struct ir_insn *i = emit(x, IR_GOTO_REG, IR_NONE, a, IR_NONE, 0);
    i->reads = IR_NZCV;
    i->mode |= mode;
    if (!(mode & IR_RETURNS)) x->b->indirect = true;
    return i;
}

// xlate_if.c: around the operations of a conditional instruction. begin: returns where they begin, behind the
// IR_IF that they are in.
unsigned xlate_begin_if(struct xlate *x, const struct insn *in);
void xlate_end_if(struct xlate *x, unsigned body);

static inline uint8_t temp(struct xlate *x)
{
    return (uint8_t)(IR_TEMP + x->temps++);
}

// What r15 reads as.
static inline uint32_t pc_value(const struct xlate *x)
{
    return x->pc + (x->thumb ? 4 : 8);
}

// A register as an operand: a temporary with the constant if it is the PC.
static inline uint8_t reg(struct xlate *x, uint8_t n)
{
    if (n != 15) return n;
    const uint8_t t = temp(x);
    emit(x, IR_MOV, t, IR_NONE, IR_IMM, pc_value(x));
    return t;
}

#endif
