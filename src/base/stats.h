// What --stats counts and prints. When it is off, each place that counts costs the test of a flag; compiled
// code is the same.
#ifndef STINKARM_BASE_STATS_H
#define STINKARM_BASE_STATS_H

#include <stdbool.h>
#include <stdint.h>

// In the order in which they are printed. Times are of all threads together, in nanoseconds.
enum stats_counter {
    STAT_TIME, // since the start; set by the report
    STAT_TIME_DECODE,
    STAT_TIME_BLOCKS,
    STAT_TIME_REGIONS,
    STAT_TIME_CODE,
    STAT_TIME_CALLS,
    STAT_INSNS, // that the interpreter has executed
    STAT_CODE_INSNS,
    STAT_DECODED_BLOCKS,
    STAT_DECODED_INSNS,
    STAT_FORGOTTEN,
    STAT_FLUSHES,
    STAT_EVICTIONS,
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
    STAT_COUNT,
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
    const char *(*name)(unsigned i);
    struct stats_list *next;
};

extern bool stats_on;
extern uint64_t stats_count[STAT_COUNT];

// From now on there is counting. what: NULL, or a comma-separated list of "json" (the report is one line of
// that), "count" (compiled code counts its instructions). False: something else is in it.
bool stats_begin(const char *what);
bool stats_counts_instructions(void);

// A list to be printed, before the first thread runs.
void stats_add_list(struct stats_list *l);

// The report, to where the log goes. program: its name.
void stats_report(const char *program);

// In the child of a fork: what the parent has done is the parent's.
void stats_forked(void);

static inline void stats_add(enum stats_counter s, uint64_t n)
{
    if (__builtin_expect(stats_on, 0)) __atomic_fetch_add(&stats_count[s], n, __ATOMIC_RELAXED);
}

// For stats_since: now, or 0 when there are no statistics.
uint64_t stats_clock_now(void);
static inline uint64_t stats_clock(void)
{
    return __builtin_expect(stats_on, 0) ? stats_clock_now() : 0;
}
static inline void stats_since(enum stats_counter s, uint64_t start)
{
    if (__builtin_expect(stats_on, 0)) stats_add(s, stats_clock_now() - start);
}

static inline void stats_row(struct stats_row *r)
{
    __atomic_fetch_add(&r->count, 1, __ATOMIC_RELAXED);
}

#endif
