// callgrind's format (valgrind's manual, "Callgrind Format Specification"), with addresses of instructions.
// How often functions were called nobody has counted: the numbers of calls are those of samples.
#include <stdlib.h>

#include "base/options.h"
#include "base/pages.h"
#include "debug/profile_report.h"

enum { NOBODY = ~0u };

// Time in a function at an address: its own, or that of what it calls there.
struct cost {
    uint32_t function, addr, callee; // NOBODY: its own
    uint32_t samples;
    uint64_t ns;
};

struct callgrind {
    const struct profile_data *data;
    struct profile_functions functions;
    struct cost *cost;
    uint32_t n;
};

static uint32_t address_of(const struct profile_node *n)
{
    return n->kind == PROFILE_CODE ? n->value : 0;
}

// The same call, further out: its time has this one's in it.
static bool is_recursive(const struct callgrind *g, uint32_t node)
{
    const struct profile_node *all = g->data->tree.node;
    const uint32_t *of = g->functions.of, callee = of[node], site = all[node].parent;
    for (uint32_t k = site, parent; (parent = all[k].parent); k = parent)
        if (of[k] == callee && of[parent] == of[site] && address_of(&all[parent]) == address_of(&all[site]))
            return true;
    return false;
}

static void add(struct callgrind *g, struct cost c)
{
    if (c.samples) g->cost[g->n++] = c;
}

static void add_all(struct callgrind *g, struct profile_node *total)
{
    const struct profile_tree *t = &g->data->tree;
    const uint32_t *of = g->functions.of;
    for (uint32_t k = t->n; --k;) {
        const struct profile_node *n = &t->node[k];
        total[k].samples += n->samples, total[k].ns += n->ns;
        total[n->parent].samples += total[k].samples, total[n->parent].ns += total[k].ns;
        add(g, (struct cost){of[k], address_of(n), NOBODY, n->samples, n->ns});
        if (n->parent && !is_recursive(g, k))
            add(g, (struct cost){of[n->parent], address_of(&t->node[n->parent]), of[k], total[k].samples,
                                 total[k].ns});
    }
}

static int compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
    const struct cost *x = a, *y = b;
    int order = compare(x->function, y->function);
    if (!order) order = compare(x->callee + 1, y->callee + 1);
    return order ? order : compare(x->addr, y->addr);
}

static void sum_up(struct callgrind *g)
{
    uint32_t n = 0;
    qsort(g->cost, g->n, sizeof *g->cost, by_place);
    for (uint32_t k = 0; k < g->n; k++)
        if (n && !by_place(&g->cost[n - 1], &g->cost[k]))
            g->cost[n - 1].samples += g->cost[k].samples, g->cost[n - 1].ns += g->cost[k].ns;
        else
            g->cost[n++] = g->cost[k];
    g->n = n;
}

static unsigned long long us(uint64_t ns)
{
    return (ns + 500) / 1000;
}

// Nobody knows the source files.
static void put_all(const struct callgrind *g, struct profile_out *o)
{
    const struct profile_functions *f = &g->functions;
    for (uint32_t k = 0; k < g->n; k++) {
        const struct cost *c = &g->cost[k];
        if (!k || c[-1].function != c->function)
            profile_put(o, "\nob=%s\nfl=???\nfn=%s\n", profile_file(f, c->function),
                        profile_name(f, c->function));
        if (c->callee != NOBODY) {
            profile_put(o, "cob=%s\ncfi=???\ncfn=%s\n", profile_file(f, c->callee),
                        profile_name(f, c->callee));
            profile_put(o, "calls=%u 0x%x\n", (unsigned)c->samples, (unsigned)f->f[c->callee].addr);
        }
        profile_put(o, "0x%x %llu\n", (unsigned)c->addr, us(c->ns));
    }
}

static void put_header(const struct profile_data *data, struct profile_out *o, uint64_t ns)
{
    profile_put(o, "# callgrind format\nversion: 1\ncreator: stinkarm " STINKARM_VERSION "\n");
    profile_put(o, "cmd: %s\npositions: instr\n", *data->program ? data->program : "a machine");
    profile_put(o, "event: us : CPU time in microseconds\nevents: us\nsummary: %llu\n", us(ns));
}

bool profile_write_callgrind(const struct profile_data *data, const char *path, int flags)
{
    const uint32_t nodes = data->tree.n;
    struct callgrind g = {.data = data, .cost = pages_new(2 * nodes * sizeof *g.cost)};
    struct profile_node *total = pages_new(nodes * sizeof *total);
    struct profile_out *o = profile_out_open(path, flags);
    const bool ok = o && g.cost && total && profile_functions_find(&g.functions, data);
    if (ok) {
        add_all(&g, total);
        sum_up(&g);
        put_header(data, o, total[0].ns);
        put_all(&g, o);
    }
    profile_functions_free(&g.functions);
    if (total) munmap(total, nodes * sizeof *total);
    if (g.cost) munmap(g.cost, 2 * nodes * sizeof *g.cost);
    return o && profile_out_close(o) && ok;
}
