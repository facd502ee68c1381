#ifndef STINKARM_BOARD_COMMAND_H
#define STINKARM_BOARD_COMMAND_H

#include <stdbool.h>

struct engine;

// Whether the command line asks for system mode.
bool system_meant(int argc, char **argv);
// stinkarm --system. Returns the exit status of the process.
int system_main(int argc, char **argv, struct engine *engine);

#endif
