#include "base/options_debug.h"

#include <string.h>

#include "base/log.h"
#include "base/option.h"
#include "base/pages.h"

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

// Beside struct debug_options, which every start sets to zero.
static PAGES_APART struct debug_list breaks, watches;

static bool append(struct debug_list *l, const struct debug_list **field, const char *name, char *arg)
{
    *field = l;
    if (l->n == DEBUG_LIST) {
        warn("--%s: it is given more than %d times; see %s", name, DEBUG_LIST, option_help_command);
        return false;
    }
    l->text[l->n++] = arg;
    return true;
}

static bool add_break(struct debug_options *o, const struct debug_option *d, char *arg)
{
    return append(&breaks, &o->breaks, d->name, arg);
}

static bool add_watch(struct debug_options *o, const struct debug_option *d, char *arg)
{
    return append(&watches, &o->watches, d->name, arg);
}

#define FIELD(f) offsetof(struct debug_options, f)

static const struct debug_option rows[] = {
    {"gdb", 'g', true, false, set_string, FIELD(gdb)},
    {"symbols", 0, true, false, set_string, FIELD(symbols)},
    {"coverage", 0, true, false, set_string, FIELD(coverage)},
    {"gdb-nowait", 0, false, false, set_flag, FIELD(gdb_nowait)},
    {"gdb-inherit", 0, true, false, set_string, FIELD(gdb_inherit)},
    {"break", 0, true, false, add_break, 0},
    {"watch", 0, true, false, add_watch, 0},
    {"step", 0, false, false, set_flag, FIELD(step)},
    {"commands", 0, true, false, set_string, FIELD(commands)},
    {"perf", 0, true, true, set_string, FIELD(perf)},
    {"profile", 0, true, true, set_string, FIELD(profile)},
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

const char *options_debug_monitor(const struct debug_options *o)
{
    if (o->breaks) return "break";
    if (o->watches) return "watch";
    if (o->step) return "step";
    return o->commands ? "commands" : NULL;
}

const char *options_debug_front(const struct debug_options *o)
{
    const char *monitor = options_debug_monitor(o);
    if (o->gdb || o->gdb_inherit) return "gdb";
    return monitor ? monitor : o->profile ? "profile" : o->perf ? "perf" : NULL;
}

bool options_debug_fit(const struct debug_options *o)
{
    const char *monitor = options_debug_monitor(o), *debugger = o->gdb ? "gdb" : monitor;
    if (o->gdb && monitor) {
        warn("--gdb and --%s exclude each other: one debugger at a time; see %s", monitor,
             option_help_command);
        return false;
    }
    if (!o->profile || !debugger) return true;
    warn("--profile and --%s exclude each other: a program that stands still takes no time; see %s", debugger,
         option_help_command);
    return false;
}
