// What runs guest instructions: the interpreter, later the recompiler. A personality sees only this.
#ifndef STINKARM_CPU_ENGINE_H
#define STINKARM_CPU_ENGINE_H

#include "cpu/cpu.h"

// The host's, where it was interrupted: by the hardware's numbers.
struct host_registers {
    uint64_t r[16], flags;
    uint64_t xmm[16][2];
};

struct image_file;

enum engine_where {
    ENGINE_UNKNOWN, // before it leaves the engine it cannot be told
    ENGINE_CALLED,  // in a function of the host's that the engine's code has called
    ENGINE_CODE,    // in the engine's code: the host's thread is in nothing else
};

// One engine serves all CPUs (threads) of an address space; its translations are shared between them.
struct engine {
    const char *name;

    // Runs until something happens that the architecture cannot finish by itself. budget: stop after about
    // this many instructions (exactly for small ones, up to 64); 0: no limit.
    enum cpu_exit (*run)(struct cpu *c, uint64_t budget);

    // Guest bytes [addr, addr + len) (physical ones in system mode) changed or went away: forgets what was
    // made from them. Safe while other CPUs run, and from a handler of a host fault that a guest store of
    // this very CPU caused.
    void (*invalidate)(struct engine *e, uint64_t addr, uint64_t len);

    // Others than this one CPU may get at the guest's memory from now on: forgets what relies on being alone. No
    // CPU runs.
    void (*share)(struct engine *e);

    // A CPU joins or leaves (thread creation and end). attach returns false when out of memory.
    bool (*attach)(struct engine *e, struct cpu *c);
    void (*detach)(struct engine *e, struct cpu *c);

    // Around fork: before takes the engine's locks, after (in parent and child) gives them back; in the child
    // only the calling CPU remains.
    void (*fork_before)(struct engine *e);
    void (*fork_after)(struct engine *e, bool child, struct cpu *self);

    // NULL in an engine that makes no host code. From a handler of a host fault: if it was in code that the
    // engine has made, the guest's registers are now exact, and cpu_abort may follow, at *addr. Otherwise
    // nothing happens.
    bool (*host_fault)(struct cpu *c, uintptr_t host_pc, const struct host_registers *h, uint32_t *addr);

    // Likewise, for what that code leaves to software, floating-point operations and accesses of several
    // instructions: where, with which stack and what in RAX it goes on; false: it was something else.
    bool (*host_trap)(struct cpu *c, const struct host_registers *h, uintptr_t *pc, uintptr_t *stack,
                      uintptr_t *arg);

    // Likewise, but from any signal's handler: where the guest is. r and thumb: its registers at the
    // instruction r[15], or about so, unless that is unknown; nothing of the CPU is changed.
    enum engine_where (*where)(struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
                               uint32_t r[16], bool *thumb);

    // The instruction that the CPU is at: in a handler of the engine's, as far as that may abort or looks
    // beyond the CPU's registers, the one that is executed; outside of the engine the next one.
    uint32_t (*pc)(const struct cpu *c);

    // Gets the host's memory for code now, since later there will be none. False: it cannot be had.
    bool (*prepare)(struct engine *e);

    // From now on `ran` is told of each block that is run for the first time, or the first time since it was
    // forgotten: bytes [first, last]. Blocks end at branches then, and nothing is run that it has not been
    // told of. Before the first CPU runs.
    void (*report)(struct engine *e, void (*ran)(void *ctx, struct cpu *c, uint32_t first, uint32_t last),
                   void *ctx);

    // Blocks and code of former runs of the same program, as far as what they were made from is still there:
    // from a file that is read now, before the first CPU runs, and made anew by save(), near the end.
    // in_file: whether a page of the guest's memory is a file's, and cannot be written.
    void (*load)(struct cpu *c, const struct image_file *file);
    void (*save)(struct cpu *c, bool (*in_file)(void *ctx, uint32_t page), void *ctx);

    void (*destroy)(struct engine *e);
};

#endif
