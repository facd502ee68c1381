// Names for addresses of a program and its libraries, and the stacks of its threads.
#ifndef STINKARM_USER_SYMBOLS_H
#define STINKARM_USER_SYMBOLS_H

#include "symbols/backtrace.h"
#include "user/process.h"

// The process's, made when somebody first asks. NULL: out of memory.
struct symbols *process_symbols(struct process *p);
// The files that are mapped, by address, a call of put for each mapping.
void process_files(struct process *p, void (*put)(void *to, const struct symbols_file *f), void *to);
// Where its files are mapped.
struct symbols_source process_symbols_source(struct process *p);
// How to walk a thread's stack, through signals' handlers, too.
struct backtrace_space thread_stack(struct thread *t);

#endif
