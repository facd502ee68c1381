#include "jit/translate.h"

#include <string.h>

#include "cpu/system.h"
#include "ir/passes.h"
#include "jit/divide.h"
#include "jit/exits.h"
#include "jit/predict.h"
#include "jit/region.h"
#include "jit/x64/host.h"
#include "xlate/xlate.h"

enum { MOST_OPS = 80 }; // of one instruction, with its condition

// What the handler of an instruction is to compiled code: one to call, one that goes on elsewhere by itself,
// or the interpreter's alone.
enum callable { CALLABLE, GOES_AWAY, NOT_CALLABLE };

static enum callable callable(const struct translation *t, const struct tier_source *src, struct cpu *c,
                              unsigned insn)
{
    struct tier_call call;
    if (!src->handler(c, &t->insns[insn], 0, 0, t->ir.thumb, &call)) return NOT_CALLABLE;
    return call.away ? GOES_AWAY : CALLABLE;
}

// Calls in a row become one: the handlers go from one to the next by themselves. fp: what the first says.

static bool merges(const struct translation *t, const struct tier_source *src, struct cpu *c,
                   const struct ir_insn *i, bool first, bool *fp)
{
    struct tier_call call;
    if (i->op != IR_CALL || i->mode & IR_CONDITIONAL) return false;
    src->handler(c, &t->insns[i->imm], 0, 0, t->ir.thumb, &call);
    if (first) *fp = call.fp;
    if (call.kind == TIER_CALL_SVC) return false;
    return !call.flags && (first || (!call.sets_pc && call.fp == *fp));
}

static void merge_calls(struct translation *t, const struct tier_source *src, struct cpu *c)
{
    struct ir_block *b = &t->ir;
    unsigned to = 0;
    for (unsigned k = 0; k < b->n;) {
        struct ir_insn *i = &b->insn[to++];
        bool fp;
        *i = b->insn[k++];
        if (!merges(t, src, c, i, true, &fp)) continue;
        i->n = 1;
        while (k < b->n && b->insn[k].imm == i->imm + i->n && merges(t, src, c, &b->insn[k], false, &fp))
            i->n++, k++;
    }
    b->n = to;
}

static int place_of(const struct translation *t, struct cpu *c, const struct tier_source *src, unsigned n)
{
    const struct insn *in = &t->insns[n].in;
    if ((in->op != OP_MRC && in->op != OP_MCR) || callable(t, src, c, n) != CALLABLE) return -1;
    return c->sys->cp_place(c, cp_access_of(in->imm, in->x, in->ra, false), in->op == OP_MCR);
}

// An instruction, the n-th, that is the interpreter's: its handler is called, or the block ends in front of
// it.
static __attribute__((noinline)) enum xlate_result
leave_to_handler(const struct translation *t, struct cpu *c, const struct tier_source *src, struct xlate *x,
                 unsigned n, enum xlate_result r)
{
    const struct insn *in = &t->insns[n].in;
    const enum callable how = callable(t, src, c, n);
    if (r == XLATE_LEAVE) return how == GOES_AWAY ? xlate_insn_away(x, in, n) : r;
    if (how == CALLABLE) return r;
    xlate_undo(x);
    return how == GOES_AWAY ? xlate_insn_away(x, in, n) : XLATE_LEAVE;
}

// The units that instructions under a condition need, the first of them behind the k-th: looked for between
// them, or between them and the comparison, they would take the condition apart.
static uint8_t units_ahead(const struct tier_block *tb, unsigned k)
{
    uint8_t units = 0;
    if (tb->insns[k].in.cond < COND_AL) return 0;
    while (++k < tb->ninsns && (tb->insns[k].in.cond < COND_AL || tb->insns[k].in.op == OP_IT))
        units |= (uint8_t)isa_unit_of(tb->insns[k].in.op);
    return units;
}

// In front of a machine's instruction, the k-th of its block and the n-th of all.
static __attribute__((noinline)) void look_around(const struct translation *t, struct cpu *c,
                                                  const struct tier_source *src, struct xlate *x,
                                                  const struct tier_block *tb, unsigned k, unsigned n)
{
    x->ahead = units_ahead(tb, k);
    x->place = place_of(t, c, src, n);
}

