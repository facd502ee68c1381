// What a sandboxed program is granted, and what its whole tree of processes shares: docs/security.md.
//
// The first stinkarm opens what is granted, once, and everything by name is looked up from those descriptors
// alone, so that nothing that happens to names later leads elsewhere. Its children find all of this in memory
// that they share with it, programs that they execute get it by a descriptor.
#ifndef STINKARM_USER_SANDBOX_H
#define STINKARM_USER_SANDBOX_H

#include "base/options_sandbox.h"
#include "user/process.h"

enum {
    SANDBOX_PATH = 4096,
    SANDBOX_GRANTS = OPTIONS_GRANTS + 16, // and those that come by themselves
    SANDBOX_THREADS = 512,                // of a process, at once
    SANDBOX_FDS = PROCESS_SANDBOX_FDS,
    SANDBOX_HIGH_FD = SANDBOX_FDS - 2 * SANDBOX_GRANTS - 32, // where the emulator's own descriptors begin
    EXIT_TIME_LIMIT = 124,
};

struct sandbox_grant {
    int fd;     // O_PATH
    int parent; // of a file: its directory
    bool dir, write;
    size_t len, alias_len;
    char path[SANDBOX_PATH];  // absolute, without links, without a slash at its end: "" is the root
    char alias[SANDBOX_PATH]; // as it was given
};

// A process of the tree.
struct sandbox_slot {
    _Atomic int pid;                // 0: none; negative: of who is making one
    uint64_t fds[SANDBOX_FDS / 64]; // the program's own descriptors, for the one that it executes
};

struct sandbox {
    int fd; // of the memory that this lies in; as the grants' descriptors, it is not the guest's
    bool exec, net;
    uint64_t memory;        // bytes; 0: no limit
    uint32_t time;          // seconds; 0: no limit
    unsigned max_processes; // slots
    int first_group;        // the process group that the first of them was started in
    unsigned ngrants;
    struct sandbox_grant grant[SANDBOX_GRANTS];
    struct sandbox_slot slot[];
};

// From the options; o may be NULL. False: it has said why.
bool sandbox_begin(struct process *p, const struct sandbox_options *o);
// Before the first instruction, with the program in memory: closes what is not its own, and from now on the
// host kernel enforces the sandbox, too. False: it has said why.
bool sandbox_close(struct process *p);
// Grants a file to be read that the user has named otherwise (the program, its sysroot). False: no room.
bool sandbox_grant(struct sandbox *s, const char *path, bool write);

// Whether names of files mean anything at all.
static inline bool sandbox_has_files(const struct sandbox *s)
{
    return s->ngrants != 0;
}

// ---- names: sandbox_path.c ----

enum sandbox_want {
    SANDBOX_WRITE = 1,  // to change it
    SANDBOX_FOLLOW = 2, // a link at the end leads on
    SANDBOX_MAKE = 4,   // it need not be there
    SANDBOX_LOOK = 8,   // only to ask about it: the directories that lead to a grant may be looked at
};

struct sandbox_found {
    int fd;         // of the object itself, or of the directory that name is in
    char name[256]; // "": the object
};

// Looks up an absolute host path: 0, or a negative errno. Then f->fd is to be closed.
int sandbox_find(const struct sandbox *s, const char *path, unsigned want, struct sandbox_found *f);
// Whether an absolute path without links is in what may be changed.
bool sandbox_may_change(const struct sandbox *s, const char *path);
// For the emulator itself, on the guest's behalf: a file to be read, or a negative errno.
int sandbox_open(struct process *p, const char *path);

// ---- processes ----

// A place for a process that is about to be made, or a negative errno.
int sandbox_reserve(struct sandbox *s);
// It is this one; 0: none was made.
void sandbox_enter(struct sandbox *s, int slot, int pid);
// Whether a process is one of the tree.
bool sandbox_has_process(const struct sandbox *s, int pid);
// … and whether all of a process group are.
bool sandbox_has_group(const struct sandbox *s, int group);

// Before execve: what the guest's own descriptors are, for the next stinkarm.
void sandbox_leave_fds(const struct thread *t);

// ---- the host kernel: sandbox_kernel.c, sandbox_filter.c ----

// No more rights than are needed from now on; Landlock if there is one. False: it has said why.
bool sandbox_restrict(const struct sandbox *s);
// The filter of system calls. A negative errno: there is none.
int sandbox_filter(const struct sandbox *s);
// Limits on memory, descriptors, tasks. False with errno.
bool sandbox_limits(const struct sandbox *s);
// … and on the process's CPU time: seconds that are left. False with errno.
bool sandbox_time(uint32_t left);
// What a child of this process may use: not what it and its children have used already. 0: nothing is left.
uint32_t sandbox_time_left(const struct sandbox *s);

#endif
