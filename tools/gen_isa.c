// gen_isa OUTDIR TABLE...: makes the decoder's const data from the encoding tables in src/isa/*.tbl.
//
// A table starts with
//     %space NAME WIDTH            the encoding space, 16 or 32 bits wide
//     %index HI:LO HI:LO           the bits that select the list of candidate rows
// and then has one row an encoding; a line that starts with white space continues the row above it:
//     PATTERN OP FEATURE [LHS=EXPR | when(EXPR) | unp(EXPR) | undef(EXPR)]... "SYNTAX"
// PATTERN has one character a bit: 0 and 1 are fixed; `-` and `+` should be 0 and 1, else the encoding is
// UNPREDICTABLE (the manual's (0) and (1)); `.` is ignored; a letter names a field (its bits need not be
// adjacent). Fields are variables in the C expressions; `it` is true inside an IT block. LHS is a member of
// struct insn. when: the row matches only if EXPR holds. unp: the encoding is UNPREDICTABLE if EXPR holds,
// undef: UNDEFINED. A 32-bit pattern that starts with `cccc` has a condition field (never 15). Writes
// OUTDIR/ops.h (enum op, in the order of first appearance), OUTDIR/slots.h (which place of a space's index an
// encoding has) and OUTDIR/tables.c.
#define _GNU_SOURCE // open_memstream
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_ROWS = 1200,
    MAX_BODIES = 2400,
    MAX_OPS = 1200,
    MAX_TOKENS = 48,
    MAX_INDEX = 1 << 14,
    MAX_LISTS = 1 << 16
};

struct row {
    char pattern[33];
    char *op, *feature, *syntax;
    char *tokens[MAX_TOKENS]; // assignments and conditions, as written
    int ntokens, line;
    unsigned mask, value;
    unsigned should_mask, should_value;
    int extract; // number of its function
};

struct space {
    const char *file;
    char name[16];
    int width;
    int hi, hi_n, lo, lo_n;
    struct row rows[MAX_ROWS];
    int nrows;
};

static char *ops[MAX_OPS];
static int nops;
static char *family_first[16]; // first op that a space brings in
static int nfamilies;

static void die(const struct space *sp, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: ", sp->file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static char *copy(const char *s, size_t n)
{
    char *p = malloc(n + 1);
    if (!p) abort();
    memcpy(p, s, n);
    p[n] = 0;
    return p;
}

// The next token: a quoted string, or text up to white space outside parentheses. NULL at the end.
static char *token(const char **pp)
{
    const char *p = *pp;
    while (isspace((unsigned char)*p))
        p++;
    if (!*p) return NULL;
    const char *start = p;
    if (*p == '"') {
        for (p++; *p && *p != '"'; p++)
            if (*p == '\\' && p[1]) p++;
        if (*p) p++;
    } else {
        for (int depth = 0; *p && (depth || !isspace((unsigned char)*p)); p++) {
            if (*p == '(') depth++;
            if (*p == ')') depth--;
        }
    }
    *pp = p;
    return copy(start, (size_t)(p - start));
}

static void add_op(const char *name)
{
    for (int i = 0; i < nops; i++)
        if (!strcmp(ops[i], name)) return;
    if (nops == MAX_OPS) abort();
    ops[nops++] = copy(name, strlen(name));
}

static void parse_row(struct space *sp, const char *text, int line)
{
    if (sp->nrows == MAX_ROWS) die(sp, line, "too many rows");
    struct row *r = &sp->rows[sp->nrows++];
    r->line = line;
    int bits = 0;
    const char *p = text;
    while (bits < sp->width) {
        char *t = token(&p);
        if (!t) die(sp, line, "pattern has %d bits, wants %d", bits, sp->width);
        for (char *q = t; *q; q++) {
            if (bits == sp->width) die(sp, line, "pattern is longer than %d bits", sp->width);
            if (!strchr("01-+.", *q) && !isalpha((unsigned char)*q))
                die(sp, line, "bad pattern character '%c'", *q);
            r->pattern[bits] = *q;
            r->mask = r->mask << 1 | (*q == '0' || *q == '1');
            r->value = r->value << 1 | (*q == '1');
            r->should_mask = r->should_mask << 1 | (*q == '-' || *q == '+');
            r->should_value = r->should_value << 1 | (*q == '+');
            bits++;
        }
        free(t);
    }
    r->op = token(&p);
    r->feature = token(&p);
    if (!r->op || !r->feature) die(sp, line, "wants an operation and a feature");
    for (char *t; (t = token(&p));) {
        if (*t == '"') {
            r->syntax = t;
            continue;
        }
        if (r->ntokens == MAX_TOKENS) die(sp, line, "too many fields");
        if (!strchr(t, '=') && strncmp(t, "when(", 5) && strncmp(t, "unp(", 4) && strncmp(t, "undef(", 6))
            die(sp, line, "'%s' is neither an assignment nor a condition", t);
        r->tokens[r->ntokens++] = t;
    }
    if (!r->syntax) die(sp, line, "no syntax template");
    add_op(r->op);
}

static void parse(struct space *sp, const char *file)
{
    FILE *f = fopen(file, "r");
    if (!f) {
        perror(file);
        exit(1);
    }
    sp->file = file;
    const int first_op = nops;
    char line[1024], text[8192] = "";
    int n = 0, start = 0;
    while (fgets(line, sizeof line, f)) {
        n++;
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '#' || line[strspn(line, " \t")] == 0) continue;
        if (line[0] == '%') {
            int a, b, c, d;
            if (sscanf(line, "%%space %15s %d", sp->name, &sp->width) == 2) continue;
            if (sscanf(line, "%%index %d:%d %d:%d", &a, &b, &c, &d) == 4) {
                sp->hi = b, sp->hi_n = a - b + 1, sp->lo = d, sp->lo_n = c - d + 1;
                if (sp->hi_n + sp->lo_n > 14) die(sp, n, "at most 14 index bits");
                continue;
            }
            die(sp, n, "unknown directive");
        }
        if (isspace((unsigned char)line[0])) { // continuation
            if (strlen(text) + strlen(line) + 1 > sizeof text) die(sp, n, "row too long");
            strcat(text, line);
            continue;
        }
        if (text[0]) parse_row(sp, text, start);
        strcpy(text, line);
        start = n;
    }
    if (text[0]) parse_row(sp, text, start);
    fclose(f);
    if (nops > first_op) family_first[nfamilies] = ops[first_op];
    nfamilies++;
}

