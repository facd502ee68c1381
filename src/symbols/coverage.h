// --coverage: which basic blocks a program has executed, by mapped file, in the format of DynamoRIO's drcov,
// version 2.
#ifndef STINKARM_SYMBOLS_COVERAGE_H
#define STINKARM_SYMBOLS_COVERAGE_H

#include "symbols/symbols.h"

struct cpu;
struct coverage;

// A new one, which goes to a file at the end; %p in its name is the process ID, %% a %. NULL: it has said why
// there is none, as when the file cannot be written. The source is copied.
struct coverage *coverage_new(const char *file, const struct symbols_source *source);

// A block is going to be executed, the first time or again: bytes [first, last]. From any thread. c: whose.
void coverage_block(void *coverage, struct cpu *c, uint32_t first, uint32_t last);

// Around a fork. The child's is another file, the parent's name with .PID behind it, unless that has %p. It
// has what the parent has executed so far.
void coverage_fork_before(struct coverage *v);
void coverage_fork_after(struct coverage *v, bool child);

// Writes the file, anew if it has been before.
void coverage_write(struct coverage *v);

// What the file of a program is to be called that this process is about to execute, or, if `other`, another
// process with the same memory.
void coverage_next(const struct coverage *v, bool other, char *name, size_t size);

#endif
