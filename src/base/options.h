// The command line: stinkarm's own options, up to the program's name.
#ifndef STINKARM_BASE_OPTIONS_H
#define STINKARM_BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/options_debug.h"
#include "base/options_sandbox.h"

#define STINKARM_VERSION "0.1.0"

enum options_action { ACTION_RUN, ACTION_HELP, ACTION_VERSION };
enum options_syscalls { SYSCALLS_FORWARD, SYSCALLS_DENY, SYSCALLS_SANDBOX };
enum options_engine { ENGINE_JIT, ENGINE_INTERP, ENGINE_LOCKSTEP };
enum options_cpu { CPU_CORTEX_A15, CPU_MAX };

// What runs instructions, in both modes.
struct engine_options {
    enum options_engine kind;
    uint32_t hot;        // runs of a block before it is compiled; 0: as the engine likes
    uint32_t region;     // … of its code before that becomes a region; 0: likewise
    uint32_t memory;     // MiB for its code; 0: likewise
    const char *disable; // names of passes, or NULL
};

struct options {
    enum options_action action;
    enum options_syscalls syscalls;
    const struct sandbox_options *sandbox; // NULL: none of them is given
    struct engine_options engine;
    struct debug_options debug;
    const char *cache; // what is made of code is kept there; "": in the usual place; NULL: nowhere
    const char *core; // a core file's name, or NULL
    enum options_cpu cpu;
    uint32_t stack_size; // bytes
    bool final_registers;
    bool log; // something is to be logged: log_begin(log_file, log_fd)
    const char *log_file;
    int log_fd;
    int handover_fd;     // what another stinkarm has left: user/handover.h; -1: nothing
    const char *sysroot; // where ARM's files are; NULL: not said
    bool only_sysroot;   // … and there are no others
    const char *argv0;   // the program's argv[0], if it is not its name
    char **program;      // its name, its arguments, NULL: the end of argv
    char **env;          // what the program gets: envp, or a copy that -n, -E and -U changed
    char **own; // options for another stinkarm, when the program executes one: NULL-terminated, in argv's
                // front; NULL: the kernel starts it
};

extern const char options_help[];

// The value of --engine, --jit-hot, --jit-region, --jit-memory or --jit-disable, by the name behind the
// dashes. On false it has said what is wrong.
bool options_engine(struct engine_options *o, const char *name, char *arg);

// Switches log categories on, rearranges argv. On false it has said what is wrong.
bool options_parse(struct options *o, int argc, char **argv, char **envp);

// What binfmt_misc starts us with, flag P: our name, the program's path, its arguments.
void options_for_kernel(struct options *o, char **argv, char **envp);

#endif
