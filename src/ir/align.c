// Two passes over loads and stores: alignment that has been looked at already, and D registers that are
// neighbours in memory as well.
#include "ir/passes.h"
#include "ir/use.h"

// Walks over operations outside of what an IR_IF may skip.
struct walk {
    unsigned join; // operations in front of it may be skipped
};

static bool skipped(struct walk *w, const struct ir_block *b, unsigned k)
{
    const struct ir_insn *i = &b->insn[k];
    const bool in = k < w->join;
    if (i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ || i->op == IR_ELSE)
        if (w->join < k + 1 + i->n) w->join = k + 1u + i->n;
    return in;
}

static uint32_t lowest_bit(uint32_t v)
{
    return v ? v & -v : 1u << 31;
}

// What a location is a multiple of, from an operation that makes it.
static uint32_t made(const struct ir_insn *i, const uint32_t known[IR_LOCS])
{
    const bool constant = i->b == IR_IMM;
    uint32_t m = 1;
    if (i->op == IR_MOV)
        m = constant ? lowest_bit(i->imm) : i->b < IR_LOCS ? known[i->b] : 1;
    else if ((i->op == IR_ADD || i->op == IR_SUB) && constant && i->a < IR_LOCS)
        m = known[i->a] < lowest_bit(i->imm) ? known[i->a] : lowest_bit(i->imm);
    return m;
}

static void forget(uint32_t known[IR_LOCS])
{
    for (unsigned l = 0; l < IR_LOCS; l++)
        known[l] = 1;
}

void ir_pass_align(struct ir_block *b)
{
    uint32_t known[IR_LOCS];
    struct walk w = {0};
    forget(known);
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        const bool may = skipped(&w, b, k);
        if (i->op == IR_ALIGN && !may) {
            if (known[i->a] >= i->imm)
                i->op = IR_NOP;
            else
                known[i->a] = i->imm;
        } else if (i->op == IR_CALL || i->op == IR_ENTER) {
            forget(known);
        } else {
            const uint32_t m = may ? 1 : made(i, known);
            if (i->d < IR_LOCS) known[i->d] = m;
            if (i->e < IR_LOCS) known[i->e] = 1;
        }
    }
    ir_compact(b);
}

// The second goes on where the first ends.
static bool neighbours(const struct ir_insn *i, const struct ir_insn *j)
{
    return (i->op == IR_LDV64 || i->op == IR_STV64) && j->op == i->op && !(i->v & 1) && j->v == i->v + 1 &&
           j->a == i->a && j->imm == i->imm + 8;
}

void ir_pass_pair(struct ir_block *b)
{
    struct walk w = {0};
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        if (skipped(&w, b, k) || k + 1 >= b->n || !neighbours(i, i + 1)) continue;
        i->op = i->op == IR_LDV64 ? IR_LDVM : IR_STVM;
        i->n = 2;
        i->x = 1;
        (++i)->op = IR_NOP;
        k++;
    }
    ir_compact(b);
}
