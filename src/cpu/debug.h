// A debugger's hold on CPUs. A personality that has one asks it to run its CPUs, and tells it what happens to
// them; the engine stops in front of its breakpoints.
#ifndef STINKARM_CPU_DEBUG_H
#define STINKARM_CPU_DEBUG_H

#include "cpu/cpu.h"

enum { CPU_STOPS = 1024 };

// Where the engine stops with CPU_EXIT_DEBUG, in front of the instruction. Changed only while no CPU runs,
// and what was translated there is invalidated then. Sorted.
struct cpu_stops {
    unsigned n;
    uint32_t addr[CPU_STOPS];
};

struct host_registers; // cpu/engine.h

struct debugger {
    struct cpu_stops stops;
    // As engine->run, but that it may take long before the CPU runs, and that it may have been another
    // budget.
    enum cpu_exit (*run)(struct debugger *d, struct cpu *c, uint64_t budget);
    // A CPU is going to run for the first time, or never again. By its own thread, or before that runs.
    void (*join)(struct debugger *d, struct cpu *c);
    void (*leave)(struct debugger *d, struct cpu *c);
    // User mode. A signal is about to be delivered: which one is; 0: none.
    int (*signal)(struct debugger *d, struct cpu *c, int sig);
    // A system call begins (its registers may still be changed), or has ended.
    void (*syscall)(struct debugger *d, struct cpu *c, unsigned nr, bool ended);
    // The program ends, by a signal if sig is not 0, otherwise with a status; or, if the CPU is that of a
    // process that shares its memory, that one does. NULL: whichever it is, the program.
    void (*end)(struct debugger *d, struct cpu *c, int status, int sig);

    // User mode: processes.
    // A CPU's thread is about to fork, and must do so; it has: the child's process ID, negative: it could
    // not, 0: this is the child, alone with copies of everything. What debugs the caller from now on, or
    // NULL.
    void (*fork)(struct debugger *d);
    struct debugger *(*forked)(struct debugger *d, struct cpu *c, int pid);
    // The same where memory is shared, and the parent's thread waits (vfork). The child's CPU comes by
    // vforked, from its own process, before it runs; its parent is NULL if nobody waits. It goes by leave.
    void (*vfork)(struct debugger *d, struct cpu *parent);
    void (*vforked)(struct debugger *d, struct cpu *parent, struct cpu *child);
    void (*vfork_done)(struct debugger *d, struct cpu *parent, struct cpu *child);
    // A CPU's thread is about to execute another program by another stinkarm, which is to be told
    // (--gdb-inherit) what is written here; and it could not.
    void (*exec)(struct debugger *d, struct cpu *c, char *inherit, size_t size);
    void (*exec_failed)(struct debugger *d, struct cpu *c);
    // In the handler of a SIGFPE that the debugger has queued, with itself as the value, to a CPU's thread:
    // where the host was. NULL: it sends none.
    void (*asked)(struct debugger *d, struct cpu *c, uintptr_t host_pc, const struct host_registers *h);
};

struct backtrace_space;

enum { DEBUG_INHERIT = 1024 }; // bytes that exec writes, at most

// What a debugger has to know of what it debugs. Addresses are the guest's as the CPU sees them.
struct debug_target {
    void *ctx;
    // Whether CPUs are all one host thread's, in turn, so that none may wait for another.
    bool in_turn;
    bool steady;  // what happens depends on where CPUs leave the engine: none may have to do so for nothing
    unsigned pid; // of the program
    unsigned (*id)(const struct cpu *c);                        // of the thread, from 1
    void (*name)(const struct cpu *c, char *name, size_t size); // what to call it
    // Bytes that were copied: up to the first that cannot be. Code that is written over is invalidated.
    size_t (*read)(struct cpu *c, uint32_t addr, void *to, size_t n);
    size_t (*write)(struct cpu *c, uint32_t addr, const void *from, size_t n);
    // As read, from a signal's handler, whatever the CPU is in the midst of. It may give less.
    size_t (*peek)(struct cpu *c, uint32_t addr, void *to, size_t n);
    struct symbols *symbols; // of its addresses (symbols/symbols.h), or NULL
    // How to walk a CPU's stack (symbols/backtrace.h): good as long as the CPU stands still. NULL: read alone
    // has to do.
    void (*stack)(struct cpu *c, struct backtrace_space *space);
    // What was translated from the code at an address is to be forgotten.
    void (*invalidate)(void *ctx, uint32_t addr);
    // The debugger ends all of it, with an exit status or (-1) as SIGKILL does; it may return.
    void (*quit)(void *ctx, int status);
    // System mode, else NULL: CPUs stand still, and time with them, or go on; again: nothing.
    void (*pause)(void *ctx, bool yes);
    // A debugger talks on the terminal from now on, or no longer; and whether all ends anyway. NULL: a
    // program is not asked.
    void (*terminal)(void *ctx, bool taken);
    bool (*ending)(void *ctx);
    // User mode, else NULL: the program's file as the guest names it; its auxiliary vector; a file of the
    // guest's opened for reading (a descriptor of the host's, or -errno).
    const char *(*exe)(void *ctx);
    size_t (*auxv)(void *ctx, uint32_t offset, void *to, size_t n);
    int (*open)(void *ctx, const char *path);
    // Registers beside the core's and the VFP's: the n-th's name and group, NULL: there is none.
    const char *(*reg_name)(const struct cpu *c, unsigned n, const char **group);
    uint32_t (*reg_get)(struct cpu *c, unsigned n);
    // A command for `monitor`, its answer written by put; false: unknown. NULL as a command: lists them.
    bool (*monitor)(void *ctx, struct cpu *c, const char *command, void (*put)(void *to, const char *text),
                    void *to);
};

struct debug_options; // base/options.h
// A debugger of a target, which is copied, as the options ask for; NULL: they do not. False: it has said why
// there is none.
typedef bool debug_start_fn(struct debugger **d, const struct debug_options *o, const struct debug_target *t);

// Whether there is a stop at an address; and the nearest one from there on, or end.
static inline uint64_t cpu_stop_from(const struct cpu_stops *s, uint32_t from, uint64_t end)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->addr[i] >= from) return s->addr[i] < end ? s->addr[i] : end;
    return end;
}

#endif
