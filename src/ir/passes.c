#include "ir/passes.h"

#include <string.h>

// In place of ir_pass_flags: everybody may look at all of them.
static void all_flags(struct ir_block *b)
{
    for (unsigned k = 0; k < b->n; k++)
        b->insn[k].keeps = b->insn[k].after = IR_NZCV;
    for (unsigned k = 0; k < b->nblocks; k++)
        b->blocks[k].live = IR_NZCV;
}

static const struct {
    const char *name;
    void (*pass)(struct ir_block *);
    void (*instead)(struct ir_block *); // where it is left out
} passes[] = {
    {"bits", ir_pass_bits, NULL},
    {"pair", ir_pass_pair, NULL},
    {"stale-flags", ir_pass_stale_flags, NULL},
    {"flags", ir_pass_flags, all_flags},
    {"constants", ir_pass_constants, NULL},
    {"temps", ir_pass_temps, NULL},
    {"dead", ir_pass_dead, NULL},
    {"merge-if", ir_pass_merge_if, NULL},
    {"select", ir_pass_select, NULL},
    {"sink", ir_pass_sink, NULL},
};

enum { PASSES = sizeof passes / sizeof *passes };

const char ir_passes_names[] = "bits, pair, stale-flags, flags, constants, temps, dead, merge-if, select, sink";

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
    for (unsigned k = 0; k < PASSES; k++)
        if (!(disabled >> k & 1))
            passes[k].pass(b);
        else if (passes[k].instead)
            passes[k].instead(b);
}
