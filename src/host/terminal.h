// The terminal on standard input: raw while a guest has it, as it was whenever anybody else does.
#ifndef STINKARM_HOST_TERMINAL_H
#define STINKARM_HOST_TERMINAL_H

#include <stdbool.h>

// Makes it raw, if it is a terminal and we are in its foreground; again after terminal_restore.
void terminal_raw(void);
// Gives it back as it was found, if it is raw. Safe in a signal handler.
void terminal_restore(void);
// For SIGCONT: raw again, if it was to be.
void terminal_continue(void);

#endif
