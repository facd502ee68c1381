// What the parts of stats*.c tell each other.
#ifndef STINKARM_BASE_STATS_REPORT_H
#define STINKARM_BASE_STATS_REPORT_H

#include "base/stats.h"

extern bool stats_json;
extern struct stats_list *stats_lists;

// stats_time.c: the clock begins, with this thread as the only one.
void stats_time_begin(void);

// Up to now, in nanoseconds: since the clock began, and what all threads together have spent in each part.
struct stats_times {
    uint64_t total, threads, part[PART_COUNT];
};
struct stats_times stats_times(void);

#endif
