// Values of options, for both command lines.
#ifndef STINKARM_BASE_OPTION_H
#define STINKARM_BASE_OPTION_H

#include <stdbool.h>
#include <stdint.h>

// What the messages refer to: "stinkarm --help", or the help of the personality in use.
extern const char *option_help_command;

// One of the names, by its index; names ends with NULL. False with a message.
bool option_choice(const char *option, const char *arg, const char *const *names, int *value);
// Switches on what is to be logged (log_enable). False with a message.
bool option_log(const char *list);

// A size: digits, then K, M or G, each also with B or iB behind it; plain digits count units of 1 << plain
// bytes; UINT64_MAX: more than 63 bits. False: it is none.
bool option_size(const char *arg, unsigned plain, uint64_t *bytes);
// A number: decimal, 0x or 0 as in C; nothing behind it. False: it is none, or more than 64 bits.
bool option_number(const char *arg, uint64_t *value);

#endif
