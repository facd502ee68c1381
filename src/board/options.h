// The options of a machine.
#ifndef STINKARM_BOARD_OPTIONS_H
#define STINKARM_BOARD_OPTIONS_H

#include "base/options.h"
#include "board/machine.h"

extern const char machine_options_help[];

struct machine_command {
    struct machine_options machine;
    struct engine_options engine;
    bool help, log; // asked for; log: something is to be logged
    const char *log_file;
};

// Whether the command line is one of system mode: there is a --system among the options in front of the first
// word that is none.
bool machine_options_meant(int argc, char **argv);
// Switches log categories on. False with a message; arguments are changed where they are cut into parts.
bool machine_options_parse(struct machine_command *c, int argc, char **argv);

#endif