// The first n of a block's instructions, behind what has been translated of it already.
static enum xlate_result translate_insns(const struct translation *t, struct cpu *c,
                                         const struct tier_source *src, struct xlate *x,
                                         const struct tier_block *tb, unsigned n)
{
    struct ir_block *b = x->b;
    const struct tier_insn *ti = tb->insns;
    const unsigned first = (unsigned)(ti - t->insns);
    enum xlate_result r = XLATE_NEXT;
    for (unsigned k = 0; k < n && r == XLATE_NEXT; k++, ti++) {
        b->ninsns++;
        if (b->n > IR_MAX - 2 * MOST_OPS) return XLATE_LEAVE;
        if (t->system) look_around(t, c, src, x, tb, k, first + k);
        x->pc = ti->pc;
        x->it = ti->it;
        r = xlate_insn(x, &ti->in, first + k);
        if (r == XLATE_LEAVE || b->insn[b->n - 1].op == IR_CALL)
            r = leave_to_handler(t, c, src, x, first + k, r);
    }
    return r;
}

bool translate_block(struct translation *t, struct cpu *c, const struct tier_source *src, uint64_t key,
                     const struct tier_block *tb)
{
    struct ir_block *b = &t->ir;
    struct xlate x = {.b = b,
                      .thumb = key & 1,
                      .pc = (uint32_t)key & ~1u,
                      .place = -1,
                      .shuffles = host_has(HOST_SSSE3),
                      .system = t->system};
    const unsigned start = b->n;
    b->ninsns = 0;
    xlate_enter(&x, b->nblocks);
    struct divide d;
    const bool divides = !t->counts && divide_find(t, c, src, x.thumb, tb, &d);
    enum xlate_result r = translate_insns(t, c, src, &x, tb, divides ? d.at : tb->ninsns);
    if (r == XLATE_LEAVE && b->ninsns == 1) {
        b->n = start;
        return false;
    }
    if (r == XLATE_NEXT && divides) {
        x.pc = tb->insns[d.at].pc;
        x.it = tb->insns[d.at].it;
        b->ninsns++;
        divide_emit(&x, &d);
        t->ninsns += tb->ninsns;
        tb = &d.rest;
        r = translate_insns(t, c, src, &x, tb, tb->ninsns);
    }
    if (r == XLATE_LEAVE) xlate_leave(&x);
    if (r == XLATE_NEXT) {
        if (!tb->runs_on) {
            b->n = start;
            return false;
        }
        x.pc = tb->insns[tb->ninsns - 1].pc;
        xlate_goto(&x, tb->next_pc, tb->next_it);
    }
    b->blocks[b->nblocks].key = key;
    b->blocks[b->nblocks].entry = b->nblocks == 0;
    b->blocks[b->nblocks].loop = b->blocks[b->nblocks].circle = false;
    b->nblocks++;
    t->ninsns += tb->ninsns;
    return true;
}

// Whether what has been made is looked at again: where time does not matter.
static bool verified(const struct tier *tier)
{
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    (void)tier;
    return true;
#else
    return tier->counts;
#endif
}

bool translate(struct translation *t, struct cpu *c, const struct tier *tier, uint64_t root, bool region)
{
    const struct tier_source *src = tier->source;
    struct ir_block *b = &t->ir;
    struct tier_block first = {.insns = t->insns};
    b->n = b->nblocks = 0;
    b->region = region && !tier->counts; // whoever counts compares
    b->quick = first.ran = !region && ir_passes_may_be_quick();
    b->stale_flags = b->quick && !tier->counts && !t->system && ir_passes_may_be_stale();
    b->holes = b->indirect = false;
    memset(b->seen, 0, sizeof b->seen);
    t->ninsns = t->nlooked = 0;
    t->counts = tier->counts;
    b->pc = (uint32_t)root & ~1u;
    t->frame = root & ~TIER_VIRTUAL;
    b->thumb = root & 1;
    t->region = region;
    if (!src->block(c, root, &first, TRANSLATE_MAX_INSNS)) return false;
    if (!(region ? region_grow(t, c, tier, root, &first) : translate_block(t, c, src, root, &first)))
        return false;
    translate_exits(t, c, src);
    if (ir_seen(b, IR_CALL)) merge_calls(t, src, c);
    ir_passes(b);
    if (b->indirect) predict_targets(t, c, src);
    return !verified(tier) || !ir_verify(b);
}
