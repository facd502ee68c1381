#ifndef STINKARM_BOARD_COMMAND_H
#define STINKARM_BOARD_COMMAND_H

#include <stdbool.h>

#include "cpu/debug.h"

struct cpu;
struct engine;
struct engine_options;

// Whether the command line asks for system mode.
bool system_meant(int argc, char **argv);
// stinkarm --system. make: an engine as the command line wants it; NULL: it has said why not. Returns the
// exit status of the process.
int system_main(int argc, char **argv,
                struct engine *(*make)(const struct engine_options *, const struct debug_options *),
                debug_start_fn *debug);

#endif
