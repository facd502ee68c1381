// Stopping CPUs and letting them go on: what a debugger's front ends stand on.
//
// All stop when one does. A CPU that is in the engine leaves it and waits in the debugger's run; one that is
// outside (in a system call, asleep) is as good as stopped: its state is exact, and it waits when it comes.
#ifndef STINKARM_DEBUG_CONTROL_H
#define STINKARM_DEBUG_CONTROL_H

#include <pthread.h>

#include "cpu/debug.h"
#include "cpu/engine.h"
#include "debug/watch.h"

enum debug_stop_kind {
    STOP_NONE,
    STOP_ASKED,   // debug_halt
    STOP_STEP,    // an instruction, or the range, has been executed
    STOP_BREAK,   // in front of an instruction with a breakpoint
    STOP_WATCH,   // in front of one that would do a watched access
    STOP_SIGNAL,  // it is about to be delivered
    STOP_SYSCALL, // begins …
    STOP_RETURN,  // … or has ended
    STOP_END,     // the program, or a process that shares its memory: its status, or the signal that ended it
    STOP_FORK,    // a child has been made, which waits …
    STOP_VFORK,   // … in the same memory …
    STOP_VFORK_DONE, // … and has left that
    STOP_EXEC,       // another program has begun
};

struct debug_stop {
    enum debug_stop_kind kind;
    unsigned thread; // its id
    unsigned pid;    // … and its process
    int signal;      // STOP_SIGNAL, STOP_END: 0, or the guest's number
    int status;      // STOP_END
    unsigned nr;     // of the system call
    unsigned child;  // STOP_FORK, STOP_VFORK: its process ID
    int link;        // STOP_FORK: a socket to the child's conversation
    struct debug_watch watch;
};

enum debug_action { ACTION_WAIT, ACTION_CONTINUE, ACTION_STEP };

struct debug_cpu {
    struct debug_cpu *next;
    struct cpu *cpu;
    pthread_t thread; // of the host, that has joined it
    unsigned id, pid;
    enum debug_action action;
    uint32_t range[2]; // ACTION_STEP: goes on while the PC is in [0], [1]
    bool inside;       // the engine runs
    bool waiting;      // … is going to, as soon as it may
    bool stepped;      // … and has done the step's instruction
    int signal;        // to be delivered instead of the one that has stopped it; -1: that one
    struct debug_stop
        pending; // happened while all were stopping for another reason, or this one was not to go on
    // Of a thread that waits for the child of a vfork: the two ends of a socket that is going to be the link
    // to the child's conversation, if that one executes another program; -1: there is none.
    int pair[2];
    unsigned child; // … that child's process ID
    bool execs;     // of such a child: it is about to
    // The monitor's: it has shown that this one stands at seen_pc, in front of a watched access, too.
    bool seen, seen_watch;
    uint32_t seen_pc;
};

// The conversation's part in what happens to processes. Called with the lock.
struct debug_front {
    // In the child of a fork: gives up what it has open, and begins anew on a link; -1: not.
    void (*forked)(struct debug_front *f, int link);
    // What the next stinkarm inherits, as text (NULL: programs that are executed are not followed); how it
    // gets it, or does not get it any more. It is parked.
    void (*write)(struct debug_front *f, char *text, size_t size);
    void (*inherited)(struct debug_front *f, bool yes);
    // The same of the child of a vfork, which inherits a link.
    void (*write_link)(struct debug_front *f, char *text, size_t size, int link);
    // A process that has executed a program after vfork is to be talked to by a link.
    void (*adopt)(struct debug_front *f, unsigned pid, int link);
};

enum debug_parking { PARK_NOT, PARK_WANTED, PARKED };

struct debug_control {
    struct debugger base; // first
    const struct debug_target *target;
    pthread_mutex_t lock;
    pthread_cond_t resumed, left; // may_run may have changed; a CPU has left the engine, or come or gone
    struct debug_cpu *cpus;
    struct debug_cpu *let_go; // that are not debugged any more, but have not left
    unsigned pid;
    bool halted;
    bool alone;           // one CPU runs, others wait, and so do those that come
    bool ended, attached; // attached: somebody is there to be told
    struct debug_stop stop;
    int event_fd;           // readable when there is a stop that nobody has been told of, or the like
    struct cpu_stops stops; // as they are to be; base.stops are in force
    struct debug_watches watches;
    uint64_t syscalls[512 / 64]; // those that stop
    uint64_t passed;             // signals that do not, by number - 1
    struct debug_front *front;
    bool follows_forks, follows_vforks; // children of the program
    int pair[2];                        // of the fork under way, as a thread's
    enum debug_parking park; // the conversation stands still, while its process executes another program
};

// Halted at first, or not. False: out of resources.
bool debug_init(struct debug_control *k, const struct debug_target *target, bool halted);

// A host thread for a front end. Signals are for others, but for faults of its own, when it reads memory that
// is not there. False: out of resources.
bool debug_thread(void *(*serve)(void *arg), void *arg);

// All below with k->lock held, but for debug_halt; CPUs are looked at only while k->halted and none is
// inside. debug_halt returns when that is so.
void debug_halt(struct debug_control *k);
// Lets CPUs do their actions.
void debug_resume(struct debug_control *k);
// The event is seen: its descriptor is not readable any more.
void debug_heard(struct debug_control *k);
// The stop that has happened, once. False: there is none.
bool debug_take_stop(struct debug_control *k, struct debug_stop *stop);
struct debug_cpu *debug_find(struct debug_control *k, unsigned id);
// False: there are too many.
bool debug_break(struct debug_control *k, uint32_t addr, bool set);
// Nobody debugs any more: all go on without stops.
void debug_release(struct debug_control *k);
// Nobody debugs that process, which shares memory, any more. False: there is none.
bool debug_let_go(struct debug_control *k, unsigned pid);

// For the CPUs' side: process.c.
struct debug_cpu *debug_entry(struct debug_control *k, const struct cpu *c); // NULL: it is not debugged
struct debug_cpu *debug_enter(struct debug_control *k, struct cpu *c, unsigned pid); // NULL: out of memory
// A CPU, which is not inside, has a reason to stop. The first one stops all; others tell theirs when they are
// to go on. debug_stop_here returns when it may.
void debug_stop(struct debug_control *k, struct debug_cpu *me, struct debug_stop why);
void debug_stop_here(struct debug_control *k, struct debug_cpu *me, struct debug_stop why);
bool debug_is_held(const struct debug_control *k, const struct debug_cpu *me); // false: it has been let go
void debug_wait(struct debug_control *k, const struct debug_cpu *me);          // until it may go on
void debug_tell(struct debug_control *k); // the conversation: something has happened
void debug_drop(struct debug_stop *stop); // nobody is going to be told
void debug_process_init(struct debugger *d);

#endif
