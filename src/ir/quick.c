// The passes for what is made in haste, where code runs some thousand times at most: what they find is worth
// no more than one walk, backwards, in which every operation finds those behind it as they will stay.
// Operands are as xlate/ has made them.
#include "ir/flags.h"
#include "ir/passes.h"

// It would only have set flags that nobody reads.
static bool is_dead(const struct ir_insn *i)
{
    return i->d == IR_NONE && i->e == IR_NONE && ir_shape(i) & IR_PURE;
}

void ir_pass_quick(struct ir_block *b)
{
    uint8_t live = IR_NZCV;
    for (unsigned k = b->n; k-- > 0;) {
        struct ir_insn *i = &b->insn[k];
        live = ir_flags_before(b, i, live);
        i->sets &= i->after;
        if (i->sets) {
            const struct ir_insn *next = i + 1; // mostly the reader
            if (!next->reads) ir_sink(b, k);
        } else if (is_dead(i)) {
            i->op = IR_NOP;
            b->holes = true;
        } else if (i->op == IR_IF) {
            ir_select(i);
        } else if (i->op == IR_ADC || i->op == IR_SBC) {
            ir_defer(b, k);
        }
    }
    b->blocks[0].live = live;
    ir_compact(b);
}
