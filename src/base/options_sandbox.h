// What the command line grants a sandboxed program: -C sandbox.
#ifndef STINKARM_BASE_OPTIONS_SANDBOX_H
#define STINKARM_BASE_OPTIONS_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_GRANTS = 64, OPTIONS_PROCESSES = 4096 };

struct sandbox_options {
    unsigned n; // grants
    struct {
        const char *path; // a directory, or a file
        bool write;       // not only to read
    } grant[OPTIONS_GRANTS];
    bool exec, net;
    uint64_t memory;    // bytes; 0: no limit
    uint32_t time;      // seconds of CPU time; 0: no limit
    uint32_t processes; // at once; 0: not said
    int fd;             // what the stinkarm before has left for this one: sandbox.h; -1: there was none
    int program;        // … the program's file; -1: it is opened by its name
    const char *first;  // the name of one that was given, for messages
};

// One of the options, by the name behind the dashes; arg is NULL for those without a value. NULL: it has said
// what is wrong. Else what all of them together say.
const struct sandbox_options *options_sandbox(const char *name, const char *arg);

#endif
