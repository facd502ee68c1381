#include "ir/passes.h"
#include "ir/use.h"

#include <string.h>

// In place of ir_pass_flags: everybody may look at all of them.
static void all_flags(struct ir_block *b)
{
    for (unsigned k = 0; k < b->n; k++)
        b->insn[k].keeps = b->insn[k].after = IR_NZCV;
    for (unsigned k = 0; k < b->nblocks; k++)
        b->blocks[k].live = IR_NZCV;
}

#define ANY IR_OP_COUNT

static const struct {
    const char *name;
    void (*pass)(struct ir_block *);
    void (*instead)(struct ir_block *); // where it is left out
    enum ir_op of[2];                   // without these there is nothing to do
    bool compact;                       // those behind it look at neighbours
    enum ir_op hasty;                   // not 0: a block that is made in haste must have several of these
} passes[] = {
    {"bits", ir_pass_bits, NULL, {ANY}, true, IR_ALIGN},
    {"pair", ir_pass_pair, NULL, {IR_LDV64, IR_STV64}, true, 0},
    {"stale-flags", ir_pass_stale_flags, NULL, {ANY}, false, 0},
    {"flags", ir_pass_flags, all_flags, {ANY}, false, 0},
    {"constants", ir_pass_constants, NULL, {ANY}, false, 0},
    {"temps", ir_pass_temps, NULL, {ANY}, false, 0},
    {"dead", ir_pass_dead, NULL, {ANY}, true, 0},
    {"merge-if", ir_pass_merge_if, NULL, {IR_IF, IR_IF}, false, 0},
    {"select", ir_pass_select, NULL, {IR_IF, IR_IF}, false, 0},
    {"sink", ir_pass_sink, NULL, {ANY}, false, 0},
};

enum { PASSES = sizeof passes / sizeof *passes };

const char ir_passes_names[] =
    "bits, pair, stale-flags, flags, constants, temps, dead, merge-if, select, sink";

static unsigned disabled; // a bit a pass

const char *ir_passes_disable(const char *list)
{
    for (;;) {
        const size_t n = strcspn(list, ",");
        unsigned k = 0;
        while (k < PASSES && (strlen(passes[k].name) != n || memcmp(passes[k].name, list, n)))
            k++;
        if (k == PASSES) return list;
        disabled |= 1u << k;
        if (!list[n]) return NULL;
        list += n + 1;
    }
}

void ir_passes(struct ir_block *b)
{
    for (unsigned k = 0; k < PASSES; k++) {
        const enum ir_op *of = passes[k].of;
        if (b->quick && passes[k].hasty && ir_seen(b, passes[k].hasty) < 2) continue;
        if (of[0] != ANY && !ir_seen(b, of[0]) && !ir_seen(b, of[1])) continue;
        if (!(disabled >> k & 1))
            passes[k].pass(b);
        else if (passes[k].instead)
            passes[k].instead(b);
        if (passes[k].compact) ir_compact(b);
    }
}
