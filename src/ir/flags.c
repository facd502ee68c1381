// Dead flags: backwards through the unit, what is still to be read of each flag.
#include "ir/flags.h"
#include "ir/passes.h"

// Whoever jumps forward finds the flags of where it goes; true: the head of a loop reads more than whoever
// jumps there has found.
static bool walk(struct ir_block *b)
{
    uint8_t live = IR_NZCV;
    bool changed = false;
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        live = ir_flags_before(b, i, live);
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
