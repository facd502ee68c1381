// What Dhrystone is about, in own words: records linked by pointers, thirty-byte strings copied and compared,
// small procedures with in-out parameters, enumerations, arrays with computed subscripts.
#include "program.h"

enum colour { RED, GREEN, BLUE, BLACK, WHITE };
struct record {
    struct record *next;
    enum colour kind;
    int number;
    char name[31];
};
static struct record first, second;
static int line[50], table[50][50], total;
static char last_char;

__attribute__((noinline)) static enum colour next_colour(enum colour c, int lucky)
{
    switch (c) {
    case RED: return lucky > 100 ? BLUE : GREEN;
    case GREEN: return lucky & 1 ? BLACK : RED;
    case BLUE: return WHITE;
    case BLACK: return GREEN;
    default: return RED;
    }
}

__attribute__((noinline)) static void add(int a, int b, int *out)
{
    *out = a + b + 2;
}

__attribute__((noinline)) static void fill(int *row, int (*all)[50], int at, int value)
{
    const int where = at + 5;
    row[where] = value;
    row[where + 1] = row[where];
    row[where + 20] = where;
    for (int i = where; i <= where + 1; i++)
        all[where][i] = where;
    all[where][where - 1]++;
    all[where + 10][where] = row[where];
    total = 5 + value;
}

__attribute__((noinline)) static int same_at(char a, char b)
{
    if (a != b) return 0;
    last_char = a;
    return 1;
}

__attribute__((noinline)) static int later(const char *a, const char *b)
{
    int i = 2;
    while (i <= 2)
        if (!same_at(a[i], b[i + 1]))
            i++;
        else
            i += 2;
    if (strcmp(a, b) <= 0) return 0;
    total += 7;
    return 1;
}

__attribute__((noinline)) static void advance(struct record *r, int lucky)
{
    struct record *n = r->next;
    *n = *r;
    r->number = 5;
    n->number = r->number;
    n->next = r->next;
    add(n->number, lucky, &n->number);
    n->kind = next_colour(r->kind, n->number);
    if (n->kind == RED) strcpy(n->name, "the record that came out red..");
    r->kind = n->kind;
}

static void work(long rounds)
{
    uint32_t sum = 0;
    char here[31], there[31];
    first.next = &second;
    first.kind = GREEN;
    strcpy(first.name, "a record with a name of thirty");
    strcpy(here, "a text of thirty letters, no 1");
    for (long i = 0; i < rounds; i++) {
        int a = 2 + (int)(i & 1), b = 3, c = 0;
        strcpy(there, "a text of thirty letters, no 2");
        if (!later(here, there)) b = 4;
        while (a < b) {
            c = 5 * a - b;
            add(a, b, &c);
            a++;
        }
        fill(line, table, a & 7, c);
        advance(&first, total);
        for (char ch = 'A'; ch <= 'C'; ch++)
            if (same_at(ch, 'C')) first.kind = next_colour(first.kind, (int)i);
        b = b * a;
        a = b / (c | 1);
        b = 7 * (b - c) - a;
        sum = mix(sum, (uint32_t)(a + b + total + second.number) + second.kind + (uint8_t)last_char);
    }
    printf("%08x %s\n", sum, second.name);
}
