// A region is a set of blocks, each in a context: called from outside, or at a certain call in the region,
// to which it returns. So a callee may be there several times, for several calls; it goes to its caller by a
// jump if the return address is what the call has left in LR, or else by an ordinary way out.
//
// An inlined callee may branch to what is not in the region. That is a call then, whose return leads to the
// block behind the inlined call: the stacks of returns, the host's and ours, stay in step with the guest's.
#include "jit/region.h"

#include <string.h>

#include "ir/use.h"
#include "jit/internal.h"

enum {
    REGION_INSNS = 600, // no further blocks from here on
    CONTEXTS = 48,
    DEEPEST = 4,       // calls inlined in one another
    CALLEE_INSNS = 80, // of an inlined callee and what is inlined there
    CANDIDATES = 4 * IR_MAX_BLOCKS,
    COLD = 32,    // blocks that run this much more seldom than the root are not in the region
    COPIES = 200, // instructions that other regions have already, but for what new calls inline
};

struct context {
    unsigned parent; // where the call is
    unsigned depth, insns;
    uint64_t callee, back; // keys: its first block, and that behind the call
    bool lr;               // LR may not be what the call has left there
    bool given_up;         // it is not that small
    bool copy;             // other regions have the call already
};

// Blocks that are still to be looked at, the most likely to follow last.
struct candidate {
    uint64_t key;
    unsigned context;
    uint32_t heat; // as high as this, at most
    bool joins;    // the block in front of it was cut off there
};

struct region {
    struct translation *t;
    struct jit *j;
    struct ir_block *b;
    unsigned ncontexts, ncandidates, copies;
    bool cut;                         // the newest block goes on with another
    struct context context[CONTEXTS]; // 0: what is not inlined
    struct candidate candidate[CANDIDATES];
    bool copy[IR_MAX_BLOCKS];          // other regions have the block already
    unsigned of[IR_MAX_BLOCKS];        // the blocks' contexts
    unsigned first[IR_MAX_BLOCKS + 1]; // … and operations
};

static int number_of(const struct region *g, uint64_t key, unsigned context)
{
    for (unsigned k = 0; k < g->b->nblocks; k++)
        if (g->b->blocks[k].key == key && g->of[k] == context) return (int)k;
    return -1;
}

static struct candidate *propose(struct region *g, uint64_t key, unsigned context, uint32_t heat)
{
    if (g->ncandidates == CANDIDATES) g->ncandidates--;
    g->candidate[g->ncandidates] = (struct candidate){key, context, heat, false};
    return &g->candidate[g->ncandidates++];
}

static bool stays(const struct ir_block *b, const struct ir_insn *i)
{
    return i->op == IR_GOTO && !!(i->mode & IR_THUMB) == b->thumb;
}

static uint64_t behind(const struct region *g, const struct ir_insn *call)
{
    return translate_key(g->t, (call->pc + call->n) | g->b->thumb);
}

static uint64_t target(const struct region *g, const struct ir_insn *branch)
{
    return translate_key(g->t, ir_target(branch));
}

// ---- contexts ----

static uint64_t *known_as_large(struct translation *t, uint64_t key)
{
    return &t->large[(key >> 1 ^ key >> 9) % TRANSLATE_LARGE];
}

static bool is_inside(const struct region *g, uint64_t callee, unsigned context)
{
    for (; context; context = g->context[context].parent)
        if (g->context[context].callee == callee) return true;
    return false;
}

// A context for a call in a block: 0 if it is not to be inlined.
static unsigned inlined(struct region *g, const struct ir_insn *call, unsigned block)
{
    const unsigned parent = g->of[block];
    const uint64_t callee = target(g, call);
    const unsigned depth = g->context[parent].depth + 1;
    if (!stays(g->b, call) || g->ncontexts == CONTEXTS || depth > DEEPEST) return 0;
    if (is_inside(g, callee, parent) || *known_as_large(g->t, callee) == callee) return 0;
    g->context[g->ncontexts] = (struct context){.parent = parent,
                                                .depth = depth,
                                                .callee = callee,
                                                .back = behind(g, call),
                                                .copy = g->copy[block]};
    return g->ncontexts++;
}

// Counts a block's instructions; a callee that turns out to be large is called after all.
static void grow_context(struct region *g, unsigned context, unsigned insns)
{
    for (; context; context = g->context[context].parent) {
        struct context *x = &g->context[context];
        x->insns += insns;
        if (x->insns <= CALLEE_INSNS || x->given_up) continue;
        x->given_up = true;
        *known_as_large(g->t, x->callee) = x->callee;
    }
}

static bool given_up(const struct region *g, unsigned context)
{
    for (; context; context = g->context[context].parent)
        if (g->context[context].given_up) return true;
    return false;
}

// ---- blocks ----

static const struct jit_unit *unit_of(const struct tier_block *tb)
{
    return ((const struct emit_entry *)tb->code)->unit;
}

