// Watchpoints: CPUs whose accesses are looked at one by one.
#ifndef STINKARM_DEBUG_WATCH_H
#define STINKARM_DEBUG_WATCH_H

#include "cpu/cpu.h"
#include "mem/access.h"

enum { DEBUG_WATCHES = 64 };

enum debug_watch_kind { WATCH_WRITE = 1, WATCH_READ = 2, WATCH_ACCESS = 3 };

struct debug_watch {
    uint32_t addr, len; // bytes
    uint8_t kind;       // enum debug_watch_kind
};

struct debug_watches {
    unsigned n;
    struct debug_watch watch[DEBUG_WATCHES];
    struct cpu_mem mem; // looks, and then does as …
    const struct cpu_mem *plain;
};

// The CPU's accesses are looked at from now on, or not any more. It does not run.
void watch_begin(struct debug_watches *w, struct cpu *c);
void watch_end(struct debug_watches *w, struct cpu *c);
// Of a CPU that an access to what is watched has stopped: where that begins to be watched, its length, and
// the watchpoint's kind.
struct debug_watch watch_hit(const struct debug_watches *w, const struct cpu *c);

#endif
