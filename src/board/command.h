#ifndef STINKARM_BOARD_COMMAND_H
#define STINKARM_BOARD_COMMAND_H

struct engine;

// stinkarm --system: argv[first] is the first option behind it. Returns the exit status of the process.
int system_main(int argc, char **argv, int first, struct engine *engine);

#endif
