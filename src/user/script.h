// "#!" files (fs/binfmt_script.c).
#ifndef STINKARM_USER_SCRIPT_H
#define STINKARM_USER_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SCRIPT_HEADER = 256, // what the kernel looks at: BINPRM_BUF_SIZE
    SCRIPTS_NESTED = 5,  // interpreters that are scripts themselves
};

static inline bool script_is(const void *header, size_t n)
{
    const char *h = header;
    return n > 2 && h[0] == '#' && h[1] == '!';
}

// Cuts the line behind "#!", which ends with a 0, into the interpreter's name and its argument ("" if there
// is none). whole: the file does not go on behind it. False: it names no interpreter.
bool script_parse(char *line, bool whole, char **name, char **arg);

#endif
