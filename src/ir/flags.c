// Dead flags: backwards through the unit, what is still to be read of each flag.
#include "ir/passes.h"
#include "ir/use.h"

// Its `reads` are what is wanted where it leads.
static bool leads_out(const struct ir_insn *i)
{
    return i->op == IR_GOTO || i->op == IR_GOTO_REG;
}

static uint8_t before(const struct ir_block *b, struct ir_insn *i, uint8_t live)
{
    if (i->op == IR_JUMP) {
        const uint8_t there = b->blocks[i->imm].live;
        live = i->mode & IR_CONDITIONAL ? live | there : there;
    }
    i->after = live;
    // What is set only under a condition does not end the life of what was there before.
    if (!(i->mode & IR_CONDITIONAL)) live &= (uint8_t) ~(i->sets & live);
    if (leads_out(i)) {
        if (!b->stale_flags) i->reads = IR_NZCV;
        if (!(i->mode & IR_CONDITIONAL)) live = 0;
        if (i->x && !(i->mode & IR_LINKS)) live |= b->blocks[i->x - 1].live; // it may stay inside
    } else if (ir_shape(i) & (b->stale_flags ? IR_OBSERVES : IR_OBSERVES | IR_FAULTS)) {
        live = IR_NZCV;
    }
    i->keeps = live;
    return live | i->reads;
}

// Whoever jumps forward finds the flags of where it goes; true: the head of a loop reads more than whoever
// jumps there has found.
static bool walk(struct ir_block *b)
{
    uint8_t live = IR_NZCV;
    bool changed = false;
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        live = before(b, i, live);
        if (i->op != IR_ENTER) continue;
        const uint8_t known = b->blocks[i->imm].live;
        changed |= b->blocks[i->imm].loop && live & ~known;
        b->blocks[i->imm].live = known | live;
        live = 0; // every block ends in a way out or a jump
    }
    return changed;
}

void ir_pass_stale_flags(struct ir_block *b)
{
    b->stale_flags = b->region;
}

void ir_pass_flags(struct ir_block *b)
{
    for (unsigned k = 0; k < b->nblocks; k++)
        b->blocks[k].live = 0;
    while (walk(b))
        ;
    for (unsigned k = 0; k < b->n; k++)
        b->insn[k].sets &= b->insn[k].after;
}
