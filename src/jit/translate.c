#include "jit/translate.h"

#include <string.h>

#include "ir/passes.h"
#include "jit/x64/host.h"
#include "xlate/xlate.h"

enum {
    REGION_INSNS = 600, // no further blocks from here on
    MOST_OPS = 80,      // of one instruction, with its condition
};

// Calls in a row become one: the handlers go from one to the next by themselves. fp: what the first says.

static bool merges(const struct translation *t, const struct tier_source *src, struct cpu *c,
                   const struct ir_insn *i, bool first, bool *fp)
{
    struct tier_call call;
    if (i->op != IR_CALL || i->mode & IR_CONDITIONAL) return false;
    src->handler(c, &t->insns[i->imm], 0, 0, t->ir.thumb, &call);
    if (first) *fp = call.fp;
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

// One block's instructions, behind what is there. False: nothing was added.
static bool add_block(struct translation *t, struct cpu *c, const struct tier_source *src, uint64_t key)
{
    struct ir_block *b = &t->ir;
    struct tier_block tb = {.insns = &t->insns[t->ninsns]};
    struct xlate x = {.b = b, .thumb = key & 1, .pc = (uint32_t)key & ~1u, .shuffles = host_has(HOST_SSSE3)};
    const unsigned start = b->n;
    if (!src->block(c, key, &tb, TRANSLATE_MAX_INSNS - t->ninsns)) return false;
    b->ninsns = 0;
    emit(&x, IR_ENTER, IR_NONE, IR_NONE, IR_NONE, b->nblocks);
    enum xlate_result r = XLATE_NEXT;
    for (unsigned k = 0; k < tb.ninsns && r == XLATE_NEXT; k++) {
        struct tier_call call;
        x.pc = tb.insns[k].pc;
        x.it = tb.insns[k].it;
        b->ninsns = k + 1;
        const bool callable = src->handler(c, &tb.insns[k], 0, 0, x.thumb, &call);
        r = b->n > IR_MAX - 2 * MOST_OPS ? XLATE_LEAVE : xlate_insn(&x, &tb.insns[k].in, t->ninsns + k);
        const bool calls = r != XLATE_LEAVE && b->insn[b->n - 1].op == IR_CALL;
        if (calls && !callable) {
            do
                b->n--;
            while (b->insn[b->n - 1].pc == x.pc && b->insn[b->n - 1].op != IR_ENTER);
            r = XLATE_LEAVE;
        }
        if (r == XLATE_LEAVE && k == 0) {
            b->n = start;
            return false;
        }
    }
    if (r == XLATE_LEAVE) xlate_leave(&x);
    if (r == XLATE_NEXT) {
        if (!tb.runs_on) {
            b->n = start;
            return false;
        }
        x.pc = tb.insns[tb.ninsns - 1].pc;
        xlate_goto(&x, tb.next_pc, tb.next_it);
    }
    b->blocks[b->nblocks].key = key;
    b->blocks[b->nblocks].entry = b->nblocks == 0;
    b->blocks[b->nblocks].loop = false;
    b->nblocks++;
    t->ninsns += tb.ninsns;
    return true;
}

static int number_of(const struct ir_block *b, uint64_t key)
{
    for (unsigned k = 0; k < b->nblocks; k++)
        if (b->blocks[k].key == key) return (int)k;
    return -1;
}

// Blocks that are still to be looked at, the most likely to follow last.
struct candidates {
    unsigned n;
    uint64_t key[4 * IR_MAX_BLOCKS];
};

static void propose(struct candidates *list, uint64_t key)
{
    if (list->n < sizeof list->key / sizeof *list->key) list->key[list->n++] = key;
}

static uint64_t continuation(const struct ir_insn *i, bool thumb)
{
    return (i->pc + i->n) | thumb;
}

// Where the blocks' operations from `first` on lead.
static void propose_targets(struct candidates *list, const struct ir_block *b, unsigned first)
{
    for (unsigned k = first; k < b->n; k++) {
        const struct ir_insn *i = &b->insn[k];
        const bool same_set = !!(i->mode & IR_THUMB) == b->thumb;
        if (i->mode & IR_LINKS && (i->op == IR_GOTO || i->op == IR_GOTO_REG))
            propose(list, continuation(i, b->thumb));
        else if (i->op == IR_GOTO && same_set)
            propose(list, ir_target(i));
    }
}

// Branches to blocks of the region stay inside.
static void connect(struct ir_block *b)
{
    unsigned block = 0;
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        if (i->op == IR_ENTER) block = i->imm;
        if (i->op == IR_GOTO_REG && i->mode & IR_LINKS) {
            const int to = number_of(b, continuation(i, b->thumb));
            if (to >= 0) b->blocks[to].entry = true;
        }
        if (i->op != IR_GOTO) continue;
        const int to = number_of(b, i->mode & IR_LINKS ? continuation(i, b->thumb) : ir_target(i));
        if (to < 0) continue;
        if (i->mode & IR_LINKS) {
            b->blocks[to].entry = true;
            continue;
        }
        i->op = IR_JUMP;
        i->imm = (uint32_t)to;
        if ((unsigned)to <= block) b->blocks[to].loop = true;
    }
}

bool translate(struct translation *t, struct cpu *c, const struct tier *tier, uint64_t root, bool region)
{
    const struct tier_source *src = tier->source;
    struct ir_block *b = &t->ir;
    b->n = b->nblocks = 0;
    b->region = region && !tier->counts; // whoever counts compares
    b->stale_flags = false;
    t->ninsns = 0;
    b->pc = (uint32_t)root & ~1u;
    b->thumb = root & 1;
    if (!add_block(t, c, src, root)) return false;
    if (region) {
        struct candidates list = {0};
        propose_targets(&list, b, 0);
        while (list.n && b->nblocks < IR_MAX_BLOCKS && t->ninsns < REGION_INSNS && b->n < IR_MAX / 2) {
            const uint64_t key = list.key[--list.n];
            const unsigned first = b->n;
            if (number_of(b, key) < 0 && add_block(t, c, src, key)) propose_targets(&list, b, first);
        }
        connect(b);
    }
    merge_calls(t, src, c);
    ir_passes(b);
    return !ir_verify(b);
}
