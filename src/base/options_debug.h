// Options for looking inside, of programs and machines alike.
#ifndef STINKARM_BASE_OPTIONS_DEBUG_H
#define STINKARM_BASE_OPTIONS_DEBUG_H

#include <stdbool.h>
#include <stddef.h>

enum { DEBUG_LIST = 64 };

// What an option says that may be given several times.
struct debug_list {
    unsigned n;
    const char *text[DEBUG_LIST];
};

// What they say. Strings are the command line's; lists are NULL until there is something in them.
struct debug_options {
    const char *gdb;                           // where GDB comes in; NULL: nowhere
    bool gdb_nowait;                           // it runs before anybody comes
    const char *gdb_inherit;                   // the conversation that another stinkarm has been in: only one
                                               // says that to the next
    const struct debug_list *breaks, *watches; // where the monitor comes in
    bool step;                                 // … before the first instruction
    const char *commands;                      // … a file with what it is told; NULL: the terminal
    const char *coverage;                      // a file for what has been executed, or NULL
    const char *symbols;                       // a file with names of addresses, or NULL
    const char *profile;                       // where to: [+][callgrind:]FILE; NULL: none is made
    const char *perf;                          // a directory, for perf's jit-PID.dump; NULL: perf is not told
};

// One of them: a row of the table in options_debug.c, and that is all but for the texts of --help.
struct debug_option {
    const char *name;
    char letter; // 0: none
    bool has_arg;
    bool inherited; // by the stinkarm that runs what the program executes
    bool (*set)(struct debug_options *o, const struct debug_option *d, char *arg);
    size_t field; // in struct debug_options
};

// By the name behind two dashes, of len bytes, or by the letter behind one. NULL: it is none of them.
const struct debug_option *options_debug_named(const char *name, size_t len);
const struct debug_option *options_debug_letter(char letter);
// One of them, by its name; arg is NULL if it has no value. False: it has said what is wrong.
bool options_debug(struct debug_options *o, const char *name, char *arg);

// The option that wants CPUs to be looked at, without the dashes in front; NULL: none does.
const char *options_debug_front(const struct debug_options *o);
// … that the monitor comes in for.
const char *options_debug_monitor(const struct debug_options *o);
// Whether they go together. False: it has said what does not.
bool options_debug_fit(const struct debug_options *o);

#endif
