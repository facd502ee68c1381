// What a program that is executed inherits and the host kernel does not keep: limits on memory, seccomp.
// One stinkarm leaves it to the next in a descriptor.
#ifndef STINKARM_USER_HANDOVER_H
#define STINKARM_USER_HANDOVER_H

#include "user/process.h"

// Whether there is anything.
bool handover_needed(const struct thread *t);

// A descriptor that is left open by execve; or a negative errno.
int handover_write(const struct thread *t);

// In the new program, whose first thread t is, before it is loaded. False, with errno set: it must not run.
bool handover_read(struct thread *t, int fd);

#endif
