// Files of /proc about other processes that stinkarm runs: what the host knows of them, as their programs.
#ifndef STINKARM_USER_PROC_OTHER_H
#define STINKARM_USER_PROC_OTHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "user/proc.h"

// Whether the same stinkarm runs there, and we may look.
bool proc_other_is_ours(int pid);

// The host's path of its program.
bool proc_other_exe(int pid, char *buf, size_t size);

// Whether an entry differs from the host's, and its text; path: of the host's file.
bool proc_other_prints(enum proc_entry e);
void proc_other_print(const struct process *p, int pid, enum proc_entry e, const char *path, FILE *out);

#endif