// How often a block has run; those in regions are not counted any more, but were hot.
static uint32_t heat_of(const struct region *g, const struct cpu *c, uint64_t key,
                        const struct tier_block *tb)
{
    const uint32_t hot = g->j->hot_region;
    if (!tb->code || !c->host_jump) return tb->heat;
    if (unit_of(tb)->region) return tb->heat + hot;
    const uint32_t left = (uint32_t)c->host_heat[emit_heat_slot(key)];
    return tb->heat + (left < hot ? hot - left : 0);
}

// Where the newest block leads. An inlined call's context goes into its x for the time being.
static void look_at(struct region *g)
{
    struct ir_block *b = g->b;
    const unsigned block = b->nblocks - 1, context = g->of[block];
    const uint32_t heat = b->blocks[block].heat;
    g->first[b->nblocks] = b->n;
    for (unsigned k = g->first[block]; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        if (context && ir_defs(i) >> 14 & 1) g->context[context].lr = true;
        if (i->op != IR_GOTO && i->op != IR_GOTO_REG) continue;
        if (i->mode & IR_LINKS) {
            i->x = (uint8_t)inlined(g, i, block);
            propose(g, behind(g, i), context, heat);
            if (i->x) propose(g, target(g, i), i->x, heat);
        } else if (stays(b, i)) {
            propose(g, target(g, i), context, heat)->joins = g->cut && k == b->n - 1;
        }
    }
}

static bool runs_often(const struct region *g, struct cpu *c, const struct tier_source *src, uint64_t key,
                       struct tier_insn *room)
{
    struct tier_block tb = {.insns = room};
    return src->block(c, key, &tb, TRANSLATE_MAX_INSNS - (unsigned)(room - g->t->insns)) &&
           heat_of(g, c, key, &tb) >= g->b->blocks[0].heat / COLD;
}

static bool branches_to(const struct tier_block *tb, uint32_t pc, bool thumb)
{
    for (unsigned k = 0; k < tb->ninsns; k++) {
        const struct tier_insn *i = &tb->insns[k];
        if ((i->in.op == OP_B || i->in.op == OP_CBZ) && i->pc + (thumb ? 4 : 8) + i->in.imm == pc)
            return true;
    }
    return false;
}

// Blocks go on behind conditional branches, so that where these lead to is often in the same block. There it
// ends, as in front of every other block of the region: nothing is twice in it.
static void cut(struct region *g, struct cpu *c, const struct tier_source *src, struct tier_block *tb,
                unsigned context)
{
    const bool thumb = g->b->thumb;
    g->cut = false;
    for (unsigned k = 1; k < tb->ninsns && !g->cut; k++) {
        const uint32_t pc = tb->insns[k].pc;
        const uint64_t at = translate_key(g->t, pc | thumb);
        if (tb->insns[k].it) continue;
        g->cut = number_of(g, at, context) >= 0 ||
                 (branches_to(tb, pc, thumb) && runs_often(g, c, src, at, tb->insns + tb->ninsns));
        if (!g->cut) continue;
        tb->ninsns = k;
        tb->runs_on = true;
        tb->next_pc = pc;
        tb->next_it = 0;
    }
}

// A candidate's block; false: it is not to be in the region.
static bool add_block(struct region *g, struct cpu *c, const struct tier_source *src,
                      const struct candidate *next)
{
    struct translation *t = g->t;
    struct ir_block *b = g->b;
    struct tier_block tb = {.insns = &t->insns[t->ninsns]};
    if (!src->block(c, next->key, &tb, TRANSLATE_MAX_INSNS - t->ninsns)) return false;
    const uint32_t heat = next->joins ? next->heat : heat_of(g, c, next->key, &tb);
    if (heat < b->blocks[0].heat / COLD) return false;
    cut(g, c, src, &tb, next->context);
    const bool copy = next->context ? g->context[next->context].copy : jit_in_region(g->j, next->key);
    if (copy && (g->copies += tb.ninsns) > COPIES) return false;
    g->copy[b->nblocks] = copy;
    g->of[b->nblocks] = next->context;
    b->blocks[b->nblocks].heat = heat < next->heat ? heat : next->heat;
    return translate_block(t, c, src, next->key, &tb);
}

static void add_blocks(struct region *g, struct cpu *c, const struct tier_source *src)
{
    struct translation *t = g->t;
    struct ir_block *b = g->b;
    look_at(g);
    while (g->ncandidates && b->nblocks < IR_MAX_BLOCKS && t->ninsns < REGION_INSNS && b->n < IR_MAX / 2) {
        const struct candidate next = g->candidate[--g->ncandidates];
        const unsigned insns = t->ninsns;
        if (given_up(g, next.context) || number_of(g, next.key, next.context) >= 0) continue;
        if (!add_block(g, c, src, &next)) continue;
        look_at(g);
        grow_context(g, next.context, t->ninsns - insns);
    }
}

// ---- branches ----

// The block behind a context's call, if it is there as is everything between; or -1.
static int back_of(const struct region *g, unsigned context)
{
    const struct context *x = &g->context[context];
    return context ? number_of(g, x->back, x->parent) : -1;
}

static void jump(struct ir_insn *i, int block)
{
    i->op = IR_JUMP;
    i->imm = (uint32_t)block;
    i->mode &= IR_CONDITIONAL;
    i->n = i->x = i->reads = 0;
    i->a = IR_NONE;
}

