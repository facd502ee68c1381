// Dead flags: backwards through the block, what is still to be read of each flag.
#include "ir/passes.h"

bool ir_observes(const struct ir_insn *i)
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
    case IR_ALIGN:
    case IR_LDEX:
    case IR_STEX:
    case IR_STL:
    case IR_CALL:
    case IR_GOTO:
    case IR_GOTO_REG:
    case IR_LEAVE: return true;
    default: return false;
    }
}

void ir_pass_flags(struct ir_block *b)
{
    uint8_t live = IR_NZCV;
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        i->sets &= live;
        // What is set only under a condition does not end the life of what was there before.
        if (!(i->mode & IR_CONDITIONAL)) live &= (uint8_t)~i->sets;
        live |= i->reads;
        if (ir_observes(i)) live = IR_NZCV;
    }
}
