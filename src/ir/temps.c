// Temporaries live within one guest instruction: those that only hold a copy, an index, what is to be moved
// on or half of a result go away.
#include "ir/passes.h"
#include "ir/use.h"

// The end of the guest instruction that an operation belongs to.
static unsigned end_of(const struct ir_block *b, unsigned k)
{
    unsigned end = k;
    while (end < b->n && b->insn[end].pc == b->insn[k].pc)
        end++;
    return end;
}

// How often a temporary is read from k on before it is written anew; last: where for the last time.
static unsigned reads(const struct ir_block *b, unsigned k, uint8_t t, unsigned *last)
{
    const unsigned end = end_of(b, k);
    unsigned n = 0;
    for (; k < end; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (ir_uses(i) >> t & 1) n++, *last = k;
        if (ir_defs(i) >> t & 1) break;
    }
    return n;
}

static bool written(const struct ir_block *b, unsigned from, unsigned to, uint8_t loc)
{
    for (unsigned k = from; k < to; k++)
        if (loc < IR_LOCS && ir_defs(&b->insn[k]) >> loc & 1) return true;
    return false;
}

static void replace(uint8_t *field, bool reads_it, uint8_t t, uint8_t by)
{
    if (reads_it && *field == t) *field = by;
}

// mov t, r: whoever reads t reads r.
static void forward(struct ir_block *b, unsigned k)
{
    struct ir_insn *mov = &b->insn[k];
    const uint8_t t = mov->d, r = mov->b;
    if (mov->op != IR_MOV || !ir_is_temp(t) || r >= IR_LOCS || mov->sets) return;
    for (unsigned j = k + 1, end = end_of(b, k); j < end; j++) {
        struct ir_insn *i = &b->insn[j];
        const unsigned s = ir_shape(i);
        if (!(s & IR_KNOWN) && ir_uses(i) >> t & 1) return;
        replace(&i->a, s & IR_A, t, r);
        replace(&i->b, s & IR_B, t, r);
        if (!(s & IR_D)) replace(&i->d, s & IR_READ_D, t, r);
        if (ir_uses(i) >> t & 1) return; // read and written in one
        if (ir_defs(i) >> t & 1) break;
        unsigned last;
        if (ir_defs(i) >> r & 1 && reads(b, j + 1, t, &last)) return;
    }
    mov->op = IR_NOP;
    b->holes = true;
}

// op t, …; mov d, t: op d, …
static void move_on(struct ir_block *b, unsigned k)
{
    struct ir_insn *i = &b->insn[k], *mov = i + 1;
    const unsigned s = ir_shape(i);
    unsigned last = 0;
    if (k + 1 >= b->n || mov->op != IR_MOV || mov->b != i->d || mov->pc != i->pc || !ir_is_temp(i->d)) return;
    if (!(s & IR_PURE) || s & (IR_READ_D | IR_E) || reads(b, k + 2, i->d, &last)) return;
    i->d = mov->d;
    if (!mov->sets) {
        mov->op = IR_NOP;
        b->holes = true;
        return;
    }
    mov->op = IR_AND; // a test
    mov->a = mov->b = mov->d;
    mov->d = IR_NONE;
}

static bool accumulates(const struct ir_insn *i, uint8_t t)
{
    if (i->d >= IR_LOCS || (i->a == t) == (i->b == t)) return false;
    switch ((enum ir_op)i->op) {
    case IR_ADD: return i->sets; // else one host instruction has three operands
    case IR_AND:
    case IR_OR:
    case IR_XOR: return true;
    case IR_SUB: return i->a == t;
    default: return false;
    }
}

// op t, …; xor d, a, t: op d, …; xor d, d, a, since the host's operations are in place. Under a condition
// temporaries are cheaper: they are computed in any case.
static void accumulate(struct ir_block *b, unsigned k)
{
    struct ir_insn *i = &b->insn[k], *next = i + 1;
    const uint8_t t = i->d;
    const unsigned s = ir_shape(i);
    unsigned last = 0;
    if (k + 1 >= b->n || next->pc != i->pc || !ir_is_temp(t) || i->mode & IR_CONDITIONAL) return;
    if (!(s & IR_PURE) || s & (IR_READ_D | IR_E) || !accumulates(next, t)) return;
    const uint8_t other = next->a == t ? next->b : next->a;
    if (other == next->d || reads(b, k + 2, t, &last)) return;
    i->d = next->a = next->d;
    next->b = other;
}

static bool is_access(const struct ir_insn *i)
{
    return i->op >= IR_LD8 && i->op <= IR_ST32 && i->d != i->b && !(i->mode & IR_MINUS);
}

// lsl t, x, n: an addition or an address takes x, shifted.
static void fold_shift(struct ir_block *b, unsigned k)
{
    struct ir_insn *shift = &b->insn[k];
    const uint8_t t = shift->d, x = shift->a;
    unsigned at = 0;
    if (shift->op != IR_LSL || shift->b != IR_IMM || shift->imm > 3 || shift->sets || !ir_is_temp(t)) return;
    if (x >= IR_LOCS || reads(b, k + 1, t, &at) != 1 || written(b, k + 1, at, x)) return;
    struct ir_insn *i = &b->insn[at];
    if (i->n || i->a == i->b || (i->op == IR_ADD ? i->sets || i->d == IR_NONE : !is_access(i))) return;
    if (i->op == IR_ADD && i->a == t) i->a = i->b, i->b = t;
    if (i->b != t || i->a >= IR_LOCS) return;
    i->b = x;
    i->n = (uint8_t)shift->imm;
    shift->op = IR_NOP;
    b->holes = true;
}

void ir_pass_temps(struct ir_block *b)
{
    for (unsigned k = 0; k < b->n; k++) {
        if (!ir_is_temp(b->insn[k].d)) continue;
        forward(b, k);
        fold_shift(b, k);
        move_on(b, k);
        accumulate(b, k);
    }
}