static void connect_call(const struct region *g, struct ir_insn *i, unsigned context)
{
    const int back = number_of(g, behind(g, i), context);
    const unsigned inner = i->op == IR_GOTO ? i->x : 0;
    const int callee = inner && !g->context[inner].given_up ? number_of(g, target(g, i), inner) : -1;
    i->x = (uint8_t)(back + 1);
    if (back >= 0 && callee >= 0)
        jump(i, callee);
    else if (back >= 0 && !context)
        g->b->blocks[back].entry = true;
}

static void connect_one(const struct region *g, struct ir_insn *i, unsigned context)
{
    if (i->op != IR_GOTO && i->op != IR_GOTO_REG) return;
    if (i->mode & IR_LINKS) {
        connect_call(g, i, context);
        return;
    }
    const int there = stays(g->b, i) ? number_of(g, target(g, i), context) : -1;
    const int back = back_of(g, context);
    if (there >= 0) {
        jump(i, there);
    } else if (back >= 0) {
        const bool returns = i->op == IR_GOTO_REG && i->mode & IR_RETURNS;
        i->x = (uint8_t)(back + 1);
        if (!returns)
            i->mode |= IR_LINKS;
        else if (i->a == 14 && !g->context[context].lr)
            jump(i, back);
    }
}

static void mark(const struct region *g, bool wanted[], unsigned block)
{
    unsigned todo[IR_MAX_BLOCKS], n = 0;
    todo[n++] = block;
    wanted[block] = true;
    while (n) {
        const unsigned at = todo[--n];
        for (unsigned k = g->first[at]; k < g->first[at + 1]; k++) {
            const struct ir_insn *i = &g->b->insn[k];
            unsigned to = IR_MAX_BLOCKS;
            if (i->op == IR_JUMP) to = i->imm;
            if ((i->op == IR_GOTO || i->op == IR_GOTO_REG) && i->x) to = i->x - 1u;
            if (to == IR_MAX_BLOCKS || wanted[to]) continue;
            wanted[to] = true;
            todo[n++] = to;
        }
    }
}

// Leaves out what nothing leads to, and finds the loops.
static void arrange(struct region *g)
{
    struct ir_block *b = g->b;
    bool wanted[IR_MAX_BLOCKS] = {false};
    unsigned number[IR_MAX_BLOCKS], blocks = 0, to = 0;
    mark(g, wanted, 0);
    for (unsigned k = 0; k < b->nblocks; k++)
        number[k] = wanted[k] ? blocks++ : 0;
    if (blocks == b->nblocks) return;
    for (unsigned k = 0; k < b->nblocks; k++) {
        if (!wanted[k]) continue;
        b->blocks[number[k]] = b->blocks[k];
        for (unsigned j = g->first[k]; j < g->first[k + 1]; j++) {
            struct ir_insn *i = &b->insn[to++];
            *i = b->insn[j];
            if (i->op == IR_ENTER || i->op == IR_JUMP) i->imm = number[i->imm];
            if ((i->op == IR_GOTO || i->op == IR_GOTO_REG) && i->x) i->x = (uint8_t)(number[i->x - 1u] + 1);
        }
    }
    b->nblocks = blocks;
    b->n = to;
}

// A jump backwards need not close a loop: what several blocks lead to lies behind the first of them.
static void find_loops(struct ir_block *b)
{
    uint64_t to[IR_MAX_BLOCKS] = {0}; // a bit a block that it leads to
    bool back = false;
    unsigned block = 0;
    for (unsigned k = 0; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (i->op == IR_ENTER) block = i->imm;
        const unsigned behind = ir_block_behind(i);
        if (i->op != IR_JUMP && !behind) continue;
        const unsigned next = i->op == IR_JUMP ? i->imm : behind - 1;
        to[block] |= 1ull << next;
        if (next <= block) b->blocks[next].loop = back = true;
    }
    for (unsigned via = 0; back && via < b->nblocks; via++)
        for (unsigned k = 0; k < b->nblocks; k++)
            if (to[k] >> via & 1) to[k] |= to[via];
    for (unsigned k = 0; k < b->nblocks; k++)
        b->blocks[k].circle = b->blocks[k].loop && to[k] >> k & 1;
}

bool region_grow(struct translation *t, struct cpu *c, const struct tier *tier, uint64_t root,
                 struct tier_block *tb)
{
    struct region g = {.t = t, .j = jit_of((struct tier *)tier), .b = &t->ir, .ncontexts = 1};
    g.b->blocks[0].heat = tb->heat + g.j->hot_region;
    cut(&g, c, tier->source, tb, 0);
    if (!translate_block(t, c, tier->source, root, tb)) return false;
    add_blocks(&g, c, tier->source);
    for (unsigned k = 0; k < g.b->nblocks; k++)
        for (unsigned j = g.first[k]; j < g.first[k + 1]; j++)
            connect_one(&g, &g.b->insn[j], g.of[k]);
    arrange(&g);
    find_loops(g.b);
    return true;
}
