#include "debug/monitor_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NESTED = 32 };

static bool wrong(struct parse *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(struct parse *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(p->why, sizeof p->why, fmt, ap);
    va_end(ap);
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           (unsigned char)c >= 128;
}

bool parse_end(struct parse *p)
{
    while (is_blank(*p->at))
        p->at++;
    return !*p->at;
}

size_t parse_word(struct parse *p, char *word, size_t size)
{
    size_t n = 0;
    parse_end(p);
    for (; *p->at && !is_blank(*p->at); p->at++)
        if (n + 1 < size) word[n++] = *p->at;
    word[n] = 0;
    return n;
}

// ---- values ----

static unsigned digit(char c)
{
    if (is_digit(c)) return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
    return 99;
}

bool parse_number(struct parse *p, uint64_t *value)
{
    const char *start = p->at;
    const bool hex = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
    const unsigned base = hex ? 16 : 10;
    uint64_t v = 0;
    if (hex) p->at += 2;
    const char *digits = p->at;
    for (; digit(*p->at) < base; p->at++) {
        if (v >> 58) return wrong(p, "'%.40s' is too large a number", start);
        v = v * base + digit(*p->at);
    }
    if (p->at == digits || is_letter(*p->at) || is_digit(*p->at))
        return wrong(p, "'%.40s' is not a number", start);
    *value = v;
    return true;
}

static bool number_term(struct parse *p, uint32_t *value)
{
    const char *start = p->at;
    uint64_t v;
    if (!parse_number(p, &v)) return false;
    *value = (uint32_t)v;
    return v >> 32 ? wrong(p, "'%.40s' has more than 32 bits", start) : true;
}

// Of a symbol in quotes, or of one without. FILE: is a part of it, unless nothing or a number is behind.
static bool name_of(struct parse *p, char name[PARSE_NAME])
{
    const char quote = *p->at == '\'' || *p->at == '"' ? *p->at : 0;
    size_t n = 0;
    if (quote) p->at++;
    for (;; p->at++) {
        const char c = *p->at;
        if (quote ? !c || c == quote
                  : !(is_letter(c) || is_digit(c) || c == '$' || c == '@' ||
                      (c == ':' && is_letter(p->at[1]) && n)))
            break;
        if (n + 1 == PARSE_NAME) return wrong(p, "a name of more than %d characters", PARSE_NAME - 1);
        name[n++] = c;
    }
    name[n] = 0;
    if (quote && *p->at++ != quote) return wrong(p, "the quote %c has no end", quote);
    return n ? true : wrong(p, "there is no name in the quotes");
}

static bool name_term(struct parse *p, uint32_t *value)
{
    char name[PARSE_NAME];
    const bool quoted = !is_letter(*p->at);
    if (!name_of(p, name)) return false;
    if (!quoted && p->names->reg(p->names->ctx, name, value)) return true;
    if (p->names->symbol(p->names->ctx, name, value)) return true;
    p->unknown = true;
    return wrong(p, "there is no symbol '%.120s'", name);
}

static bool register_term(struct parse *p, uint32_t *value)
{
    char name[16];
    size_t n = 0;
    for (p->at++; is_letter(*p->at) || is_digit(*p->at); p->at++)
        if (n + 1 < sizeof name) name[n++] = *p->at;
    name[n] = 0;
    return p->names->reg(p->names->ctx, name, value) ? true : wrong(p, "there is no register $%s", name);
}

static bool sum(struct parse *p, uint32_t *value);

static bool term(struct parse *p, uint32_t *value)
{
    if (++p->depth > MOST_NESTED) return wrong(p, "this is nested too deeply");
    bool ok = false;
    parse_end(p);
    const char c = *p->at;
    if (c == '*') {
        uint32_t addr;
        p->at++;
        ok = term(p, &addr) &&
             (p->names->word(p->names->ctx, addr, value) || wrong(p, "there is no memory at 0x%08x", addr));
    } else if (c == '(') {
        p->at++;
        ok = sum(p, value);
        if (ok && (parse_end(p) || *p->at++ != ')')) ok = wrong(p, "a ) is missing");
    } else if (c == '&') { // as in C: names are addresses anyway
        p->at++;
        ok = is_letter(*p->at) ? name_term(p, value) : wrong(p, "& is for names");
    } else if (c == '$') {
        ok = register_term(p, value);
    } else if (is_digit(c)) {
        ok = number_term(p, value);
    } else if (is_letter(c) || c == '\'' || c == '"') {
        ok = name_term(p, value);
    } else if (c) {
        wrong(p, "'%.40s' is not an address", p->at);
    } else {
        wrong(p, "an address is missing");
    }
    p->depth--;
    return ok;
}

static bool sum(struct parse *p, uint32_t *value)
{
    uint32_t other;
    if (!term(p, value)) return false;
    while (!parse_end(p) && (*p->at == '+' || *p->at == '-')) {
        const bool minus = *p->at++ == '-';
        if (!term(p, &other)) return false;
        *value = minus ? *value - other : *value + other;
    }
    return true;
}

bool parse_value(struct parse *p, uint32_t *value)
{
    p->depth = 0;
    p->unknown = false;
    return sum(p, value);
}

// ---- formats ----

bool parse_format(struct parse *p, struct parse_format *f)
{
    enum { MOST = 4096 };
    if (parse_end(p)) return true;
    const char *start = p->at;
    if (is_digit(*p->at)) {
        uint64_t n = 0;
        for (; is_digit(*p->at); p->at++)
            if (n <= MOST) n = n * 10 + (uint64_t)(*p->at - '0');
        if (!n || n > MOST) return wrong(p, "'%.40s': the count is not from 1 to %d", start, MOST);
        f->count = (unsigned)n;
        parse_end(p);
    }
    bool sized = false;
    for (; *p->at && !is_blank(*p->at); p->at++) {
        if (strchr("xducsi", *p->at)) {
            f->letter = *p->at;
            if (*p->at == 'c' && !sized) f->size = 'b';
        } else if (strchr("bhw", *p->at)) {
            f->size = *p->at;
            sized = true;
        } else {
            return wrong(p, "'%.40s' is not a format: [N], one of x d u c s i, one of b h w", start);
        }
    }
    return parse_end(p) ? true : wrong(p, "'%.40s' is one too many", p->at);
}

// ---- where to stop ----

// The end of a text's part before its last colon, outside of quotes; NULL: there is none.
static const char *last_colon(const char *text, const char *end)
{
    char quote = 0;
    const char *last = NULL;
    for (const char *s = text; s < end; s++) {
        if (quote)
            quote = *s == quote ? 0 : quote;
        else if (*s == '\'' || *s == '"')
            quote = *s;
        else if (*s == ':')
            last = s;
    }
    return last;
}

static bool all_digits(const char *from, const char *end)
{
    for (const char *s = from; s < end; s++)
        if (!is_digit(*s)) return false;
    return from < end;
}

static bool take_text(struct parse *p, const char *end, char text[PARSE_NAME])
{
    while (end > p->at && is_blank(end[-1]))
        end--;
    const size_t n = (size_t)(end - p->at);
    if (!n) return wrong(p, "an address is missing");
    if (n >= PARSE_NAME) return wrong(p, "an address of more than %d characters", PARSE_NAME - 1);
    memcpy(text, p->at, n);
    text[n] = 0;
    return true;
}

bool parse_break(struct parse *p, struct parse_break *b)
{
    parse_end(p);
    const char *end = p->at + strlen(p->at), *colon = last_colon(p->at, end);
    b->count = 1;
    if (colon && (!colon[1] || all_digits(colon + 1, end))) {
        struct parse count = {.at = colon + 1};
        if (!parse_number(&count, &b->count) || !b->count)
            return wrong(p, "'%.40s' is not a count, 1 or more", colon + 1);
        end = colon;
    }
    if (!take_text(p, end, b->text)) return false;
    p->at += strlen(p->at);
    return true;
}

static bool kind_of(const char *from, const char *end, enum debug_watch_kind *kind)
{
    const size_t n = (size_t)(end - from);
    if (n == 1 && *from == 'r')
        *kind = WATCH_READ;
    else if (n == 1 && *from == 'w')
        *kind = WATCH_WRITE;
    else if (n == 2 && !strncmp(from, "rw", 2))
        *kind = WATCH_ACCESS;
    else
        return false;
    return true;
}

bool parse_watch(struct parse *p, struct parse_watch *w)
{
    parse_end(p);
    const char *end = p->at + strlen(p->at), *colon = last_colon(p->at, end);
    uint64_t len = 0;
    w->kind = WATCH_WRITE;
    if (colon && kind_of(colon + 1, end, &w->kind)) {
        end = colon;
        colon = last_colon(p->at, end);
    }
    if (colon && (colon + 1 == end || is_digit(colon[1]))) {
        char text[24] = "";
        struct parse number = {.at = text};
        if ((size_t)(end - colon) <= sizeof text) memcpy(text, colon + 1, (size_t)(end - colon - 1));
        if (!parse_number(&number, &len) || !len || len >> 32)
            return wrong(p, "'%.40s' is not a number of bytes, with :r, :w or :rw behind it", colon + 1);
        end = colon;
    }
    w->len = (uint32_t)len;
    if (!take_text(p, end, w->text)) return false;
    p->at += strlen(p->at);
    return true;
}