static void emit_field(FILE *o, const struct row *r, int width, char letter)
{
    // Runs of adjacent bits of the field, most significant first.
    char expr[512] = "";
    for (int i = 0; i < width;) {
        if (r->pattern[i] != letter) {
            i++;
            continue;
        }
        int j = i;
        while (j < width && r->pattern[j] == letter)
            j++;
        const int n = j - i, lo = width - j;
        char part[600];
        if (expr[0])
            snprintf(part, sizeof part, "(%s) << %d | (raw >> %d & 0x%xu)", expr, n, lo, (1u << n) - 1);
        else
            snprintf(part, sizeof part, "raw >> %d & 0x%xu", lo, n == 32 ? ~0u : (1u << n) - 1);
        memcpy(expr, part, sizeof expr - 1);
        i = j;
    }
    fprintf(o, "    const uint32_t %c = %s;\n", letter, expr);
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

// Whether a row says something by a field.
static bool uses_field(const struct row *r, char letter)
{
    if (letter == 'c' && !strncmp(r->pattern, "cccc", 4)) return true;
    for (int i = 0; i < r->ntokens; i++) {
        const char *t = r->tokens[i];
        for (const char *p = strchr(t, letter); p; p = strchr(p + 1, letter))
            if ((p == t || !is_word(p[-1])) && !is_word(p[1])) return true;
    }
    return false;
}

static void emit_body(FILE *o, const struct space *sp, const struct row *r)
{
    for (int i = 0; i < sp->width; i++) {
        const char ch = r->pattern[i];
        if (isalpha((unsigned char)ch) && !memchr(r->pattern, ch, (size_t)i) && uses_field(r, ch))
            emit_field(o, r, sp->width, ch);
    }
    if (sp->width == 32 && !strncmp(r->pattern, "cccc", 4))
        fprintf(o, "    if (c == 15) return ISA_NO_MATCH;\n    in->cond = (uint8_t)c;\n");
    for (int i = 0; i < r->ntokens; i++)
        if (!strncmp(r->tokens[i], "when(", 5))
            fprintf(o, "    if (!%s) return ISA_NO_MATCH;\n", r->tokens[i] + 4);
    for (int i = 0; i < r->ntokens; i++)
        if (!strncmp(r->tokens[i], "undef(", 6))
            fprintf(o, "    if (%s) return ISA_UNDEFINED;\n", r->tokens[i] + 5);
    for (int i = 0; i < r->ntokens; i++) {
        char *t = r->tokens[i];
        if (!strncmp(t, "when(", 5) || !strncmp(t, "unp(", 4) || !strncmp(t, "undef(", 6)) continue;
        char *eq = strchr(t, '=');
        const int lhs = (int)(eq - t);
        const char *type = lhs == 3 && !strncmp(t, "imm", 3) ? "uint32_t" : "uint8_t";
        fprintf(o, "    in->%.*s = (%s)(%s);\n", lhs, t, type, eq + 1);
    }
    for (int i = 0; i < r->ntokens; i++)
        if (!strncmp(r->tokens[i], "unp(", 4))
            fprintf(o, "    if %s return ISA_UNPREDICTABLE;\n", r->tokens[i] + 3);
    fprintf(o, "    return ISA_OK;\n}\n\n");
}

// Rows that say the same of their operands share a function: fewer are needed, and they are met more often.
static void emit_extraction(FILE *o, const struct space *sp, struct row *r)
{
    static char *bodies[MAX_BODIES];
    static int n;
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f) abort();
    emit_body(f, sp, r);
    if (fclose(f)) abort();
    for (r->extract = 0; r->extract < n; r->extract++)
        if (!strcmp(bodies[r->extract], text)) {
            free(text);
            return;
        }
    if (n == MAX_BODIES) die(sp, r->line, "too many rows");
    bodies[n++] = text;
    fprintf(o, "// %s:%d %s …\n", sp->name, r->line, r->op);
    fprintf(o,
            "static int extract_%d(uint32_t raw, bool it, struct insn *in)\n{\n    (void)it, (void)raw, "
            "(void)in;\n%s",
            r->extract, text);
}

