// Linux's signals by name: the numbers are the same on ARM and x86.
#ifndef STINKARM_BASE_SIGNAL_NAMES_H
#define STINKARM_BASE_SIGNAL_NAMES_H

// Without SIG in front: "USR1"; NULL for a number that has none.
const char *signal_name(int sig);
// Of a name, with or without SIG in front, or of a number from 0 to 64; -1: it is neither.
int signal_number(const char *name);

#endif
