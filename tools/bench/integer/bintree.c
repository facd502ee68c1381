// malloc, free and pointers: binary trees of ten levels are grown, walked and felled.
#include "program.h"

struct tree {
    struct tree *left, *right;
    uint32_t value;
};

static struct tree *grow(int levels, uint32_t value)
{
    struct tree *t = malloc(sizeof *t);
    if (!t) abort();
    t->value = value;
    t->left = levels > 1 ? grow(levels - 1, value * 2) : NULL;
    t->right = levels > 1 ? grow(levels - 1, value * 2 + 1) : NULL;
    return t;
}

static uint32_t walk(const struct tree *t)
{
    return t ? t->value ^ (walk(t->left) * 3 + walk(t->right)) : 1;
}

static void fell(struct tree *t)
{
    if (!t) return;
    fell(t->left);
    fell(t->right);
    free(t);
}

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long i = 0; i < rounds; i++) {
        struct tree *t = grow(10, (uint32_t)i);
        sum = mix(sum, walk(t));
        fell(t);
    }
    printf("%08x\n", sum);
}
