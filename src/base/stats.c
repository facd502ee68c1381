#include "base/stats.h"

#include <string.h>

#include "base/stats_report.h"

bool stats_on;
uint64_t stats_count[STAT_COUNT];
const char *stats_program = "";
struct stats_list *stats_lists;

static bool count_instructions, see_accesses;

bool stats_begin(const char *what)
{
    while (what && *what) {
        const size_t n = strcspn(what, ",");
        if (n == 4 && memcmp(what, "json", n) == 0)
            stats_json = true;
        else if (n == 5 && memcmp(what, "count", n) == 0)
            count_instructions = true;
        else if (n == 3 && memcmp(what, "tlb", n) == 0)
            see_accesses = true;
        else
            return false;
        what += n + (what[n] == ',');
    }
    stats_on = true;
    stats_time_begin();
    return true;
}

bool stats_counts_instructions(void)
{
    return count_instructions;
}

bool stats_sees_accesses(void)
{
    return see_accesses;
}

void stats_add_list(struct stats_list *l)
{
    l->next = stats_lists;
    stats_lists = l;
}

void stats_forked(void)
{
    if (!stats_on) return;
    memset(stats_count, 0, sizeof stats_count);
    for (struct stats_list *l = stats_lists; l; l = l->next)
        memset(l->row, 0, l->n * sizeof *l->row);
    stats_time_begin();
}

unsigned stats_next_row(const struct stats_list *l, unsigned last)
{
    const uint64_t limit = last < l->n ? l->row[last].count : UINT64_MAX;
    unsigned best = l->n;
    for (unsigned i = 0; i < l->n; i++) {
        const uint64_t count = l->row[i].count;
        if (!count || count > limit || (count == limit && last < l->n && i <= last)) continue;
        if (best == l->n || count > l->row[best].count) best = i;
    }
    return best;
}
