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
    STOP_END,     // the program: its status, or the signal that ended it
};

struct debug_stop {
    enum debug_stop_kind kind;
    unsigned thread; // its id
    int signal;      // STOP_SIGNAL, STOP_END: 0, or the guest's number
    int status;      // STOP_END
    unsigned nr;     // of the system call
    struct debug_watch watch;
};

enum debug_action { ACTION_WAIT, ACTION_CONTINUE, ACTION_STEP };

struct debug_cpu {
    struct debug_cpu *next;
    struct cpu *cpu;
    pthread_t thread; // of the host, that has joined it
    unsigned id;
    enum debug_action action;
    uint32_t range[2];         // ACTION_STEP: goes on while the PC is in [0], [1]
    bool inside;               // the engine runs
    bool stepped;              // … and has done the step's instruction
    int signal;                // to be delivered instead of the one that has stopped it; -1: that one
    struct debug_stop pending; // happened while all were stopping for another reason
};

struct debug_control {
    struct debugger base; // first
    const struct debug_target *target;
    pthread_mutex_t lock;
    pthread_cond_t resumed, left; // may_run may have changed; a CPU has left the engine, or come or gone
    struct debug_cpu *cpus;
    bool halted;
    bool ended, attached; // attached: somebody is there to be told
    struct debug_stop stop;
    int event_fd;           // readable when there is a stop that nobody has taken yet
    struct cpu_stops stops; // as they are to be; base.stops are in force
    struct debug_watches watches;
    uint64_t syscalls[512 / 64];       // those that stop
    void (*front_forked)(void *front); // in the child of a fork: it is to give up what it has open
    void *front;
    uint64_t passed; // signals that do not, by number - 1
};

// Halted at first, or not. False: out of resources.
bool debug_init(struct debug_control *k, const struct debug_target *target, bool halted);

// All below with k->lock held, but for debug_halt; CPUs are looked at only while k->halted and none is
// inside. debug_halt returns when that is so.
void debug_halt(struct debug_control *k);
// Lets CPUs do their actions.
void debug_resume(struct debug_control *k);
// The stop that has happened, once. False: there is none.
bool debug_take_stop(struct debug_control *k, struct debug_stop *stop);
struct debug_cpu *debug_find(struct debug_control *k, unsigned id);
// False: there are too many.
bool debug_break(struct debug_control *k, uint32_t addr, bool set);
// Nobody debugs any more: all go on without stops.
void debug_release(struct debug_control *k);

#endif
