// What people type: numbers, names, sums of them, formats, and where to stop. Pure: what names mean is asked.
#ifndef STINKARM_DEBUG_MONITOR_PARSE_H
#define STINKARM_DEBUG_MONITOR_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debug/watch.h"

enum { PARSE_WHY = 160, PARSE_NAME = 200 };

// What a name is, or a word of memory. Each may say no.
struct parse_names {
    void *ctx;
    bool (*reg)(void *ctx, const char *name, uint32_t *value);
    bool (*symbol)(void *ctx, const char *name, uint32_t *value);
    bool (*word)(void *ctx, uint32_t addr, uint32_t *value);
};

struct parse {
    const char *at; // what is not read yet
    const struct parse_names *names;
    bool unknown;        // it was wrong only in that there is no such symbol (yet)
    unsigned depth;      // of parentheses
    char why[PARSE_WHY]; // what was wrong
};

// EXPR: terms with + and - between them. A term is a number as in C, a register (r0 to r15, sp, lr, pc, cpsr
// and so on, with or without $), a symbol (in quotes if there are other characters in it; & in front of it
// changes nothing), *TERM, the word in memory there, or (EXPR). 32 bits, which wrap around.
bool parse_value(struct parse *p, uint32_t *value);
// A decimal number, or one with 0x.
bool parse_number(struct parse *p, uint64_t *value);
// Blanks are skipped. Whether there is nothing but them.
bool parse_end(struct parse *p);
// A word, up to a blank; cut off at size. Its length.
size_t parse_word(struct parse *p, char *word, size_t size);

// How memory is shown.
struct parse_format {
    unsigned count; // 0: not said
    char letter;    // x, d, u, c, s or i
    char size;      // b, h or w
};

// [COUNT][LETTERS], each of which may be missing: what is not said stays.
bool parse_format(struct parse *p, struct parse_format *f);

// EXPR[:COUNT], the EXPR by its text.
struct parse_break {
    char text[PARSE_NAME];
    uint64_t count; // at which time it stops, 1 or more
};
bool parse_break(struct parse *p, struct parse_break *b);

// EXPR[:LEN][:r|w|rw]
struct parse_watch {
    char text[PARSE_NAME];
    uint32_t len; // bytes; 0: not said
    enum debug_watch_kind kind;
};
bool parse_watch(struct parse *p, struct parse_watch *w);

#endif
