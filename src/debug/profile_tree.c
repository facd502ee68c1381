#include "debug/profile_tree.h"

#include <string.h>

#include "base/pages.h"

enum { FIRST_ROOM = 4096 };

bool profile_tree_init(struct profile_tree *t)
{
    t->room = FIRST_ROOM;
    t->node = pages_new(t->room * sizeof *t->node);
    t->hash = pages_new(PROFILE_HASH * sizeof *t->hash);
    t->n = 1;
    return t->node && t->hash;
}

void profile_tree_clear(struct profile_tree *t)
{
    memset(t->hash, 0, PROFILE_HASH * sizeof *t->hash);
    memset(t->node, 0, sizeof *t->node);
    t->n = 1;
}

void profile_tree_free(struct profile_tree *t)
{
    if (t->node) munmap(t->node, t->room * sizeof *t->node);
    if (t->hash) munmap(t->hash, PROFILE_HASH * sizeof *t->hash);
}

static bool grow(struct profile_tree *t)
{
    const size_t size = t->room * sizeof *t->node;
    void *more = mremap(t->node, size, 2 * size, MREMAP_MAYMOVE);
    if (more == MAP_FAILED) return false;
    t->node = more;
    t->room *= 2;
    return true;
}

uint32_t profile_tree_child(struct profile_tree *t, uint32_t parent, enum profile_kind kind, uint32_t value)
{
    const uint32_t mixed = (value ^ parent * 0x9e3779b1u ^ (uint32_t)kind << 30) * 0x85ebca6bu;
    uint32_t *head = &t->hash[(mixed >> 16) % PROFILE_HASH];
    for (uint32_t k = *head; k; k = t->node[k].same) {
        const struct profile_node *n = &t->node[k];
        if (n->parent == parent && n->kind == kind && n->value == value) return k;
    }
    if (t->n == t->room && !grow(t)) return parent;
    const uint32_t k = t->n++;
    t->node[k] = (struct profile_node){.value = value,
                                       .parent = parent,
                                       .sibling = t->node[parent].child,
                                       .same = *head,
                                       .kind = (uint8_t)kind};
    t->node[parent].child = *head = k;
    return k;
}

void profile_tree_add(struct profile_tree *t, uint32_t node, uint32_t samples, uint64_t ns)
{
    t->node[node].samples += samples;
    t->node[node].ns += ns;
}