// Whether an encoding that has the row's fixed bits, and no condition 15, is the row's, with nothing to
// correct.
static bool is_plain(const struct row *r)
{
    for (int i = 0; i < r->ntokens; i++)
        if (!strncmp(r->tokens[i], "when(", 5) || !strcmp(r->tokens[i], "cond=15")) return false;
    return true;
}

static void emit_numbers(FILE *o, const struct space *sp, const char *name, const int *v, int n)
{
    fprintf(o, "static const uint16_t %s_%s[] = {", sp->name, name);
    for (int i = 0; i < n; i++)
        fprintf(o, "%s%d,", i % 16 ? " " : "\n    ", v[i]);
    fprintf(o, "\n};\n\n");
}

static void emit_index(FILE *o, const struct space *sp)
{
    static int index[MAX_INDEX], first[MAX_INDEX], lists[MAX_LISTS], cand[MAX_ROWS + 1];
    int nlists = 0;
    const int n = 1 << (sp->hi_n + sp->lo_n);
    for (int v = 0; v < n; v++) {
        const unsigned mask = ((1u << sp->hi_n) - 1) << sp->hi | ((1u << sp->lo_n) - 1) << sp->lo;
        const unsigned bits = (unsigned)(v >> sp->lo_n) << sp->hi | ((unsigned)v & ((1u << sp->lo_n) - 1))
                                                                        << sp->lo;
        int k = 0;
        for (int i = 0; i < sp->nrows; i++)
            if (!((sp->rows[i].value ^ bits) & sp->rows[i].mask & mask)) cand[k++] = i;
        cand[k++] = 0xffff;
        int at = 0; // the same list may be there already, also as the tail of a longer one
        for (; at + k <= nlists; at++)
            if (!memcmp(lists + at, cand, (size_t)k * sizeof *cand)) break;
        if (at + k > nlists) {
            at = nlists;
            if (nlists + k > MAX_LISTS) die(sp, 0, "candidate lists too long");
            memcpy(lists + nlists, cand, (size_t)k * sizeof *cand);
            nlists += k;
        }
        index[v] = at;
        first[v] = cand[0];
    }
    emit_numbers(o, sp, "lists", lists, nlists);
    emit_numbers(o, sp, "index", index, n);
    emit_numbers(o, sp, "first", first, n);
}

