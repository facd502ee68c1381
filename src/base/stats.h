// What --stats counts and prints. When it is off, each place that counts costs the test of a flag; compiled
// code is the same.
#ifndef STINKARM_BASE_STATS_H
#define STINKARM_BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/monotonic.h"

// In the order in which they are printed.
enum stats_counter {
    STAT_INSNS, // that the interpreter has executed
    STAT_CODE_INSNS,
    STAT_DECODED_BLOCKS,
    STAT_DECODED_INSNS,
    STAT_FORGOTTEN,
    STAT_FLUSHES,
    STAT_EVICTIONS,
    STAT_IMAGE_LOADED,
    STAT_IMAGE_BLOCKS,
    STAT_IMAGE_CODE,
    STAT_IMAGE_DROPPED,
    STAT_IMAGE_SAVED,
    STAT_BLOCKS,
    STAT_BLOCK_INSNS,
    STAT_BLOCK_BYTES,
    STAT_REGIONS,
    STAT_REGION_BLOCKS,
    STAT_REGION_INSNS,
    STAT_REGION_BYTES,
    STAT_REFUSED,
    STAT_LINKS,
    STAT_REMEMBERED,
    STAT_REPLACED,
    STAT_ENTRIES,
    STAT_EXIT_BRANCH, // from here on in the order of enum tier_exit
    STAT_EXIT_ONE,
    STAT_EXIT_STOP,
    STAT_EXIT_NONE,
    STAT_EXIT_HOT,
    STAT_EXIT_DEAD,
    STAT_FAULTS,
    STAT_FP_TRAPS,
    STAT_FP_FORMS,
    STAT_SVC,
    STAT_UNDEFINED,
    STAT_BREAKPOINT,
    STAT_PREFETCH_ABORT,
    STAT_DATA_ABORT,
    STAT_IRQ,
    STAT_FIQ,
    STAT_FIRMWARE,
    STAT_SEMIHOSTING,
    STAT_WFI,
    STAT_WFE,
    STAT_GROWN,
    STAT_CODE_WRITTEN,
    STAT_TLB_HITS,
    STAT_TLB_MISSES,
    STAT_TLB_FETCHES,
    STAT_TLB_WALKS,
    STAT_TLB_FLUSH_ALL,
    STAT_TLB_FLUSH_ASID,
    STAT_TLB_FLUSH_PAGE,
    STAT_TLB_REGIMES,
    STAT_TLB_SLOTS,
    STAT_WINDOWS,
    STAT_WINDOW_FAULTS,
    STAT_WINDOW_PAGES,
    STAT_WINDOWS_CLEARED,
    STAT_SMP_REQUESTS,
    STAT_SMP_WAITS,
    STAT_COUNT,
};

// What a thread's time goes to. A part that is inside another is not counted there: they add up.
enum stats_part {
    PART_OTHER, // none of those below: loading, signals, exceptions
    PART_INTERPRETER,
    PART_CODE, // and the interpreter's handlers that it calls
    PART_DECODE,
    PART_BLOCKS,
    PART_REGIONS,
    PART_CALLS,
    PART_TRANSLATION,
    PART_DEVICES,
    PART_SLEEP,
    PART_EVENTS, // the event loop's thread, …
    PART_COUNT,
    PART_NONE = PART_COUNT, // … which is nothing of the machine's while it waits: counted nowhere
};

// Something that is counted by number: system calls, operations.
struct stats_row {
    uint64_t count, ns;
};
struct stats_list {
    const char *key, *title;
    bool timed;
    unsigned n;
    struct stats_row *row;
    // Of a row, for the report; valid until the next call.
    const char *(*name)(const struct stats_list *l, unsigned i);
    const void *ctx;
    struct stats_list *next;
};

extern bool stats_on;
extern uint64_t stats_count[STAT_COUNT];

// What the report is about: the program's path. Stays the caller's.
extern const char *stats_program;

// From now on there is counting. what: NULL, or a comma-separated list of "json" (the report is one line of
// that), "count" (compiled code counts its instructions), "tlb" (all accesses are
// looked at: struct cpu_mem's functions make them, the interpreter runs). False: something else is in it.
bool stats_begin(const char *what);
bool stats_counts_instructions(void);
bool stats_sees_accesses(void);

// A list to be printed, before the first thread runs.
void stats_add_list(struct stats_list *l);

// The report, to where the log goes; without --stats none.
void stats_report(void);

// The report as text, whatever form was asked for, in pieces to `put`. Callable from any thread, while others
// run. Without --stats it says so.
void stats_print(void (*put)(void *ctx, const char *text, size_t n), void *ctx);

// In the child of a fork: what the parent has done is the parent's.
void stats_forked(void);

// At the end of a thread: its time stays in the report.
void stats_thread_end(void);

static inline void stats_add(enum stats_counter s, uint64_t n)
{
    if (__builtin_expect(stats_on, 0)) __atomic_fetch_add(&stats_count[s], n, __ATOMIC_RELAXED);
}

// The present thread's time goes to a part from now on. Returns the part that it went to so far, which is to
// be entered again.
enum stats_part stats_enter_now(enum stats_part p);
static inline enum stats_part stats_enter(enum stats_part p)
{
    return __builtin_expect(stats_on, 0) ? stats_enter_now(p) : PART_OTHER;
}

static inline void stats_row(struct stats_row *r)
{
    if (__builtin_expect(stats_on, 0)) __atomic_fetch_add(&r->count, 1, __ATOMIC_RELAXED);
}

// Of a timed row: what it took since `start`, which is stats_clock()'s; 0: nobody counts.
static inline uint64_t stats_clock(void)
{
    return __builtin_expect(stats_on, 0) ? monotonic_ns() : 0;
}
static inline void stats_row_since(struct stats_row *r, uint64_t start)
{
    if (__builtin_expect(stats_on, 0)) __atomic_fetch_add(&r->ns, monotonic_ns() - start, __ATOMIC_RELAXED);
}

// In order of counts: the row behind `last`, which is the list's length at first, and at the end comes back.
unsigned stats_next_row(const struct stats_list *l, unsigned last);

#endif
