// Host threads under the guest's, and what a fork must not meet.
#ifndef STINKARM_USER_HOSTTHREAD_H
#define STINKARM_USER_HOSTTHREAD_H

#include "user/process.h"

// The guest has its own stacks. Sanitizers need more of the host's.
#ifdef __SANITIZE_ADDRESS__
#define HOST_STACK (2u << 20)
#else
#define HOST_STACK (192u << 10)
#endif

// No fork between the two calls. The child of a fork has one thread and a copy of all locks: one that another
// thread holds stays locked in it for good. libc's fork looks after libc's own locks; nobody looks after
// those of a sanitizer's heap and thread registry, nor of libc's where the fork is a plain clone. So whoever
// allocates memory, or makes a thread, does it in here. Outermost of all locks; no blocking, no guest code.
void fork_prevent(struct process *p);
void fork_allow(struct process *p);

// The same for the one who forks: also waits until the threads that have ended are gone.
void fork_prepare(struct process *p);

// Starts a host thread with a small stack. To be called inside fork_prevent, and left only when fn runs.
bool host_thread_start(void *(*fn)(void *), void *arg);
// The last call of such a thread's fn.
void host_thread_end(struct process *p);

#endif
