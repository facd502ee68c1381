// Dead flags: backwards through the unit, what is still to be read of each flag.
#include "ir/passes.h"

static bool may_fault(const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_LD8:
    case IR_LD16:
    case IR_LD32:
    case IR_LDS8:
    case IR_LDS16:
    case IR_ST8:
    case IR_ST16:
    case IR_ST32:
    case IR_PROBE:
    case IR_LDV32:
    case IR_LDV64:
    case IR_STV32:
    case IR_STV64:
    case IR_LDVM:
    case IR_STVM:
    case IR_LDVS:
    case IR_STVS:
    case IR_LDVL:
    case IR_STVL:
    case IR_LDVA:
    case IR_LDEX:
    case IR_STEX:
    case IR_STL:
    case IR_ALIGN: return true;
    default: return false;
    }
}

bool ir_observes(const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_CALL:
    case IR_VMSR:
    case IR_GOTO:
    case IR_GOTO_REG:
    case IR_LEAVE: return true;
    default: return may_fault(i);
    }
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
    if (ir_observes(i) && !(b->stale_flags && may_fault(i))) live = IR_NZCV;
    i->keeps = live;
    return live | i->reads;
}

static bool block_live(struct ir_block *b)
{
    uint8_t live = IR_NZCV;
    bool changed = false;
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        live = before(b, i, live);
        if (i->op != IR_ENTER) continue;
        changed |= live & ~b->blocks[i->imm].live;
        b->blocks[i->imm].live |= live;
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
    while (block_live(b))
        ;
    for (unsigned k = 0; k < b->n; k++)
        b->insn[k].sets &= b->insn[k].after;
}
