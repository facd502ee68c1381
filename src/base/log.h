// The log: lines with a "[     0.613ms] " prefix on stderr or in a file, by category.
#ifndef STINKARM_BASE_LOG_H
#define STINKARM_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_category {
    LOG_ELF,
    LOG_SYSCALLS,
    LOG_MEMORY,
    LOG_INSTRUCTIONS,
    LOG_SIGNALS,
    LOG_IR,
    LOG_JIT,
    LOG_UNIMP, // what the guest asked for and stinkarm does not have
};

extern unsigned log_mask; // bit per category; only LOG_UNIMP at the start

// Where the lines go. Once the log is in use it is a descriptor of its own: whatever the guest does with its
// stderr, log lines never get into the guest's output.
extern int log_fd;

static inline bool log_on(enum log_category cat)
{
    return __builtin_expect(log_mask >> cat & 1, 0);
}

// Switches on the categories of a comma-separated list: elf, syscalls, memory, instructions, signals, ir,
// jit, unimp; "none" switches all off, "all" on. Returns NULL, or where the first unknown name begins.
const char *log_enable(const char *categories);

// Starts the clock of the lines and moves the log away from the guest's descriptors: into the file if one is
// named, else to a copy of stderr; fd >= 0: to this descriptor, which an earlier program left for it. Called
// once, and only if something is to be logged. Returns false with errno set if the file cannot be written.
bool log_begin(const char *file, int fd);

// Whether a program that is executed now gets the log's descriptor.
void log_inherit(bool yes);

// One line, with prefix and newline, written by a single write(2). Does not test the mask: guard it with
// log_on.
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// Text as it is, to where the log goes.
void log_text(const char *text, size_t n);

// "stinkarm: message" on stderr, whatever the log settings.
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
