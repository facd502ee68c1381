// The C library's qsort: a call through a pointer for every comparison.
#include "program.h"

enum { ITEMS = 1024 };
struct item {
    uint32_t key, value;
};
static struct item items[ITEMS];

static int by_key(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : (x->value > y->value) - (x->value < y->value);
}

static void work(long rounds)
{
    uint32_t sum = 0, seed = 1;
    for (long i = 0; i < rounds; i++) {
        for (unsigned k = 0; k < ITEMS; k++)
            items[k] = (struct item){next_random(&seed) >> 20, k};
        qsort(items, ITEMS, sizeof *items, by_key);
        for (unsigned k = 0; k < ITEMS; k += 31)
            sum = mix(sum, items[k].key + items[k].value);
    }
    printf("%08x\n", sum);
}
