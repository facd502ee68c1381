// --profile: where the guest's time goes, by samples.
#ifndef STINKARM_DEBUG_PROFILE_H
#define STINKARM_DEBUG_PROFILE_H

#include "cpu/debug.h"
#include "debug/profile_tree.h"

enum { PROFILE_NAMES = 256, PROFILE_NAME = 32, PROFILE_PATH = 4096 };

// What samples have become, for the report. Nothing of it changes meanwhile.
struct profile_data {
    struct profile_tree tree;
    char names[PROFILE_NAMES][PROFILE_NAME]; // PROFILE_THREAD's
    unsigned nnames;
    struct symbols *symbols;
    const char *program; // its file's name, without directories; "": a machine's
};

// Writes to a file, which is opened with these flags beside O_WRONLY: folded stacks, a line for each, with
// microseconds of CPU time; or what callgrind_annotate and kcachegrind read. False: errno says why not.
bool profile_write_folded(const struct profile_data *data, const char *path, int flags);
bool profile_write_callgrind(const struct profile_data *data, const char *path, int flags);

// A debugger that does nothing but to look now and then. file: [+][callgrind:]NAME, as the man page says.
struct debugger *profile_start(const char *file, const struct debug_target *t);
// "--profile=…", with which another process adds to the file. Lives as long as the debugger.
char *profile_option(struct debugger *d);

#endif
