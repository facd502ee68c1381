// Making and ending threads and processes.
#ifndef STINKARM_USER_CLONE_H
#define STINKARM_USER_CLONE_H

#include "user/process.h"

enum abi_clone_flags {
    ABI_CSIGNAL = 0xff, // the signal that the parent gets when the child ends
    ABI_CLONE_VM = 0x100,
    ABI_CLONE_FS = 0x200,
    ABI_CLONE_FILES = 0x400,
    ABI_CLONE_SIGHAND = 0x800,
    ABI_CLONE_PIDFD = 0x1000,
    ABI_CLONE_PTRACE = 0x2000,
    ABI_CLONE_VFORK = 0x4000,
    ABI_CLONE_PARENT = 0x8000,
    ABI_CLONE_THREAD = 0x10000,
    ABI_CLONE_NEWNS = 0x20000,
    ABI_CLONE_SYSVSEM = 0x40000,
    ABI_CLONE_SETTLS = 0x80000,
    ABI_CLONE_PARENT_SETTID = 0x100000,
    ABI_CLONE_CHILD_CLEARTID = 0x200000,
    ABI_CLONE_DETACHED = 0x400000,
    ABI_CLONE_UNTRACED = 0x800000,
    ABI_CLONE_CHILD_SETTID = 0x1000000,
    ABI_CLONE_NEWUSER = 0x10000000,
    ABI_CLONE_NEWPID = 0x20000000,
};

struct clone_args {
    uint32_t flags;
    uint32_t stack; // 0: goes on with the caller's
    uint32_t parent_tid, child_tid, tls, pidfd;
    bool clear_handlers; // CLONE_CLEAR_SIGHAND: signals that have handlers have none in the child
    int slot;      // of the new process in the sandbox; -1: it has none
    uint32_t time; // … and the seconds that it has
};

// The new thread's or process's ID, 0 in a child made by fork, or a negative errno.
int64_t clone_guest(struct thread *t, const struct clone_args *a);

// The calling thread ends; the process, if it was the last one. Returns to thread_run if at all.
int64_t clone_exit(struct thread *t, int status);
_Noreturn void clone_exit_group(struct thread *t, int status);

// robust.c: marks the robust mutexes that a thread leaves locked, wakes those who wait. shared_only: only
// mutexes in memory that other processes may see. self: the calling thread.
void robust_release(struct thread *self, struct thread *t, bool shared_only);

// exec.c: replaces the process by another program. Returns only with a negative errno.
// (exec_forget: frees what a vfork child has left in its parent's memory by succeeding.)
void exec_forget(struct thread *t);
int64_t exec_guest(struct thread *t, int dirfd, uint32_t path, uint32_t argv, uint32_t envp, int flags);

#endif
