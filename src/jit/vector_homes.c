// Which vector registers are in XMM registers inside a unit: those that it uses most, each whole as the
// largest of S, D and Q register that it is used as, unless seldom.
#include "ir/vector.h"
#include "jit/translate.h"

enum { FIRST = 4, HOMES = 10, SELDOM = 16 };

struct tally {
    uint32_t uses[5][32]; // by size and number, weighed: a store each, half a load
    uint32_t runs[32];    // of D registers, in loads and stores of several
    bool written[64];     // words
    uint32_t ways;        // in and out, each of which loads or stores all
};

static uint32_t ways(const struct ir_insn *i, uint32_t weight)
{
    const bool calls = i->op == IR_CALL || (emit_may_call(i) && !emit_fp_form(i));
    return calls ? 2 * weight : translate_leaves(i, weight);
}

static void count(struct tally *t, const struct ir_insn *i, uint32_t weight)
{
    struct ir_vuse use[IR_VUSES];
    const unsigned n = ir_vector_use(i, use);
    t->ways += ways(i, weight);
    for (unsigned k = 0; n != IR_VUSE_ALL && k < n; k++) {
        const unsigned size = use[k].size, v = use[k].v;
        for (unsigned w = v << size >> 2; use[k].writes && w < (v + 1u) << size >> 2; w++)
            t->written[w] = true;
        if (i->op != IR_LDVM && i->op != IR_STVM) {
            t->uses[size][v] += weight * (use[k].reads + 2u * use[k].writes);
            continue;
        }
        for (unsigned d = v << size >> 3; d < (v + 1u) << size >> 3; d++)
            t->runs[d] += weight;
    }
}

static uint32_t uses_of_d(const struct tally *t, unsigned d)
{
    uint32_t n = t->uses[3][d] + t->runs[d];
    for (unsigned s = 2 * d; d < 16 && s < 2 * d + 2; s++)
        n += t->uses[2][s];
    return n;
}

struct candidates {
    unsigned n;
    struct {
        uint32_t uses;
        uint8_t size, v;
    } at[64];
};

static void propose(struct candidates *c, unsigned size, unsigned v, uint32_t uses)
{
    if (uses) c->at[c->n].size = (uint8_t)size, c->at[c->n].v = (uint8_t)v, c->at[c->n++].uses = uses;
}

static void propose_parts(struct candidates *c, const struct tally *t, unsigned d)
{
    const uint32_t all = uses_of_d(t, d), own = t->uses[3][d];
    if (d >= 16 || own + t->runs[d] == all || own * SELDOM >= all || t->runs[d] * 2 >= all) {
        propose(c, 3, d, all);
        return;
    }
    for (unsigned s = 2 * d; s < 2 * d + 2; s++)
        propose(c, 2, s, t->uses[2][s]);
}

void translate_vector_homes(const struct ir_block *b, struct emit_vector_home home[16])
{
    struct tally t = {.ways = TRANSLATE_ROOT};
    struct candidates c = {0};
    uint32_t weight[IR_MAX];
    translate_weigh(b, weight);
    for (unsigned k = 0; k < b->n; k++)
        count(&t, &b->insn[k], weight[k]);
    for (unsigned q = 0; q < 16; q++) {
        const uint32_t all = t.uses[4][q] + uses_of_d(&t, 2 * q) + uses_of_d(&t, 2 * q + 1);
        if (t.uses[4][q] && t.uses[4][q] * SELDOM >= all) {
            propose(&c, 4, q, all);
        } else {
            propose_parts(&c, &t, 2 * q);
            propose_parts(&c, &t, 2 * q + 1);
        }
    }
    for (unsigned x = FIRST; x < FIRST + HOMES; x++) {
        unsigned best = 0;
        for (unsigned k = 1; k < c.n; k++)
            if (c.at[k].uses > c.at[best].uses) best = k;
        if (!c.n || c.at[best].uses <= 2 * t.ways) return;
        const unsigned size = c.at[best].size, v = c.at[best].v;
        home[x].size = (uint8_t)size;
        home[x].v = (uint8_t)v;
        for (unsigned s = v << size >> 2; s < (v + 1) << size >> 2; s++)
            home[x].written |= t.written[s];
        c.at[best].uses = 0;
    }
}
