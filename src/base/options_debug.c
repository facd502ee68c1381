#include "base/options_debug.h"

#include <string.h>

static bool set_flag(struct debug_options *o, const struct debug_option *d, char *arg)
{
    (void)arg;
    *(bool *)((char *)o + d->field) = true;
    return true;
}

static bool set_string(struct debug_options *o, const struct debug_option *d, char *arg)
{
    *(const char **)((char *)o + d->field) = arg;
    return true;
}

#define FIELD(f) offsetof(struct debug_options, f)

static const struct debug_option rows[] = {
    {"gdb", 'g', true, false, set_string, FIELD(gdb)},
    {"symbols", 0, true, false, set_string, FIELD(symbols)},
    {"gdb-nowait", 0, false, false, set_flag, FIELD(gdb_nowait)},
    {"gdb-inherit", 0, true, false, set_string, FIELD(gdb_inherit)},
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct debug_option *options_debug_named(const char *name, size_t len)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0) return &rows[i];
    return NULL;
}

const struct debug_option *options_debug_letter(char letter)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (letter && rows[i].letter == letter) return &rows[i];
    return NULL;
}

bool options_debug(struct debug_options *o, const char *name, char *arg)
{
    const struct debug_option *d = options_debug_named(name, strlen(name));
    return d && d->set(o, d, arg);
}
