// What a guest may ask of the host: forward everything, deny everything, or a sandbox.
//
// In the sandbox a program computes, and talks through the file descriptors 0, 1 and 2 it was given, and
// through those it made itself out of nothing (pipes, events, timers, memory files) or opened in places that
// are granted. Everything else is refused, by the row's class and, where an argument decides, by the call's
// own function. docs/user-mode.md lists what that means call by call.
#ifndef STINKARM_USER_POLICY_H
#define STINKARM_USER_POLICY_H

#include "user/clone.h"
#include "user/sandbox.h"
#include "user/syscall.h"

static inline bool policy_sandboxed(const struct thread *t)
{
    return t->p->opt.policy == POLICY_SANDBOX;
}

// Whether a call may be made with these arguments: 0, or the negative errno that the guest gets instead.
int policy_check(struct thread *t, const struct syscall_row *row, const struct sysargs *s);

// For a call that decides itself: notes for the log that it is refused, and returns the negative errno.
int policy_refuse(struct thread *t, int error);

// A sandboxed guest makes a thread or a process: 0, or a negative errno. For a process there is a place in
// the tree then, which it enters as soon as it runs.
int64_t policy_may_clone(struct thread *t, struct clone_args *a);
void policy_enter(struct thread *t, const struct clone_args *a);

// sys/ioctl.c: the host's numbers of those that it may use; how many.
unsigned policy_ioctls(uint32_t *to, unsigned room);

// Whether it may send signals to a process, and to all of a group.
bool policy_may_signal(struct thread *t, int pid);

// policy_path.c: a call with names of files, which are looked up in what is granted.
int64_t policy_call_with_paths(struct thread *t, const struct syscall_row *row, struct sysargs *s);

// … and of a program to execute: an O_PATH descriptor, or a negative errno.
int policy_find_program(struct thread *t, int dirfd, const char *name, bool follow);

// Notes a file descriptor that the guest made itself (results of dup, eventfd…). Returns it; errors pass
// through.
int64_t policy_new_fd(struct thread *t, int64_t fd);
// The same for two at once, which become the guest's at addr. 0, or a negative errno and both are closed.
int64_t policy_new_pair(struct thread *t, const int fd[2], uint64_t addr);
// Whether a sandboxed guest may use a descriptor at all.
bool policy_owns_fd(const struct thread *t, int fd);
// … and whether it may change its file's mode or owner, not only what it was opened for. 0 or a negative
// errno.
int policy_check_fd(struct thread *t, int fd, bool change);
// Whether it may put one of its own in this number's place (dup2): nothing foreign is there.
bool policy_may_replace_fd(const struct thread *t, int fd);
// The guest closes a descriptor: whatever gets the number next is not its own.
void policy_close_fd(struct thread *t, int fd);

#endif
