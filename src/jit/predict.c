#include "jit/predict.h"

#include "ir/use.h"

// The operation in front of `i`, always done, that its target comes from; NULL: another block.
static const struct ir_insn *origin(const struct ir_insn *i)
{
    for (const struct ir_insn *j = i - 1; j->op != IR_ENTER; j--)
        if (ir_defs(j) >> i->a & 1) return j->mode & IR_CONDITIONAL ? NULL : j;
    return NULL;
}

void predict_targets(struct translation *t, struct cpu *c, const struct tier_source *src)
{
    struct ir_block *b = &t->ir;
    if (t->system) return; // where tables may be another process's
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        if (i->op != IR_GOTO_REG || i->mode & IR_RETURNS || !(i->mode & IR_INTERWORK)) continue;
        const struct ir_insn *from = origin(i);
        uint32_t target;
        if (!from || from->op != IR_LD32 || from->a != IR_NONE || from->b != IR_NONE) continue;
        if (!src->word(c, from->imm, &target) || (target & 3) == 2 || src->begins_with_reader(c, target))
            continue;
        i->imm = target;
    }
}
