// What conditional instructions have in front of them. In a block that is made in haste neighbours with the
// same condition, or its opposite, share it from the start, as ir_pass_merge_if has it elsewhere.
#include "xlate/xlate.h"

enum { LONGEST = 100 }; // operations on one side, to which those of one instruction may be added

// Whether an instruction can be told by what tells the operations in front of it.
static bool joins(const struct xlate *x, const struct insn *in)
{
    const struct ir_block *b = x->b;
    return b->quick && x->side.at && x->side.end == b->n && in->op != OP_B && // which is a single jump
           (in->cond | 1) == (x->side.cond | 1) && !(x->side.sets & ir_cond_reads(in->cond)) &&
           b->insn[x->side.at].n <= LONGEST;
}

unsigned xlate_begin_if(struct xlate *x, const struct insn *in)
{
    struct ir_block *b = x->b;
    const bool joining = joins(x, in), two = b->insn[x->side.at].op == IR_ELSE;
    x->begun.side = x->side.at;
    x->begun.n = b->insn[x->side.at].n;
    if (joining && in->cond == x->side.cond) {
        x->begun.at = x->side.at;
        return b->n;
    }
    x->begun.at = b->n;
    struct ir_insn *i = emit(x, joining && !two ? IR_ELSE : IR_IF, IR_NONE, IR_NONE, IR_NONE, 0);
    i->mode = 0;
    i->cond = in->cond;
    i->reads = i->op == IR_IF ? ir_cond_reads(in->cond) : 0;
    return b->n;
}

// Flags that operations may change; all of them where nothing may join.
static uint8_t changed(const struct ir_insn *i, unsigned n)
{
    uint8_t sets = 0;
    for (unsigned k = 0; k < n; k++) {
        const enum ir_op op = i[k].op;
        sets |= op == IR_CALL || op == IR_VFLAGS || (op >= IR_JUMP && op <= IR_LEAVE) ? IR_NZCV : i[k].sets;
    }
    return sets;
}

void xlate_end_if(struct xlate *x, unsigned body)
{
    struct ir_block *b = x->b;
    if (b->n == body) { // nothing to do under a condition
        b->n = x->begun.start;
        return;
    }
    const unsigned at = x->begun.at;
    struct ir_insn *i = &b->insn[at];
    i->n = (uint8_t)(b->n - at - 1);
    if (at != x->side.at) {
        if (i->op == IR_ELSE) b->insn[x->side.at].n++;
        x->side.at = at;
        x->side.cond = i->cond;
        x->side.sets = 0;
    }
    x->side.end = b->n;
    x->side.sets |= changed(&b->insn[body], b->n - body);
}

void xlate_undo(struct xlate *x)
{
    x->b->n = x->begun.start;
    if (x->conditional) x->b->insn[x->begun.side].n = x->begun.n;
}
