// Conditional instructions in a row: one test and one branch for all with the same condition or its opposite,
// as IT blocks and runs of predicated ARM instructions have them.
#include "ir/passes.h"
#include "ir/use.h"

#include <string.h>

enum { LONGEST = 120 }; // operations on one side: lengths are bytes

// Whether a condition is told by the same flags behind n operations as before them.
static bool keeps(const struct ir_insn *i, unsigned n, uint8_t reads)
{
    for (unsigned k = 0; k < n; k++)
        if (i[k].sets & reads || i[k].op == IR_CALL || i[k].op == IR_VFLAGS) return false;
    return true;
}

// A conditional branch alone stays one: it is a single host instruction.
static bool is_branch(const struct ir_insn *i)
{
    return i->n == 1 && (i[1].op == IR_GOTO || i[1].op == IR_JUMP);
}

static bool looks(const struct ir_insn *i)
{
    return ir_shape(i) & (IR_FAULTS | IR_OBSERVES);
}

// The condition is told once for all of a side: its flags need not last for what joins, if nobody else looks.
static void joined(struct ir_insn *side, unsigned n, const struct ir_insn *joins, uint8_t reads)
{
    reads &= (uint8_t) ~(joins->keeps | joins->reads);
    if (looks(joins)) return;
    for (unsigned k = n; k-- > 0;) {
        side[k].after &= (uint8_t)~reads;
        if (side[k].reads & reads || looks(&side[k])) return;
        side[k].keeps &= (uint8_t)~reads;
    }
}

// if a; else b; if c: a and c on one side.
static bool to_first(struct ir_insn *first, struct ir_insn *orelse, const struct ir_insn *next)
{
    enum { MOST = 4 };
    struct ir_insn more[MOST];
    const unsigned n = next->n;
    const uint8_t reads = first->reads;
    if (orelse == first || next->cond != first->cond || n > MOST || first->n + n > LONGEST) return false;
    if (!keeps(first + 1, first->n, reads) || !keeps(orelse + 1, orelse->n, reads) ||
        !keeps(next + 1, n, reads))
        return false;
    for (unsigned j = 0; j < n; j++)
        more[j] = next[1 + j];
    memmove(orelse + n, orelse, (1u + orelse->n) * sizeof *orelse);
    memcpy(orelse, more, n * sizeof *more);
    first->n = (uint8_t)(first->n + n);
    return true;
}

// Merges what follows into the IR_IF at k; returns where the next operation to look at is. to: where the
// IR_IF is to go, everything behind it moving along.
static unsigned merge(struct ir_block *b, unsigned k, unsigned *to)
{
    struct ir_insn *first = &b->insn[*to], *side = first; // the IR_IF or IR_ELSE that is growing
    uint8_t cond = first->cond;
    unsigned end = k + 1 + first->n;
    const uint8_t reads = first->reads;
    for (unsigned j = k + 1; j < end; j++)
        b->insn[++*to] = b->insn[j];
    while (end < b->n) {
        const struct ir_insn *next = &b->insn[end];
        const unsigned n = next->n;
        if (next->op == IR_IF && !is_branch(next) && to_first(first, side, next)) {
            *to += n;
            side += n;
            end += 1 + n;
            continue;
        }
        const bool same = next->cond == cond, opposite = next->cond == (cond ^ 1) && side == first;
        if (next->op != IR_IF || !(same || opposite) || is_branch(next)) break;
        if (!keeps(side + 1, side->n, reads) || side->n + n > LONGEST) break;
        if (opposite) {
            side->n++;
            side = &b->insn[++*to];
            *side = *next;
            side->op = IR_ELSE;
            side->reads = 0;
            side->n = 0;
            cond ^= 1;
        }
        for (unsigned j = 0; j < n; j++)
            b->insn[++*to] = b->insn[end + 1 + j];
        if (same) joined(side + 1, side->n, side + 1 + side->n, reads);
        side->n = (uint8_t)(side->n + n);
        end += 1 + n;
    }
    return end;
}

void ir_pass_merge_if(struct ir_block *b)
{
    unsigned to = 0;
    for (unsigned k = 0; k < b->n; to++) {
        if (to != k) b->insn[to] = b->insn[k];
        if (b->insn[to].op == IR_IF && !is_branch(&b->insn[k]))
            k = merge(b, k, &to);
        else
            k++;
    }
    b->n = to;
}
