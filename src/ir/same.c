// A shifted operand that a temporary still holds is not computed again: `cmp a, b, lsl #n; subcs a, a, b, lsl
// #n`.
#include "ir/passes.h"
#include "ir/use.h"

// Operations whose code leaves the temporaries' registers alone.
static bool leaves_temps(const struct ir_insn *i)
{
    return i->op <= IR_CARRY || (i->op >= IR_UXT8 && i->op <= IR_REVSH) ||
           (i->op >= IR_LD8 && i->op <= IR_ST32) || i->op == IR_IF;
}

static bool same(const struct ir_insn *i, const struct ir_insn *j)
{
    return i->op == j->op && i->a == j->a && i->b == j->b && i->n == j->n && i->imm == j->imm;
}

static bool candidate(const struct ir_insn *i)
{
    return ir_is_temp(i->d) && ir_shape(i) & IR_PURE && !i->sets && !i->reads && i->op <= IR_ROR;
}

void ir_pass_same(struct ir_block *b)
{
    struct ir_insn known[IR_LOCS - IR_TEMP]; // what made each temporary
    uint32_t valid = 0;
    unsigned end = 0; // of what may be skipped
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        const bool skipped = k < end;
        if ((i->op == IR_IF || i->op == IR_ELSE) && k + 1 + i->n > end) end = k + 1 + i->n;
        if (candidate(i) && valid >> (i->d - IR_TEMP) & 1 && same(i, &known[i->d - IR_TEMP])) {
            i->op = IR_NOP;
            b->holes = true;
            continue;
        }
        if (!leaves_temps(i)) valid = 0;
        const uint32_t defs = ir_defs(i);
        for (unsigned t = 0; t < IR_LOCS - IR_TEMP; t++)
            if (valid >> t & 1 && defs & (1u << (IR_TEMP + t) | ir_uses(&known[t]))) valid &= ~(1u << t);
        if (!candidate(i) || skipped || ir_uses(i) >> i->d & 1) continue;
        known[i->d - IR_TEMP] = *i;
        valid |= 1u << (i->d - IR_TEMP);
    }
}
