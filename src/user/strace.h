// The system call log: one line a call, as strace prints it.
#ifndef STINKARM_USER_STRACE_H
#define STINKARM_USER_STRACE_H

#include "user/syscall.h"

// Before the call: says something only about one that will not return (exit, execve) or that may take long.
void strace_enter(struct thread *t, const struct syscall_row *row, const struct sysargs *s);
// After it: the whole line, with output buffers and the result.
void strace_leave(struct thread *t, const struct syscall_row *row, const struct sysargs *s, int64_t result);

// sys/ioctl.c: the request's name, or NULL.
const char *ioctl_name(uint32_t request);

#endif
