// Loops that divide by shifting and subtracting, a bit of the quotient a round: what the run-time's division
// of 64 bits is where the processor has none.
//
//     loop: if (R >= D) R = 2 * (R - D) + 1; else R = 2 * R;
//           if (--n) goto loop;
//
// If R < 2 * D, n rounds make of it R << n modulo 2 * D - 1, since that goes off once for each 1 of the
// quotient; or 2 * D - 1 instead of 0, which only comes of 0. IR_ROUNDS does so for all rounds but the last,
// and that leaves every register and flag as it must be.
#include <string.h>

#include "ir/passes.h"

// Locations that an operation of such a loop names: a bit each of R (low, high), D and n; what is compared.
enum name { R, RH, D, DH, N, X, NAMES, ONE, ZERO, NOTHING };

struct shape {
    uint8_t op, d, a, b; // enum name
    uint8_t sets, reads; // at least
};

static const struct shape compare[] = {{IR_SUB, NOTHING, R, D, IR_C, 0}, {IR_SBC, X, RH, DH, IR_C, IR_C}},
                          less[] = {{IR_ADD, R, R, R, IR_C, 0},
                                    {IR_ADC, RH, RH, RH, 0, IR_C},
                                    {IR_SUB, N, N, ONE, IR_Z, 0}},
                          more[] = {{IR_SUB, R, R, D, IR_C, 0},   {IR_SBC, RH, RH, DH, 0, IR_C},
                                    {IR_ADD, R, R, R, IR_C, 0},   {IR_ADC, RH, RH, RH, 0, IR_C},
                                    {IR_ADD, R, R, ONE, IR_C, 0}, {IR_ADC, RH, RH, ZERO, 0, IR_C},
                                    {IR_SUB, N, N, ONE, IR_Z, 0}};

enum { COMPARE = sizeof compare / sizeof *compare, LESS = sizeof less / sizeof *less };
enum { MORE = sizeof more / sizeof *more };

// Whether a location is what the shape names, from the first time on.
static bool is(uint8_t loc[NAMES], uint8_t l, uint32_t imm, enum name name)
{
    if (name == NOTHING) return l == IR_NONE;
    if (name == ONE || name == ZERO) return l == IR_IMM && imm == (name == ONE);
    if (loc[name] != IR_NONE || l >= 15) return loc[name] == l && l < 15;
    for (unsigned k = 0; k < NAMES; k++)
        if (loc[k] == l) return false;
    loc[name] = l;
    return true;
}

static bool matches(uint8_t loc[NAMES], const struct ir_insn *i, const struct shape *s, unsigned n)
{
    for (unsigned k = 0; k < n; k++, i++, s++)
        if (i->op != s->op || i->n || i->mode & IR_CONDITIONAL || s->sets & ~i->sets ||
            s->reads & ~i->reads || !is(loc, i->d, 0, s->d) || !is(loc, i->a, 0, s->a) ||
            !is(loc, i->b, i->imm, s->b))
            return false;
    return true;
}

// A branch under a condition
static bool branches(const struct ir_insn *i, uint8_t cond)
{
    return i->op == IR_IF && i->cond == cond && i->n == 1;
}

static bool jumps(const struct ir_insn *i, unsigned to)
{
    return i->op == IR_JUMP && i->imm == to;
}

// The block that begins in front of `i`, with those that begin at `first`.
static bool divides(const struct ir_insn *i, unsigned block, const struct ir_insn *const first[],
                    uint8_t loc[NAMES])
{
    enum { EQ, NE, CS };
    memset(loc, IR_NONE, NAMES);
    if (!matches(loc, i, compare, COMPARE)) return false;
    i += COMPARE;
    if (!branches(i, CS) || i[1].op != IR_JUMP) return false;
    const struct ir_insn *j = first[i[1].imm] + 1;
    i += 2;
    if (!matches(loc, i, less, LESS)) return false;
    i += LESS;
    if (!branches(i, NE) || !jumps(i + 1, block) || !matches(loc, j, more, MORE)) return false;
    j += MORE;
    return branches(j, EQ) && jumps(j + 2, block);
}

static void insert(struct ir_block *b, unsigned at, const uint8_t loc[NAMES])
{
    struct ir_insn *i = &b->insn[at];
    memmove(i + 1, i, (b->n - at) * sizeof *i);
    b->n++;
    i->op = IR_ROUNDS;
    i->d = loc[R], i->e = loc[RH], i->a = loc[D], i->b = loc[DH], i->n = loc[N];
    i->imm = 0;
    i->sets = i->reads = 0;
    ir_see(b, IR_ROUNDS);
}

void ir_pass_rounds(struct ir_block *b)
{
    const struct ir_insn *first[IR_MAX_BLOCKS] = {NULL};
    if (!b->region) return; // who counts rounds does them one by one
    for (unsigned k = 0; k < b->n; k++)
        if (b->insn[k].op == IR_ENTER) first[b->insn[k].imm] = &b->insn[k];
    for (unsigned block = 0; block < b->nblocks && b->n < IR_MAX; block++) {
        uint8_t loc[NAMES];
        if (!b->blocks[block].loop || !divides(first[block] + 1, block, first, loc)) continue;
        insert(b, (unsigned)(first[block] + 1 - b->insn), loc);
        break; // there is hardly another
    }
}
