// The report of --stats: as text, and as a line of JSON.
#include "base/stats_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"

bool stats_json;

static const struct {
    const char *group, *key, *text;
} rows[STAT_COUNT] = {
    [STAT_INSNS] = {"instructions", "interpreted", "instructions interpreted"},
    [STAT_CODE_INSNS] = {"instructions", "compiled", "instructions in compiled code"},
    [STAT_DECODED_BLOCKS] = {"decoded", "blocks", "blocks decoded"},
    [STAT_DECODED_INSNS] = {"decoded", "instructions", "… their instructions"},
    [STAT_FORGOTTEN] = {"decoded", "forgotten", "blocks forgotten: their bytes have changed"},
    [STAT_FLUSHES] = {"decoded", "flushes", "all forgotten: memory"},
    [STAT_EVICTIONS] = {"decoded", "evictions",
                        "code forgotten: the oldest, for memory, or all, which must be other code"},
    [STAT_IMAGE_LOADED] = {"image", "loaded", "bytes of an image read"},
    [STAT_IMAGE_BLOCKS] = {"image", "blocks", "… blocks of it in use"},
    [STAT_IMAGE_CODE] = {"image", "code", "… those that have code"},
    [STAT_IMAGE_DROPPED] = {"image", "dropped", "… pages dropped, whose bytes are others"},
    [STAT_IMAGE_SAVED] = {"image", "saved", "bytes of an image written"},
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
    [STAT_SVC] = {"exceptions", "svc", "supervisor calls"},
    [STAT_UNDEFINED] = {"exceptions", "undefined", "undefined instructions"},
    [STAT_BREAKPOINT] = {"exceptions", "breakpoint", "breakpoint instructions"},
    [STAT_PREFETCH_ABORT] = {"exceptions", "prefetch_abort", "prefetch aborts"},
    [STAT_DATA_ABORT] = {"exceptions", "data_abort", "data aborts"},
    [STAT_IRQ] = {"exceptions", "irq", "interrupts (IRQ)"},
    [STAT_FIQ] = {"exceptions", "fiq", "fast interrupts (FIQ)"},
    [STAT_FIRMWARE] = {"exceptions", "firmware", "calls of firmware (HVC, SMC)"},
    [STAT_SEMIHOSTING] = {"exceptions", "semihosting", "semihosting calls"},
    [STAT_WFI] = {"sleeps", "wfi", "waits for an interrupt (WFI)"},
    [STAT_WFE] = {"sleeps", "wfe", "waits for an event (WFE)"},
    [STAT_GROWN] = {"memory", "grown", "aborts that have made a stack larger"},
    [STAT_CODE_WRITTEN] = {"memory", "code_written", "pages with decoded blocks written to"},
    [STAT_TLB_HITS] = {"tlb", "hits", "accesses found in the TLB, as far as anybody has looked"},
    [STAT_TLB_MISSES] = {"tlb", "misses", "accesses not found in the TLB"},
    [STAT_TLB_FETCHES] = {"tlb", "fetches", "addresses looked up to find code"},
    [STAT_TLB_WALKS] = {"tlb", "walks", "page table walks: not in the second level, either"},
    [STAT_TLB_FLUSH_ALL] = {"tlb", "flush_all", "flushes of a TLB"},
    [STAT_TLB_FLUSH_ASID] = {"tlb", "flush_asid", "… of one address space"},
    [STAT_TLB_FLUSH_PAGE] = {"tlb", "flush_page", "… of one page"},
    [STAT_TLB_REGIMES] = {"tlb", "regimes", "changes of the translation regime"},
    [STAT_TLB_SLOTS] = {"tlb", "regimes_new", "… to one without TLB, which gets an empty one"},
    [STAT_WINDOWS] = {"windows", "given", "windows given to processes"},
    [STAT_WINDOW_FAULTS] = {"windows", "faults", "… faults in them"},
    [STAT_WINDOW_PAGES] = {"windows", "pages", "… pages mapped there"},
    [STAT_WINDOWS_CLEARED] = {"windows", "cleared", "… emptied"},
    [STAT_SMP_REQUESTS] = {"smp", "requests", "requests to other CPUs' TLBs"},
    [STAT_SMP_WAITS] = {"smp", "waits", "… waited for"},
};

