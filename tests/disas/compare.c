// compare ACCEPTED [-a] <objdump-output: disassembles every instruction that objdump -d lists and compares
// the text.
//
// ACCEPTED lists the differences that are meant: one shell pattern a line, matched with "objdump's text =>
// our text" where a tab is a blank; '#' begins a comment. With -a all differences are printed, else the first
// few. Exit status 1 if there are any.
//
// objdump writes addresses as "HEX <symbol>", or "0xHEX" where there are no symbols: both become "0xHEX".
// It marks some UNPREDICTABLE encodings, takes some for UNDEFINED and does not look at others; we mark all.
// So for what we mark, UNDEFINED will do, or the same mnemonic. No compiler makes these: they are data.
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/insn.h"

enum { MAX_PATTERNS = 100, SHOWN = 40 };

struct patterns {
    char *text[MAX_PATTERNS];
    unsigned long hits[MAX_PATTERNS];
    int n;
};

static void read_patterns(struct patterns *p, const char *file)
{
    FILE *f = fopen(file, "r");
    if (!f) {
        perror(file);
        exit(2);
    }
    char line[1000];
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (!line[0] || line[0] == '#') continue;
        if (p->n == MAX_PATTERNS) {
            fprintf(stderr, "%s: too many patterns\n", file);
            exit(2);
        }
        p->text[p->n++] = strdup(line);
    }
    fclose(f);
}

static int is_accepted(struct patterns *p, const char *theirs, const char *ours)
{
    char flat[1000];
    snprintf(flat, sizeof flat, "%s => %s", theirs, ours);
    for (char *c = flat; *c; c++)
        if (*c == '\t') *c = ' ';
    for (int i = 0; i < p->n; i++)
        if (!fnmatch(p->text[i], flat, 0)) {
            p->hits[i]++;
            return 1;
        }
    return 0;
}

// "1234 <symbol+0x10>" becomes "0x1234"; white space at the end goes.
static void normalise(const char *in, char *out, size_t size)
{
    size_t n = 0;
    for (const char *p = in; *p && n + 12 < size;) {
        size_t hex = 0;
        while (isxdigit((unsigned char)p[hex]))
            hex++;
        const int starts = hex && (p == in || (!isalnum((unsigned char)p[-1]) && p[-1] != '#'));
        if (starts && !strncmp(p + hex, " <", 2) && strchr(p + hex, '>')) {
            n += (size_t)snprintf(out + n, size - n, "0x%.*s", (int)hex, p);
            p = strchr(p + hex, '>') + 1;
            while (*p == '>')
                p++; // C++ symbols
            continue;
        }
        out[n++] = *p++;
    }
    while (n && isspace((unsigned char)out[n - 1]))
        n--;
    out[n] = 0;
}

// Removes the mark and tells whether there was one.
static int strip_mark(char *s)
{
    static const char *const marks[] = {"\t@ <UNPREDICTABLE>",
                                        "\t@ unpredictable <IT:", "\t@ unpredictable branch"};
    int found = 0;
    for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++) {
        char *mark = strstr(s, marks[i]);
        if (mark) *mark = 0, found = 1;
    }
    return found;
}

static int same_mnemonic(const char *a, const char *b)
{
    const size_t n = strcspn(a, "\t");
    return n == strcspn(b, "\t") && !strncmp(a, b, n);
}

// A line "   1234:\te12fff1e \tbx\tlr". Returns the text, or NULL if it is no instruction's.
static const char *parse(char *line, unsigned long *addr, uint32_t *raw, int *thumb, int *wide)
{
    char *p;
    *addr = strtoul(line, &p, 16);
    if (p == line || p[0] != ':' || p[1] != '\t') return NULL;
    char *hex = p + 2, *end;
    const uint32_t a = (uint32_t)strtoul(hex, &end, 16);
    const long digits = end - hex;
    *thumb = digits == 4;
    *wide = digits == 8;
    *raw = a;
    if (digits != 4 && digits != 8) return NULL;
    if (*thumb && end[0] == ' ' && isxdigit((unsigned char)end[1])) {
        *raw = a << 16 | (uint32_t)strtoul(end + 1, &end, 16);
        *wide = 1;
    }
    char *text = strchr(end, '\t');
    if (!text) return NULL;
    text++;
    text[strcspn(text, "\n")] = 0;
    return text[0] == '.' ? NULL : text; // .word, .short: data by the file's own account
}

int main(int argc, char **argv)
{
    static struct patterns accepted;
    if (argc < 2) {
        fprintf(stderr, "usage: compare ACCEPTED [-a] <objdump-output\n");
        return 2;
    }
    read_patterns(&accepted, argv[1]);
    const int all = argc > 2 && !strcmp(argv[2], "-a");
    char line[2000];
    unsigned long n = 0, differ = 0, addr, next = 0;
    uint8_t it = 0;
    while (fgets(line, sizeof line, stdin)) {
        uint32_t raw;
        int thumb, wide;
        const char *text = parse(line, &addr, &raw, &thumb, &wide);
        if (!text) continue;
        char ours[400], theirs[400];
        if (addr != next || !thumb) it = 0;
        isa_disassemble(raw, thumb, wide, it, (uint32_t)addr, ours, sizeof ours);
        normalise(text, theirs, sizeof theirs);
        struct insn in;
        if (thumb && isa_decode_thumb(raw, wide, it, ~0u, &in) != ISA_UNDEFINED && in.op == OP_IT)
            it = (uint8_t)in.imm;
        else
            it = isa_it_advance(it);
        next = addr + (wide ? 4 : 2);
        n++;
        const int unpredictable = strip_mark(ours);
        strip_mark(theirs);
        if (unpredictable && (strstr(theirs, "<UNDEFINED>") || same_mnemonic(ours, theirs))) continue;
        if (!strcmp(ours, theirs) || is_accepted(&accepted, theirs, ours)) continue;
        if (differ++ < SHOWN || all)
            printf("\n%8lx: %0*x\n    objdump  %s\n    stinkarm %s\n", addr, wide ? 8 : 4, raw, theirs, ours);
    }
    printf("%lu instructions, %lu differ\n", n, differ);
    for (int i = 0; i < accepted.n; i++)
        if (accepted.hits[i]) printf("    accepted %7lu  %s\n", accepted.hits[i], accepted.text[i]);
    return differ != 0 || n == 0;
}
