#include "base/stats.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"

bool stats_on;
uint64_t stats_count[STAT_COUNT];

static uint64_t start;
static bool json, count_instructions;
static struct stats_list *lists;

static const struct {
    const char *group, *key, *text;
} rows[STAT_COUNT] = {
    [STAT_TIME] = {"time_ns", "total", "time"},
    [STAT_TIME_DECODE] = {"time_ns", "decode", "decoding blocks for the interpreter"},
    [STAT_TIME_BLOCKS] = {"time_ns", "compile_blocks", "compiling blocks"},
    [STAT_TIME_REGIONS] = {"time_ns", "compile_regions", "compiling regions"},
    [STAT_TIME_CODE] = {"time_ns", "code", "in compiled code"},
    [STAT_TIME_CALLS] = {"time_ns", "system_calls", "in system calls"},
    [STAT_INSNS] = {"instructions", "interpreted", "instructions interpreted"},
    [STAT_CODE_INSNS] = {"instructions", "compiled", "instructions in compiled code"},
    [STAT_DECODED_BLOCKS] = {"decoded", "blocks", "blocks decoded"},
    [STAT_DECODED_INSNS] = {"decoded", "instructions", "… their instructions"},
    [STAT_FORGOTTEN] = {"decoded", "forgotten", "blocks forgotten: their bytes have changed"},
    [STAT_FLUSHES] = {"decoded", "flushes", "all forgotten: memory"},
    [STAT_EVICTIONS] = {"decoded", "evictions",
                        "code forgotten: the oldest, for memory, or all, which must be other code"},
    [STAT_BLOCKS] = {"blocks", "compiled", "blocks compiled"},
    [STAT_BLOCK_INSNS] = {"blocks", "instructions", "… their instructions"},
    [STAT_BLOCK_BYTES] = {"blocks", "bytes", "… bytes of code"},
    [STAT_REGIONS] = {"regions", "compiled", "regions compiled"},
    [STAT_REGION_BLOCKS] = {"regions", "blocks", "… their blocks"},
    [STAT_REGION_INSNS] = {"regions", "instructions", "… their instructions"},
    [STAT_REGION_BYTES] = {"regions", "bytes", "… bytes of code"},
    [STAT_REFUSED] = {"code", "refused", "not compiled: nothing to gain, or no memory"},
    [STAT_LINKS] = {"code", "links", "branches led straight to their target"},
    [STAT_REMEMBERED] = {"code", "remembered", "targets of indirect branches entered into the table"},
    [STAT_REPLACED] = {"code", "replaced", "entries led to newer code"},
    [STAT_ENTRIES] = {"code", "entries", "entries into compiled code"},
    [STAT_EXIT_BRANCH] = {"exits", "branch", "… left by a branch"},
    [STAT_EXIT_ONE] = {"exits", "one", "… for one instruction of the interpreter's"},
    [STAT_EXIT_STOP] = {"exits", "stop", "… because a handler stopped: system calls"},
    [STAT_EXIT_NONE] = {"exits", "none", "… without having run"},
    [STAT_EXIT_HOT] = {"exits", "hot", "… to make a region"},
    [STAT_EXIT_DEAD] = {"exits", "dead", "… that was forgotten code"},
    [STAT_FAULTS] = {"code", "faults", "memory faults in compiled code"},
    [STAT_FP_TRAPS] = {"code", "fp_traps", "floating-point traps in compiled code"},
    [STAT_FP_FORMS] = {"code", "fp_forms", "new floating-point forms wanted"},
};

uint64_t stats_clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

bool stats_begin(const char *what)
{
    while (what && *what) {
        const size_t n = strcspn(what, ",");
        if (n == 4 && memcmp(what, "json", n) == 0)
            json = true;
        else if (n == 5 && memcmp(what, "count", n) == 0)
            count_instructions = true;
        else
            return false;
        what += n + (what[n] == ',');
    }
    stats_on = true;
    start = stats_clock_now();
    return true;
}

bool stats_counts_instructions(void)
{
    return count_instructions;
}

void stats_add_list(struct stats_list *l)
{
    l->next = lists;
    lists = l;
}

void stats_forked(void)
{
    if (!stats_on) return;
    memset(stats_count, 0, sizeof stats_count);
    for (struct stats_list *l = lists; l; l = l->next)
        memset(l->row, 0, l->n * sizeof *l->row);
    start = stats_clock_now();
}

