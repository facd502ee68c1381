// Lines from a terminal, with keys to edit them and to fetch earlier ones; or from a file, as they are.
#ifndef STINKARM_DEBUG_LINE_EDIT_H
#define STINKARM_DEBUG_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_SIZE = 512, LINE_HISTORY = 64 };

struct line_edit {
    int in, out;
    bool keys; // in is a terminal that hands on each key, and does not echo; out shows it
    // Asked while nobody types, five times a second: true ends the line as the end of input does. Or NULL.
    bool (*over)(void *ctx);
    void *ctx;
    unsigned entries; // so far
    char history[LINE_HISTORY][LINE_SIZE];
    // The line under way
    const char *prompt;
    size_t len, cursor;
    char line[LINE_SIZE];
    char killed[LINE_SIZE];
};

enum line_result {
    LINE_READ,
    LINE_ABANDONED, // Ctrl-C
    LINE_END,       // of the input: Ctrl-D in an empty line
    LINE_ERROR,     // errno
};

// The next line, in l->line, without its end; bytes beyond LINE_SIZE - 1 are left out. Without keys it is
// read byte by byte, so that what is behind it is left for others.
enum line_result line_edit_read(struct line_edit *l, const char *prompt);

#endif
