// Where the monitor talks, beside whatever runs, which may use the same terminal.
#ifndef STINKARM_DEBUG_MONITOR_TERMINAL_H
#define STINKARM_DEBUG_MONITOR_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct monitor_terminal {
    int in, out;
    bool tty;        // in is a terminal …
    bool keys;       // … on which lines can be edited
    bool taken;      // it is as we want it, not …
    bool foreground; // we have been in its foreground
    pid_t group;     // … this one's
    struct termios theirs;
};

// commands: a file with them, "-" for standard input, answers then go to standard error; NULL: the process's
// terminal, and both of these if it has none. False: errno, the file cannot be read.
bool monitor_terminal_open(struct monitor_terminal *t, const char *commands);
// Modes and foreground are ours until they are given back. Stops the process (SIGSTOP) as long as it is in
// the background of a shell.
void monitor_terminal_take(struct monitor_terminal *t);
void monitor_terminal_give(struct monitor_terminal *t);
void monitor_terminal_close(struct monitor_terminal *t);

#endif
