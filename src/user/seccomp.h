// The guest's own seccomp: its filters are run by the dispatcher, before a call. The host kernel knows
// nothing of them (what it enforces is the sandbox's business).
#ifndef STINKARM_USER_SECCOMP_H
#define STINKARM_USER_SECCOMP_H

#include "user/process.h"

enum seccomp_mode { SECCOMP_OFF, SECCOMP_STRICT, SECCOMP_FILTERS }; // as prctl(PR_GET_SECCOMP) says it

// Flags of a filter; the others that the kernel has belong to a listener, and there is none.
enum {
    SECCOMP_TSYNC = 1, // all threads get it
    SECCOMP_LOG = 2,
    SECCOMP_SPEC_ALLOW = 4,
    SECCOMP_TSYNC_ESRCH = 16,
};

// What filters say, in the order of their strength: as a signed number the smallest wins.
enum seccomp_action {
    SECCOMP_KILL_PROCESS = INT32_MIN,
    SECCOMP_KILL_THREAD = 0,
    SECCOMP_TRAP = 0x00030000,
    SECCOMP_ERRNO = 0x00050000,
    SECCOMP_NOTIFY = 0x7fc00000,
    SECCOMP_TRACE = 0x7ff00000,
    SECCOMP_LOGGED = 0x7ffc0000,
    SECCOMP_ALLOW = 0x7fff0000,
};

// Both return 0 or a negative errno; with SECCOMP_TSYNC also the ID of a thread that goes another way.
int64_t seccomp_set_strict(struct thread *t);
int64_t seccomp_add_filter(struct thread *t, uint32_t flags, uint32_t fprog);
// prctl(PR_SET_SECCOMP): sys/seccomp.c
int64_t seccomp_prctl_set(struct thread *t, uint32_t mode, uint32_t filter);

// For the dispatcher, of a thread whose t->seccomp is not SECCOMP_OFF: whether the call in its registers may
// go on. If not, *result is what it returns; or the thread or the process ends.
bool seccomp_allows(struct thread *t, int64_t *result);

// A new thread or process gets what its parent has. Done under p->lock, once the thread is in the list.
void seccomp_inherit(struct thread *to, const struct thread *from);
void seccomp_forget(struct thread *t);

// How many filters it has, for /proc/self/status.
unsigned seccomp_count(const struct thread *t);

// For handover.c: the filters from the oldest on, or what was written so. A negative errno, or 0.
int seccomp_write(const struct thread *t, int fd);
int seccomp_read(struct thread *t, int fd);

#endif