static const struct {
    const char *key, *text;
} parts[PART_COUNT] = {
    [PART_OTHER] = {"other", "starting, exceptions, and what is not below"},
    [PART_INTERPRETER] = {"interpreter", "in the interpreter"},
    [PART_CODE] = {"code", "in compiled code"},
    [PART_DECODE] = {"decode", "decoding blocks for the interpreter"},
    [PART_BLOCKS] = {"compile_blocks", "compiling blocks"},
    [PART_REGIONS] = {"compile_regions", "compiling regions"},
    [PART_CALLS] = {"system_calls", "in system calls"},
    [PART_TRANSLATION] = {"translation", "looking up addresses that the TLB does not have"},
    [PART_DEVICES] = {"devices", "in accesses to devices"},
    [PART_SLEEP] = {"sleep", "asleep, or in the host's calls that may sleep"},
    [PART_EVENTS] = {"events", "in the event loop: timers, terminals, disks, networks"},
};

struct text {
    size_t n;
    char buf[64 << 10];
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(t->buf + t->n, sizeof t->buf - t->n, fmt, ap);
    va_end(ap);
    if (n > 0) t->n += (size_t)n < sizeof t->buf - t->n ? (size_t)n : sizeof t->buf - t->n - 1;
}

// Of the host, for the whole process.
struct usage {
    uint64_t user_ns, system_ns, peak_bytes;
};

static uint64_t timeval_ns(const struct timeval *t)
{
    return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_usec * 1000;
}

static struct usage usage(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u)) return (struct usage){0};
    return (struct usage){timeval_ns(&u.ru_utime), timeval_ns(&u.ru_stime), (uint64_t)u.ru_maxrss << 10};
}

// ---- JSON ----

