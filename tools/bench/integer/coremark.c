// What CoreMark is about, in own words: linked lists, small matrices, a state machine over text, checksums.
#include "program.h"

enum { NODES = 128, DIM = 16, TEXT = 1024 };

struct node {
    struct node *next;
    int16_t key, value;
};

static struct node nodes[NODES];
static int16_t a[DIM][DIM], b[DIM][DIM];
static int32_t c[DIM][DIM];
static char text[TEXT + 1];

static uint16_t crc16(uint16_t crc, uint32_t v, int bits)
{
    for (int i = 0; i < bits; i++) {
        const unsigned bit = (crc ^ v) & 1;
        crc >>= 1;
        v >>= 1;
        if (bit) crc ^= 0xa001;
    }
    return crc;
}

static struct node *merge(struct node *x, struct node *y, int by_value)
{
    struct node head, *tail = &head;
    while (x && y) {
        const int d = by_value ? x->value - y->value : x->key - y->key;
        struct node **from = d <= 0 ? &x : &y;
        tail->next = *from;
        tail = *from;
        *from = (*from)->next;
    }
    tail->next = x ? x : y;
    return head.next;
}

static struct node *sort(struct node *list, int n, int by_value)
{
    if (n == 1) {
        list->next = NULL;
        return list;
    }
    struct node *half = list;
    for (int i = 0; i < n / 2; i++)
        half = half->next;
    return merge(sort(list, n / 2, by_value), sort(half, n - n / 2, by_value), by_value);
}

static struct node *reverse(struct node *list)
{
    struct node *done = NULL;
    while (list) {
        struct node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static uint16_t lists(uint32_t seed)
{
    for (int i = 0; i < NODES; i++) {
        nodes[i].key = (int16_t)i;
        nodes[i].value = (int16_t)((i * 7919 + seed) & 0x3ff);
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
    }
    struct node *list = sort(nodes, NODES, 1);
    uint16_t crc = 0;
    for (int i = 0; i < 8; i++) {
        const int wanted = (int)(seed + (uint32_t)i * 31) & 0x3ff;
        const struct node *n = list;
        while (n && n->value != wanted)
            n = n->next;
        crc = crc16(crc, n ? (uint32_t)n->key : 0xffff, 16);
        list = reverse(list);
    }
    list = sort(list, NODES, 0);
    for (const struct node *n = list; n; n = n->next)
        crc = crc16(crc, (uint16_t)n->value, 16);
    return crc;
}

static uint16_t matrices(uint32_t seed)
{
    for (int i = 0; i < DIM; i++)
        for (int j = 0; j < DIM; j++) {
            a[i][j] = (int16_t)((seed + (uint32_t)(i * DIM + j) * 3) & 0xff);
            b[i][j] = (int16_t)(a[i][j] + (i ^ j));
        }
    uint32_t sum = 0;
    for (int i = 0; i < DIM; i++)
        for (int j = 0; j < DIM; j++) {
            int32_t s = 0;
            for (int k = 0; k < DIM; k++)
                s += a[i][k] * b[k][j];
            c[i][j] = s;
        }
    for (int i = 0; i < DIM; i++)
        for (int j = 0; j < DIM; j++) {
            const uint32_t v = (uint32_t)c[i][j];
            sum += (v >> 2 & 15) * (v >> 5 & 0x7f);
            sum = c[i][j] > 5000 ? sum + 10 : sum + 1;
        }
    return crc16(0, sum, 32);
}

// Classifies comma-separated words: integers, decimal fractions, exponents, hexadecimal, the rest.
static uint16_t states(void)
{
    enum state { START, SIGN, INT, POINT, FRACTION, EXPONENT, EXPONENT_INT, ZERO, HEX, BAD, STATES };
    uint32_t ends[STATES] = {0}, moves = 0;
    enum state s = START;
    for (const char *p = text; *p; p++) {
        const char ch = *p;
        const enum state before = s;
        if (ch == ',') {
            ends[s]++;
            s = START;
            continue;
        }
        const int digit = ch >= '0' && ch <= '9';
        switch (s) {
        case START:
            s = ch == '+' || ch == '-' ? SIGN : ch == '0' ? ZERO : digit ? INT : ch == '.' ? POINT : BAD;
            break;
        case SIGN: s = digit ? INT : ch == '.' ? POINT : BAD; break;
        case ZERO: s = ch == 'x' ? HEX : digit ? INT : ch == '.' ? POINT : BAD; break;
        case INT: s = digit ? INT : ch == '.' ? POINT : ch == 'e' ? EXPONENT : BAD; break;
        case POINT:
        case FRACTION: s = digit ? FRACTION : ch == 'e' ? EXPONENT : BAD; break;
        case EXPONENT: s = digit || ch == '-' ? EXPONENT_INT : BAD; break;
        case EXPONENT_INT: s = digit ? EXPONENT_INT : BAD; break;
        case HEX: s = digit || (ch >= 'a' && ch <= 'f') ? HEX : BAD; break;
        default: break;
        }
        if (s != before) moves++;
    }
    uint16_t crc = crc16(0, moves, 32);
    for (int i = 0; i < STATES; i++)
        crc = crc16(crc, ends[i], 16);
    return crc;
}

static void make_text(void)
{
    static const char *const words[] = {"5012", "+874",  "-122.5", "0xbeef", "1.5e10",
                                        ".25",  "12e-3", "T0.3",   "0x1g",   "7."};
    text[0] = 0;
    size_t n = 0;
    for (unsigned i = 0; n + 8 < TEXT; i = (i * 7 + 3) % 101) {
        const char *w = words[i % 10];
        memcpy(text + n, w, strlen(w));
        n += strlen(w);
        text[n++] = ',';
        text[n] = 0;
    }
}

static void work(long rounds)
{
    make_text();
    uint16_t crc = 0;
    for (long i = 0; i < rounds; i++) {
        crc = crc16(crc, lists((uint32_t)i), 16);
        crc = crc16(crc, matrices(crc), 16);
        crc = crc16(crc, states(), 16);
    }
    printf("%04x\n", crc);
}
