// Huffman's codes: counting, a heap, a tree, bits written and read again.
#include "program.h"

enum { SYMBOLS = 64, TEXT = 500 };
static uint8_t text[TEXT], bits[TEXT * 4], length[SYMBOLS];
static uint32_t code[SYMBOLS];
static struct node {
    uint32_t weight;
    int16_t left, right; // left < 0: a symbol, which is right
} nodes[2 * SYMBOLS];
static int heap[SYMBOLS], heap_size;

static void sift_down(int at)
{
    for (int child; (child = 2 * at + 1) < heap_size; at = child) {
        if (child + 1 < heap_size && nodes[heap[child + 1]].weight < nodes[heap[child]].weight) child++;
        if (nodes[heap[at]].weight <= nodes[heap[child]].weight) break;
        const int t = heap[at];
        heap[at] = heap[child];
        heap[child] = t;
    }
}

static int pop(void)
{
    const int top = heap[0];
    heap[0] = heap[--heap_size];
    sift_down(0);
    return top;
}

static void name(int n, uint32_t prefix, int depth)
{
    if (nodes[n].left < 0) {
        code[nodes[n].right] = prefix;
        length[nodes[n].right] = (uint8_t)depth;
        return;
    }
    name(nodes[n].left, prefix << 1, depth + 1);
    name(nodes[n].right, prefix << 1 | 1, depth + 1);
}

static uint32_t there_and_back(void)
{
    int n = 0;
    for (; n < SYMBOLS; n++)
        nodes[n] = (struct node){1, -1, (int16_t)n};
    for (int i = 0; i < TEXT; i++)
        nodes[text[i]].weight++;
    for (heap_size = 0; heap_size < SYMBOLS; heap_size++)
        heap[heap_size] = heap_size;
    for (int i = SYMBOLS / 2; i >= 0; i--)
        sift_down(i);
    while (heap_size > 1) {
        const int a = pop(), b = heap[0];
        nodes[n] = (struct node){nodes[a].weight + nodes[b].weight, (int16_t)a, (int16_t)b};
        heap[0] = n++;
        sift_down(0);
    }
    name(n - 1, 0, 0);
    uint32_t at = 0;
    memset(bits, 0, sizeof bits);
    for (int i = 0; i < TEXT; i++)
        for (int k = length[text[i]] - 1; k >= 0; k--, at++)
            bits[at >> 3] |= (uint8_t)((code[text[i]] >> k & 1) << (at & 7));
    const uint32_t end = at;
    at = 0;
    for (int i = 0; i < TEXT; i++) {
        int node = n - 1;
        for (; nodes[node].left >= 0; at++)
            node = bits[at >> 3] >> (at & 7) & 1 ? nodes[node].right : nodes[node].left;
        if (nodes[node].right != text[i]) abort();
    }
    return end;
}

static void work(long rounds)
{
    uint32_t seed = 31, sum = 0;
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < TEXT; i++) {
            const uint32_t v = next_random(&seed);
            text[i] = (uint8_t)((v & 63) * (v >> 8 & 63) / 64);
        }
        sum = mix(sum, there_and_back());
    }
    printf("%08x\n", sum);
}
