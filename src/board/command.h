#ifndef STINKARM_BOARD_COMMAND_H
#define STINKARM_BOARD_COMMAND_H

#include <stdbool.h>

struct cpu;
struct engine;

// Whether the command line asks for system mode.
bool system_meant(int argc, char **argv);
// stinkarm --system. trace: logs an instruction, if the log is to have them. Returns the exit status of the
// process.
int system_main(int argc, char **argv, struct engine *engine, void (*trace)(struct cpu *c));

#endif
