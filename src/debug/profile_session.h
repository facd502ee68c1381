// Inside the profiler: who runs CPUs, and how they are sampled. A thread of the host's own
// (profile_sampler.c) looks now and then at the CPU time of those that run CPUs. One that has used some since
// it was looked at last gets a signal, in whose handler the engine tells where the guest is, and the guest's
// stack is walked (profile_sample.c). Where that may not be done at any moment the stack is copied, and
// walked when the CPU has left the engine, which it is asked to do. Where the engine cannot tell, the sample
// is taken where it has left, a block further on. Threads that are in no engine take theirs when they come
// back: for what they did in between.
#ifndef STINKARM_DEBUG_PROFILE_SESSION_H
#define STINKARM_DEBUG_PROFILE_SESSION_H

#include <pthread.h>
#include <stdatomic.h>

#include "cpu/engine.h"
#include "debug/profile.h"

enum { PROFILE_FEW = 100 }; // samples of a thread, which come in quick succession
// Bytes of the guest's stack that are copied: what may change until it has left the engine.
enum { PROFILE_STACK = 4 << 10 };

enum profile_state {
    PROFILE_IDLE,
    PROFILE_ASKED, // a sample is wanted
    PROFILE_FOUND, // … and was taken in the signal's handler
    PROFILE_LATE,  // … or it is going to be where the engine is left
};

struct profile_thread {
    struct profile_thread *next;
    struct profile *p;
    int tid;
    const struct cpu *first; // that it has run
    struct cpu *cpu;         // … and that it runs, or has run last
    enum cpu_exit why;       // that has left the engine
    atomic_bool inside;
    atomic_int state;  // enum profile_state
    uint64_t ns, seen; // CPU time that the sample is for; that there was when it was wanted
    unsigned name;     // 1 + the number; 0: not known yet
    unsigned samples;  // up to PROFILE_FEW
    bool thumb;
    uint32_t r[16];
    uint32_t copied; // of the stack, from r[13] on
    uint32_t end;    // where the last copy found nothing more to read
    uint8_t stack[PROFILE_STACK];
};

struct profile {
    struct debugger base; // first
    struct debug_target target;
    pthread_mutex_t lock; // of all below
    struct profile_thread *threads;
    struct profile_data data;
    char *option;        // for other processes
    const char *pattern; // … of which this is the file's name, absolute
    bool callgrind, append;
    bool ended;
    bool child; // of a fork, that has run nothing yet
    uint32_t random;
};

// CPU time of a thread of this process, in nanoseconds.
uint64_t profile_cpu_time(int tid);

// profile_sample.c. In the signal's handler, with the host's registers:
void profile_sample(struct profile_thread *t, struct cpu *c, uintptr_t host_pc,
                    const struct host_registers *h);
// The sample, whose registers and stack the thread's record has, is counted.
void profile_account(struct profile_thread *t, bool in_call);
// The same where the CPU is: it stands still, outside of the engine.
void profile_account_here(struct profile_thread *t, bool in_call);

// profile_sampler.c. False: no thread.
bool profile_sampler_start(struct profile *p);

// profile_file.c. What --profile says; the file begins. False: it has been said why not.
bool profile_file_set(struct profile *p, const char *file);
bool profile_file_begin(const struct profile *p);
// With the lock, or alone. What has been written is not written again.
void profile_file_write(struct profile *p);

#endif
