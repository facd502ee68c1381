// Containers: a search tree that keeps its balance by levels (Andersson), a hash table with chains, over the
// same keys.
#include "program.h"

enum { KEYS = 200, BUCKETS = 64 };
static struct node {
    uint32_t key;
    int level, left, right, next;
} node[KEYS + 1]; // 0: none
static int bucket[BUCKETS];

static int skew(int t)
{
    const int l = node[t].left;
    if (node[l].level != node[t].level || !l) return t;
    node[t].left = node[l].right;
    node[l].right = t;
    return l;
}

static int split(int t)
{
    const int r = node[t].right;
    if (!r || node[node[r].right].level != node[t].level) return t;
    node[t].right = node[r].left;
    node[r].left = t;
    node[r].level++;
    return r;
}

static int insert(int t, int n)
{
    if (!t) return n;
    if (node[n].key < node[t].key)
        node[t].left = insert(node[t].left, n);
    else
        node[t].right = insert(node[t].right, n);
    return split(skew(t));
}

static uint32_t in_order(int t, uint32_t sum)
{
    if (!t) return sum;
    sum = in_order(node[t].left, sum);
    return in_order(node[t].right, mix(sum, node[t].key));
}

static void work(long rounds)
{
    uint32_t seed = 77, sum = 0;
    for (long r = 0; r < rounds; r++) {
        int root = 0;
        memset(bucket, 0, sizeof bucket);
        for (int i = 1; i <= KEYS; i++) {
            node[i] = (struct node){.key = next_random(&seed) >> 20, .level = 1};
            root = insert(root, i);
            int *b = &bucket[node[i].key * 40503u >> 8 & (BUCKETS - 1)];
            node[i].next = *b;
            *b = i;
        }
        for (uint32_t key = 0; key < 4096; key += 16) {
            int t = root, h = bucket[key * 40503u >> 8 & (BUCKETS - 1)];
            while (t && node[t].key != key)
                t = key < node[t].key ? node[t].left : node[t].right;
            while (h && node[h].key != key)
                h = node[h].next;
            if (!t != !h) abort();
            sum += t != 0;
        }
        sum = in_order(root, sum);
    }
    printf("%08x\n", sum);
}
