// Folded stacks: a line for each, its functions from the outermost on, and microseconds of CPU time.
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "debug/profile_report.h"

struct folded {
    const struct profile_data *data;
    struct profile_functions functions;
    struct profile_tree tree; // by functions; a node's value is a function's number
    struct profile_out *out;
};

// Of code without a name nobody knows whether it calls itself.
static bool is_unknown(const struct folded *f, uint32_t node)
{
    return f->data->tree.node[node].kind == PROFILE_CODE &&
           *profile_name(&f->functions, f->functions.of[node]) == '[';
}

// Calls from different places of a function are one.
static bool merge(struct folded *f)
{
    const struct profile_tree *from = &f->data->tree;
    uint32_t *node = pages_new(from->n * sizeof *node);
    for (uint32_t k = 1; node && k < from->n; k++) {
        const struct profile_node *n = &from->node[k];
        const bool same = f->functions.of[k] == f->functions.of[n->parent] && is_unknown(f, k);
        node[k] = same ? node[n->parent]
                       : profile_tree_child(&f->tree, node[n->parent], PROFILE_CODE, f->functions.of[k]);
        profile_tree_add(&f->tree, node[k], n->samples, n->ns);
    }
    if (node) munmap(node, from->n * sizeof *node);
    return node;
}

// A library's functions are told with its name.
static void put_frame(const struct folded *f, uint32_t function)
{
    const char *file = profile_file(&f->functions, function);
    const bool other = *file && strcmp(file, f->data->program);
    profile_put(f->out, "%s%s%s", other ? file : "", other ? "`" : "", profile_name(&f->functions, function));
}

static void put_path(const struct folded *f, uint32_t node)
{
    const struct profile_node *n = &f->tree.node[node];
    if (n->parent) {
        put_path(f, n->parent);
        profile_put(f->out, ";");
    }
    put_frame(f, n->value);
}

// Lines come in an order that does not depend on time.
static const struct folded *sorting;

static int by_name(const void *a, const void *b)
{
    const struct profile_functions *f = &sorting->functions;
    const uint32_t x = sorting->tree.node[*(const uint32_t *)a].value,
                   y = sorting->tree.node[*(const uint32_t *)b].value;
    const int order = strcmp(profile_name(f, x), profile_name(f, y));
    return order ? order : strcmp(profile_file(f, x), profile_file(f, y));
}

// order: room for as many nodes as there are.
static void put_tree(const struct folded *f, uint32_t node, uint32_t *order)
{
    const struct profile_node *all = f->tree.node;
    const unsigned long long us = (all[node].ns + 500) / 1000;
    if (us && node) {
        put_path(f, node);
        profile_put(f->out, " %llu\n", us);
    }
    uint32_t n = 0;
    for (uint32_t k = all[node].child; k; k = all[k].sibling)
        order[n++] = k;
    qsort(order, n, sizeof *order, by_name);
    for (uint32_t k = 0; k < n; k++)
        put_tree(f, order[k], order + n);
}

bool profile_write_folded(const struct profile_data *data, const char *path, int flags)
{
    struct folded f = {.data = data, .out = profile_out_open(path, flags)};
    if (!f.out) return false;
    bool ok = profile_functions_find(&f.functions, data) && profile_tree_init(&f.tree) && merge(&f);
    uint32_t *order = ok ? pages_new(f.tree.n * sizeof *order) : NULL;
    if (order) {
        sorting = &f;
        put_tree(&f, 0, order);
        munmap(order, f.tree.n * sizeof *order);
    }
    profile_tree_free(&f.tree);
    profile_functions_free(&f.functions);
    return profile_out_close(f.out) && order;
}
