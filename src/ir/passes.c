#include "ir/passes.h"
#include "ir/use.h"

#include <string.h>

// In place of ir_pass_flags: everybody may look at all of them.
static void all_flags(struct ir_block *b)
{
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        i->keeps = i->after = IR_NZCV;
        if (i->op == IR_GOTO || i->op == IR_GOTO_REG) i->reads = IR_NZCV;
    }
    for (unsigned k = 0; k < b->nblocks; k++)
        b->blocks[k].live = IR_NZCV;
}

#define ANY   IR_OP_COUNT
#define QUICK "quick"
#define STALE "stale-flags"

static const struct {
    const char *name;
    void (*pass)(struct ir_block *);
    void (*instead)(struct ir_block *); // where it is left out
    enum ir_op of[2];                   // without these there is nothing to do
    bool compact;                       // those behind it look at neighbours
} passes[] = {
    {QUICK, NULL, NULL, {ANY}, false},
    {"rounds", ir_pass_rounds, NULL, {IR_SBC, IR_SBC}, false},
    {"bits", ir_pass_bits, NULL, {ANY}, true},
    {"pair", ir_pass_pair, NULL, {IR_LDV64, IR_STV64}, true},
    {STALE, ir_pass_stale_flags, NULL, {ANY}, false},
    {"flags", ir_pass_flags, all_flags, {ANY}, false},
    {"constants", ir_pass_constants, NULL, {ANY}, false},
    {"temps", ir_pass_temps, NULL, {ANY}, false},
    {"dead", ir_pass_dead, NULL, {ANY}, true},
    {"same", ir_pass_same, NULL, {IR_LSL, IR_LSR}, true},
    {"merge-if", ir_pass_merge_if, NULL, {IR_IF, IR_IF}, false},
    {"select", ir_pass_select, NULL, {IR_IF, IR_IF}, false},
    {"defer", ir_pass_defer, NULL, {IR_IF, IR_IF}, false},
    {"sink", ir_pass_sink, NULL, {ANY}, false},
};

enum { PASSES = sizeof passes / sizeof *passes };

const char ir_passes_names[] =
    "quick, rounds, bits, pair, stale-flags, flags, constants, temps, dead, same, merge-if, select, defer, sink";

static unsigned disabled; // a bit a pass
static bool exact_flags;  // … ir_pass_stale_flags among them
static bool no_quick;     // ir_pass_quick stands for some of them

static bool is_stale_flags(const char *name)
{
    return !strcmp(name, STALE);
}

const char *ir_passes_disable(const char *list)
{
    for (;;) {
        const size_t n = strcspn(list, ",");
        unsigned k = 0;
        while (k < PASSES && (strlen(passes[k].name) != n || memcmp(passes[k].name, list, n)))
            k++;
        if (k == PASSES) return list;
        disabled |= 1u << k;
        if (is_stale_flags(passes[k].name))
            exact_flags = true;
        else
            no_quick = true;
        if (!list[n]) return NULL;
        list += n + 1;
    }
}

bool ir_passes_may_be_stale(void)
{
    return !exact_flags;
}

bool ir_passes_may_be_quick(void)
{
    return !no_quick;
}

static void quick(struct ir_block *b)
{
    if (ir_seen(b, IR_LDV64) || ir_seen(b, IR_STV64)) {
        ir_pass_pair(b);
        ir_compact(b);
    }
    ir_pass_quick(b);
}

void ir_passes(struct ir_block *b)
{
    if (b->quick) {
        quick(b);
        return;
    }
    for (unsigned k = 0; k < PASSES; k++) {
        const enum ir_op *of = passes[k].of;
        if (of[0] != ANY && !ir_seen(b, of[0]) && !ir_seen(b, of[1])) continue;
        if (!(disabled >> k & 1) && passes[k].pass)
            passes[k].pass(b);
        else if (passes[k].instead)
            passes[k].instead(b);
        if (passes[k].compact) ir_compact(b);
    }
}
