#include "ir/passes.h"

#include <string.h>

static const struct {
    const char *name;
    void (*pass)(struct ir_block *);
} passes[] = {
    {"flags", ir_pass_flags}, {"constants", ir_pass_constants}, {"temps", ir_pass_temps},
    {"dead", ir_pass_dead},   {"merge-if", ir_pass_merge_if},   {"select", ir_pass_select},
};

enum { PASSES = sizeof passes / sizeof *passes };

const char ir_passes_names[] = "flags, constants, temps, dead, merge-if, select";

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
        if (!(disabled >> k & 1)) passes[k].pass(b);
}