// ---- the report ----

struct text {
    size_t n;
    char buf[32 << 10];
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(t->buf + t->n, sizeof t->buf - t->n, fmt, ap);
    va_end(ap);
    if (n > 0) t->n += (size_t)n < sizeof t->buf - t->n ? (size_t)n : sizeof t->buf - t->n - 1;
}

static void put_json_string(struct text *t, const char *s)
{
    put(t, "\"");
    for (; *s; s++)
        put(t, (unsigned char)*s < 0x20 ? "\\u%04x" : *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    put(t, "\"");
}

// The row behind `last` in the order of counts, which is the list's length at first, and at the end comes
// back.
static unsigned next_row(const struct stats_list *l, unsigned last)
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

static void put_json_list(struct text *t, const struct stats_list *l)
{
    put(t, ",\"%s\":[", l->key);
    const char *comma = "";
    for (unsigned i = next_row(l, l->n); i < l->n; i = next_row(l, i), comma = ",") {
        put(t, "%s{\"name\":\"%s\",\"count\":%llu", comma, l->name(i), (unsigned long long)l->row[i].count);
        if (l->timed) put(t, ",\"ns\":%llu", (unsigned long long)l->row[i].ns);
        put(t, "}");
    }
    put(t, "]");
}

static void put_json(struct text *t, const char *program)
{
    put(t, "{\"program\":");
    put_json_string(t, program);
    put(t, ",\"pid\":%d", (int)getpid());
    bool done[STAT_COUNT] = {false};
    for (unsigned g = 0; g < STAT_COUNT; g++) {
        if (done[g]) continue;
        const char *comma = "";
        put(t, ",\"%s\":{", rows[g].group);
        for (unsigned i = g; i < STAT_COUNT; i++) {
            if (strcmp(rows[i].group, rows[g].group) != 0) continue;
            put(t, "%s\"%s\":%llu", comma, rows[i].key, (unsigned long long)stats_count[i]);
            done[i] = true;
            comma = ",";
        }
        put(t, "}");
    }
    for (const struct stats_list *l = lists; l; l = l->next)
        put_json_list(t, l);
    put(t, "}\n");
}

enum { TOP = 20 };

static void put_list(struct text *t, const struct stats_list *l)
{
    unsigned shown = 0;
    for (unsigned i = next_row(l, l->n); i < l->n; i = next_row(l, i)) {
        if (!shown) put(t, "%s\n", l->title);
        if (shown++ == TOP) {
            put(t, "%14s  …\n", "");
            return;
        }
        put(t, "%14llu  %s", (unsigned long long)l->row[i].count, l->name(i));
        if (l->timed) put(t, " (%.3f ms)", (double)l->row[i].ns / 1e6);
        put(t, "\n");
    }
}

// How costly translation is, by instruction.
static void put_cost(struct text *t, const char *what, enum stats_counter ns, enum stats_counter insns,
                     enum stats_counter bytes)
{
    const double n = (double)stats_count[insns];
    if (stats_count[insns])
        put(t, "%14.0f  ns to compile an instruction of a %s (%.1f bytes)\n", (double)stats_count[ns] / n,
            what, (double)stats_count[bytes] / n);
}

static void put_text(struct text *t, const char *program)
{
    put(t, "%s (process %d):\n", program, (int)getpid());
    for (unsigned i = 0; i < STAT_COUNT; i++) {
        if (!stats_count[i]) continue;
        if (strcmp(rows[i].group, "time_ns") == 0)
            put(t, "%14.3f  ms %s\n", (double)stats_count[i] / 1e6, rows[i].text);
        else
            put(t, "%14llu  %s\n", (unsigned long long)stats_count[i], rows[i].text);
    }
    put_cost(t, "block", STAT_TIME_BLOCKS, STAT_BLOCK_INSNS, STAT_BLOCK_BYTES);
    put_cost(t, "region", STAT_TIME_REGIONS, STAT_REGION_INSNS, STAT_REGION_BYTES);
    for (const struct stats_list *l = lists; l; l = l->next)
        put_list(t, l);
}

void stats_report(const char *program)
{
    struct text *t = stats_on ? pages_new(sizeof *t) : NULL;
    if (!t) return;
    stats_count[STAT_TIME] = stats_clock_now() - start;
    if (json)
        put_json(t, program);
    else
        put_text(t, program);
    log_text(t->buf, t->n);
    munmap(t, sizeof *t);
}
