// The commonest operations in their commonest form: all operands in registers or constants, and no flags to
// be saved. It is the code that emit_quiet.c, emit_alu.c and emit_memory.c would make, found sooner.
#include "jit/x64/emit_internal.h"

enum { LEA = 0x8d, TEST = 0x85, CMP = 0x3b, MOV = 0x8b };
enum { G_CMP = 7 };

// The opcode of `op r, r/m`, which is 8 n + 3 for a group-1 operation n.
static const uint8_t opcodes[] = {
    [IR_MOV] = MOV, [IR_ADD] = 0x03, [IR_SUB] = 0x2b, [IR_AND] = 0x23, [IR_OR] = 0x0b, [IR_XOR] = 0x33};

static bool move(struct emit *e, const struct ir_insn *i, unsigned d)
{
    const unsigned b = e->reg[i->b];
    if (i->sets || d > R15) return false;
    if (b <= R15) {
        if (b != d) e->a.p = x64_put_registers(e->a.p, MOV, d, b);
        return true;
    }
    if (i->b != IR_IMM) return false;
    uint8_t *p = x64_put_if(e->a.p, d & 8, 0x41);
    *p = (uint8_t)(0xb8 | (d & 7));
    e->a.p = x64_put(p + 1, i->imm) + 4;
    return true;
}

static bool compare(struct emit *e, const struct ir_insn *i, unsigned a)
{
    const unsigned b = e->reg[i->b];
    if (i->op == IR_SUB && i->b == IR_IMM)
        e->a.p = i->imm ? x64_put_group1(e->a.p, G_CMP, a, i->imm) : x64_put_registers(e->a.p, TEST, a, a);
    else if (b <= R15 && i->op == IR_SUB)
        e->a.p = x64_put_registers(e->a.p, CMP, a, b);
    else if (b <= R15 && i->op == IR_AND)
        e->a.p = x64_put_registers(e->a.p, TEST, b, a);
    else
        return false;
    return true;
}

// A sum that is not in place, by LEA, if nobody wants its flags.
static bool sum(struct emit *e, const struct ir_insn *i, unsigned d, unsigned a)
{
    if (i->b == IR_IMM) {
        e->a.p = x64_put_based(e->a.p, LEA, d, a, (int32_t)(i->op == IR_ADD ? i->imm : 0u - i->imm), false);
        return true;
    }
    const unsigned b = e->reg[i->b];
    if (b > R15 || i->op != IR_ADD || (!i->n && (a & 7) == RBP)) return false;
    e->a.p = x64_put_indexed(e->a.p, LEA, d, a, b, i->n, 0, false);
    return true;
}

// d = a op b in place, or behind a move. False: d is b, and they cannot be exchanged.
static bool in_place(struct emit *e, const struct ir_insn *i, unsigned d, unsigned a)
{
    unsigned b = e->reg[i->b];
    const unsigned opcode = opcodes[i->op];
    if (d != a && d == b) {
        if (i->op == IR_SUB) return false;
        b = a, a = d;
    }
    uint8_t *p = e->a.p;
    if (d != a) p = x64_put_registers(p, MOV, d, a);
    e->a.p = i->b == IR_IMM ? x64_put_group1(p, opcode >> 3, d, i->imm) : x64_put_registers(p, opcode, d, b);
    return true;
}

static bool alu(struct emit *e, const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    const unsigned d = e->reg[i->d], a = e->reg[i->a];
    if (!opcodes[op]) return false;
    if (op == IR_MOV) return move(e, i, d);
    if (e->flags.host & e->live || a > R15 || (e->reg[i->b] > R15 && i->b != IR_IMM)) return false;
    const bool adds = op <= IR_SUB;
    if (adds && !i->sets && d <= R15 && (i->n || (i->d != i->a && i->d != i->b)) &&
        (op == IR_ADD || i->b == IR_IMM))
        return sum(e, i, d, a);
    if (i->d == IR_NONE) {
        if (!i->sets || !compare(e, i, a)) return false;
    } else {
        // A byte or a halfword is taken out by a move.
        if (d > R15 || i->n ||
            (op == IR_AND && i->b == IR_IMM && !i->sets && (i->imm == 0xff || i->imm == 0xffff)))
            return false;
        if (!in_place(e, i, d, a)) return false;
    }
    e->flags.host = 0;
    emit_made_flags(e, i, op == IR_ADD ? HOST_ADD : op == IR_SUB ? HOST_SUB : HOST_LOGIC);
    return true;
}

// By a register and a constant.
static bool transfer(struct emit *e, const struct ir_insn *i)
{
    static const uint16_t by_op[] = {0x0fb6, 0x0fb7, MOV, 0x0fbe, 0x0fbf, 0x88, 0, 0x89};
    const unsigned d = e->reg[i->d], a = e->reg[i->a], opcode = by_op[i->op - IR_LD8];
    if (e->tlb || d > R15 || a > R15 || i->b != IR_NONE || !opcode) return false;
    if (i->op == IR_ST8 && (d & 12) == 4) return false; // needs a prefix
    emit_access_site(e, i);
    e->a.p = x64_put_based(e->a.p, opcode, d, a, (int32_t)i->imm, true);
    return true;
}

bool emit_plain(struct emit *e, const struct ir_insn *i)
{
    x64_room(&e->a);
    return i->op <= IR_XOR ? alu(e, i) : transfer(e, i);
}
