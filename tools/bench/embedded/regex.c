// A matcher of patterns that goes back: letters, `.`, sets, `*`, `+`, `?`, `^`, `$`.
#include <stdbool.h>
#include "program.h"

static const char *after_atom(const char *p)
{
    if (*p == '[')
        while (*p != ']')
            p++;
    return p + 1;
}

static bool one(const char *p, char c)
{
    if (!c) return false;
    if (*p == '.') return true;
    if (*p != '[') return *p == c;
    const bool negated = p[1] == '^';
    bool found = false;
    for (p += negated ? 2 : 1; *p != ']'; p++) {
        if (p[1] == '-' && p[2] != ']') {
            found |= c >= p[0] && c <= p[2];
            p += 2;
        } else {
            found |= *p == c;
        }
    }
    return found != negated;
}

static const char *here(const char *p, const char *s)
{
    if (!*p) return s;
    if (*p == '$' && !p[1]) return *s ? NULL : s;
    const char *const next = after_atom(p);
    const char times = *next;
    if (times != '*' && times != '+' && times != '?') return one(p, *s) ? here(next, s + 1) : NULL;
    int most = 0;
    while ((times != '?' || most < 1) && one(p, s[most]))
        most++;
    for (int n = most; n >= (times == '+'); n--) {
        const char *const end = here(next + 1, s + n);
        if (end) return end;
    }
    return NULL;
}

static int match(const char *p, const char *s)
{
    if (*p == '^') return here(p + 1, s) ? 0 : -1;
    for (int i = 0;; i++) {
        if (here(p, s + i)) return i;
        if (!s[i]) return -1;
    }
}

static void work(long rounds)
{
    static const char *const patterns[] = {"^[a-z]+@[a-z.]+$", "[0-9]+-[0-9]+", "a.*b.*c",
                                           "x?y+z*$",          "[^a-z ]+ .*q",  "colou?r"};
    static const char *const texts[] = {"someone@example.org",       "call 555-1234 now",
                                        "an abacus, bought cheaply", "what is in xyyyz",
                                        "PLEASE be quick about it",  "the color of the colours",
                                        "aaaaaaaaaaaaaaaaaaaab"};
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < 6; i++)
            for (int k = 0; k < 7; k++)
                sum = mix(sum, (uint32_t)match(patterns[i], texts[k] + (r & 1)));
    printf("%08x\n", sum);
}
