// What sets flags moves down to whoever reads them, past what would make the emitter save them: a comparison
// that the compiler of the guest scheduled early is next to its branch again.
#include "ir/passes.h"
#include "ir/use.h"

#include <string.h>

static bool is_temp_of(const struct ir_insn *i)
{
    return ir_is_temp(i->d) || ir_is_temp(i->a) || ir_is_temp(i->b);
}

static bool moves(const struct ir_insn *i)
{
    return i->sets && !i->reads && i->op <= IR_MUL && ir_shape(i) & IR_PURE && !(i->mode & IR_CONDITIONAL);
}

// Accesses and what belongs to them, and what is done to vector registers. Should they fault, the flags can
// be computed from registers; other ways into handlers ask for none.
static bool passable(const struct ir_insn *i)
{
    if (i->op == IR_VEC) return i->d == IR_NONE;
    return (i->op >= IR_LD8 && i->op <= IR_ALIGN) ||
           (i->op >= IR_LDV32 && i->op <= IR_VCVT_SIZE && i->op != IR_VCMP);
}

static bool compares(const struct ir_insn *i)
{
    return i->d == IR_NONE && (i->op == IR_ADD || i->op == IR_SUB || i->op == IR_AND || i->op == IR_XOR) &&
           i->a < 15 && (i->b < 15 || i->b == IR_IMM);
}

// Nobody sees whether it happens before or behind what makes the condition flags.
static bool harmless(const struct ir_insn *i)
{
    return ir_shape(i) & IR_PURE || i->op == IR_PARALLEL || (i->op >= IR_ADDQ && i->op <= IR_USAT);
}

// Whether `next` must stay behind i, or looks at flags.
static bool blocks(const struct ir_insn *i, const struct ir_insn *next)
{
    if (next->sets || next->reads || next->ahead) return true;
    if (is_temp_of(i) && next->pc != i->pc) return true; // the emitter's, too
    if (passable(next)) {
        if (!compares(i)) return true;
    } else if (!harmless(next)) {
        return true;
    }
    const uint32_t defs = ir_defs(i), others = ir_shape(next) & IR_KNOWN ? ir_defs(next) : 0;
    return others & (ir_uses(i) | defs) || ir_uses(next) & defs;
}

static void sink(struct ir_block *b, unsigned k)
{
    enum { FARTHEST = 100 };
    struct ir_insn *i = &b->insn[k], moved = *i;
    unsigned n = 0; // operations that it passes
    while (n < FARTHEST && !blocks(i, &i[n + 1]))
        n++;
    if (!n) return;
    moved.after = i[n].after;
    moved.keeps = moved.after & (uint8_t)~moved.sets;
    for (unsigned j = 0; j < n; j++) {
        i[j] = i[j + 1];
        i[j].keeps &= (uint8_t)~moved.sets;
        i[j].after &= (uint8_t)~moved.sets;
        if (passable(&i[j])) i[j].ahead = (uint8_t)(n - j);
    }
    i[n] = moved;
}

// A result that is to be tested for zero or its sign can be looked at later, too, if the flags would not last
// until then.
static bool later(const struct ir_block *b, unsigned k)
{
    const struct ir_insn *i = &b->insn[k];
    if (i->d == IR_NONE || ir_is_temp(i->d) || i->sets & ~IR_NZ) return false;
    const struct ir_insn test = {.op = IR_AND, .d = IR_NONE, .a = i->d, .b = i->d, .e = IR_NONE, .pc = i->pc};
    bool faults = false, clobbers = false;
    for (const struct ir_insn *next = &i[1]; !blocks(&test, next); next++) {
        faults |= passable(next);
        clobbers |= next->op == IR_ALIGN || (next->op >= IR_AND && next->op <= IR_BIC) ||
                    next->op == IR_MUL || (next->op >= IR_PARALLEL && next->op <= IR_USAT);
    }
    return faults && clobbers;
}

static void split(struct ir_block *b, unsigned k)
{
    struct ir_insn *i = &b->insn[k];
    memmove(i + 1, i, (b->n - k) * sizeof *i);
    b->n++;
    i[1].op = IR_AND;
    i[1].d = IR_NONE;
    i[1].a = i[1].b = i->d;
    i[1].n = 0;
    i->after = i->keeps;
    i->sets = 0;
}

void ir_sink(struct ir_block *b, unsigned k)
{
    if (!moves(&b->insn[k])) return;
    if (b->n < IR_MAX && later(b, k)) split(b, k++);
    sink(b, k);
}

void ir_pass_sink(struct ir_block *b)
{
    for (unsigned k = b->n; k-- > 0;)
        ir_sink(b, k);
}