static void put_json_string(struct text *t, const char *s)
{
    put(t, "\"");
    for (; *s; s++)
        put(t, (unsigned char)*s < 0x20 ? "\\u%04x" : *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    put(t, "\"");
}

static void put_json_number(struct text *t, const char *key, uint64_t n)
{
    put(t, "%s\"%s\":%llu", t->buf[t->n - 1] == '{' ? "" : ",", key, (unsigned long long)n);
}

static void put_json_list(struct text *t, const struct stats_list *l)
{
    put(t, ",\"%s\":[", l->key);
    const char *comma = "";
    for (unsigned i = stats_next_row(l, l->n); i < l->n; i = stats_next_row(l, i), comma = ",") {
        put(t, "%s{\"name\":", comma);
        put_json_string(t, l->name(l, i));
        put_json_number(t, "count", l->row[i].count);
        if (l->timed) put_json_number(t, "ns", l->row[i].ns);
        put(t, "}");
    }
    put(t, "]");
}

static void put_json_times(struct text *t)
{
    const struct stats_times times = stats_times();
    const struct usage u = usage();
    put(t, ",\"time_ns\":{");
    put_json_number(t, "total", times.total);
    put_json_number(t, "threads", times.threads);
    put(t, "},\"parts_ns\":{");
    for (unsigned i = 0; i < PART_COUNT; i++)
        put_json_number(t, parts[i].key, times.part[i]);
    put(t, "},\"process\":{");
    put_json_number(t, "user_ns", u.user_ns);
    put_json_number(t, "system_ns", u.system_ns);
    put_json_number(t, "peak_bytes", u.peak_bytes);
    put(t, "}");
}

static void put_json(struct text *t)
{
    bool done[STAT_COUNT] = {false};
    put(t, "{\"program\":");
    put_json_string(t, stats_program);
    put_json_number(t, "pid", (uint64_t)getpid());
    put_json_times(t);
    for (unsigned g = 0; g < STAT_COUNT; g++) {
        if (done[g]) continue;
        put(t, ",\"%s\":{", rows[g].group);
        for (unsigned i = g; i < STAT_COUNT; i++) {
            if (strcmp(rows[i].group, rows[g].group) != 0) continue;
            put_json_number(t, rows[i].key, stats_count[i]);
            done[i] = true;
        }
        put(t, "}");
    }
    for (const struct stats_list *l = stats_lists; l; l = l->next)
        put_json_list(t, l);
    put(t, "}\n");
}

// ---- text ----

enum { TOP = 20 };

static void put_list(struct text *t, const struct stats_list *l)
{
    unsigned shown = 0;
    for (unsigned i = stats_next_row(l, l->n); i < l->n; i = stats_next_row(l, i)) {
        if (!shown) put(t, "%s\n", l->title);
        if (shown++ == TOP) {
            put(t, "%14s  …\n", "");
            return;
        }
        put(t, "%14llu  %s", (unsigned long long)l->row[i].count, l->name(l, i));
        if (l->timed) put(t, " (%.3f ms)", (double)l->row[i].ns / 1e6);
        put(t, "\n");
    }
}

// How costly translation is, by instruction.
static void put_cost(struct text *t, const char *what, uint64_t ns, enum stats_counter insns,
                     enum stats_counter bytes)
{
    const double n = (double)stats_count[insns];
    if (stats_count[insns])
        put(t, "%14.0f  ns to compile an instruction of a %s (%.1f bytes)\n", (double)ns / n, what,
            (double)stats_count[bytes] / n);
}

static void put_times(struct text *t, const struct stats_times *times)
{
    const struct usage u = usage();
    put(t, "%14.3f  ms\n", (double)times->total / 1e6);
    for (unsigned i = 0; i < PART_COUNT; i++)
        if (times->part[i])
            put(t, "%14.3f  ms (%.1f %%) %s\n", (double)times->part[i] / 1e6,
                100 * (double)times->part[i] / (double)times->threads, parts[i].text);
    put(t, "%14.3f  ms of CPU time, %.3f of them in the host's kernel\n",
        (double)(u.user_ns + u.system_ns) / 1e6, (double)u.system_ns / 1e6);
    put(t, "%14llu  KiB of memory at most\n", (unsigned long long)u.peak_bytes >> 10);
}

static void put_text(struct text *t)
{
    const struct stats_times times = stats_times();
    put(t, "%s (process %d):\n", stats_program, (int)getpid());
    put_times(t, &times);
    for (unsigned i = 0; i < STAT_COUNT; i++)
        if (stats_count[i]) put(t, "%14llu  %s\n", (unsigned long long)stats_count[i], rows[i].text);
    put_cost(t, "block", times.part[PART_BLOCKS], STAT_BLOCK_INSNS, STAT_BLOCK_BYTES);
    put_cost(t, "region", times.part[PART_REGIONS], STAT_REGION_INSNS, STAT_REGION_BYTES);
    for (const struct stats_list *l = stats_lists; l; l = l->next)
        put_list(t, l);
}

void stats_report(void)
{
    struct text *t = stats_on ? pages_new(sizeof *t) : NULL;
    if (!t) return;
    if (stats_json)
        put_json(t);
    else
        put_text(t);
    log_text(t->buf, t->n);
    munmap(t, sizeof *t);
}

void stats_print(void (*to)(void *ctx, const char *text, size_t n), void *ctx)
{
    static const char off[] = "nothing is counted: stinkarm was started without --stats\n";
    if (!stats_on) {
        to(ctx, off, sizeof off - 1);
        return;
    }
    struct text *t = pages_new(sizeof *t);
    if (!t) return;
    put_text(t);
    to(ctx, t->buf, t->n);
    munmap(t, sizeof *t);
}