static void emit_space(FILE *o, struct space *sp)
{
    for (int i = 0; i < sp->nrows; i++)
        emit_extraction(o, sp, &sp->rows[i]);
    fprintf(o, "static const struct isa_row %s_rows[] = {\n", sp->name);
    for (int i = 0; i < sp->nrows; i++) {
        const struct row *r = &sp->rows[i];
        fprintf(o, "    {0x%08x, 0x%08x, 0x%08x, 0x%08x, extract_%d, OP_%s, ISA_%s, %d},\n", r->mask,
                r->value, r->should_mask, r->should_value, r->extract, r->op, r->feature, is_plain(r));
    }
    fprintf(o, "};\n\nstatic const char *const %s_syntax[] = {\n", sp->name);
    for (int i = 0; i < sp->nrows; i++)
        fprintf(o, "    %s,\n", sp->rows[i].syntax);
    fprintf(o, "};\n\n");
    emit_index(o, sp);
    fprintf(o,
            "const struct isa_space isa_%s = {\"%s\", %s_rows, %s_syntax, %s_first, %s_index, %s_lists, "
            "isa_%s_slot, %d, %d};\n\n",
            sp->name, sp->name, sp->name, sp->name, sp->name, sp->name, sp->name, sp->name, sp->nrows,
            sp->width / 8);
}

static void emit_slot(FILE *o, const struct space *sp)
{
    fprintf(o, "static inline uint32_t isa_%s_slot(uint32_t raw)\n{\n", sp->name);
    if (sp->hi == sp->lo + sp->lo_n)
        fprintf(o, "    return raw >> %d & 0x%x;\n}\n\n", sp->lo, (1 << (sp->hi_n + sp->lo_n)) - 1);
    else
        fprintf(o, "    return (raw >> %d & 0x%x) << %d | (raw >> %d & 0x%x);\n}\n\n", sp->hi,
                (1 << sp->hi_n) - 1, sp->lo_n, sp->lo, (1 << sp->lo_n) - 1);
}

static FILE *create(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    fprintf(f, "// Made by tools/gen_isa.c from src/isa/*.tbl. Do not edit.\n");
    return f;
}

static void finish(FILE *f)
{
    if (fclose(f)) {
        perror("gen_isa: write");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: gen_isa OUTDIR TABLE...\n");
        return 2;
    }
    struct space *sp = calloc((size_t)argc, sizeof *sp);
    if (!sp) abort();
    const int n = argc - 2;
    for (int i = 0; i < n; i++)
        parse(&sp[i], argv[i + 2]);

    FILE *h = create(argv[1], "ops.h");
    fprintf(h, "#ifndef STINKARM_GEN_OPS_H\n#define STINKARM_GEN_OPS_H\n\nenum op {\n");
    for (int i = 0; i < nops; i++)
        fprintf(h, "    OP_%s,\n", ops[i]);
    fprintf(h, "    OP_COUNT,\n\n    // The first operation that each table brings in.\n");
    for (int k = 0; k < n; k++) {
        if (!family_first[k]) continue;
        fprintf(h, "    OP_");
        for (const char *q = sp[k].name; *q; q++)
            fputc(toupper((unsigned char)*q), h);
        fprintf(h, "_FIRST = OP_%s,\n", family_first[k]);
    }
    fprintf(h, "};\n\n#endif\n");
    finish(h);

    FILE *slots = create(argv[1], "slots.h");
    fprintf(slots, "#ifndef STINKARM_GEN_SLOTS_H\n#define STINKARM_GEN_SLOTS_H\n\n#include <stdint.h>\n\n");
    for (int i = 0; i < n; i++)
        emit_slot(slots, &sp[i]);
    fprintf(slots, "#endif\n");
    finish(slots);

    FILE *c = create(argv[1], "tables.c");
    fprintf(c, "#include \"gen/slots.h\"\n");
    fprintf(c, "#include \"isa/expand.h\"\n#include \"isa/table.h\"\n\n");
    for (int i = 0; i < n; i++)
        emit_space(c, &sp[i]);
    fprintf(c, "const char *isa_op_name(enum op op)\n{\n    static const char *const names[] = {\n");
    for (int i = 0; i < nops; i++)
        fprintf(c, "        \"%s\",\n", ops[i]);
    fprintf(c, "    };\n    return op < OP_COUNT ? names[op] : \"?\";\n}\n");
    finish(c);
    return 0;
}
