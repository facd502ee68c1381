// Breakpoints and watchpoints of the monitor.
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "debug/monitor_session.h"

static const char *const kinds[] = {[WATCH_WRITE] = "w", [WATCH_READ] = "r", [WATCH_ACCESS] = "rw"};

static const char *what(const struct monitor_point *b)
{
    return b->watch ? "watchpoint" : "breakpoint";
}

static struct monitor_point *first_free(struct monitor *m)
{
    for (unsigned i = 0; i < MONITOR_POINTS; i++)
        if (!m->points[i].number) return &m->points[i];
    return NULL;
}

static bool parse_point(struct parse *p, bool watch, struct monitor_point *b)
{
    struct parse_break at;
    struct parse_watch w;
    *b = (struct monitor_point){.watch = watch, .count = 1};
    if (watch ? !parse_watch(p, &w) : !parse_break(p, &at)) return false;
    memcpy(b->text, watch ? w.text : at.text, PARSE_NAME);
    if (watch) {
        b->what.len = w.len;
        b->what.kind = (uint8_t)w.kind;
    } else {
        b->count = at.count;
    }
    return true;
}

// ---- addresses ----

static bool find_symbol(struct monitor *m, const char *name, struct symbol *found)
{
    return m->symbols && symbols_find(m->symbols, name, found);
}

static bool register_of(void *ctx, const char *name, uint32_t *value)
{
    return registers_value(ctx, name, value);
}

static bool symbol_of(void *ctx, const char *name, uint32_t *value)
{
    struct symbol s;
    if (!find_symbol(ctx, name, &s)) return false;
    *value = s.addr;
    return true;
}

static bool word_at(void *ctx, uint32_t addr, uint32_t *value)
{
    struct monitor *m = ctx;
    struct debug_cpu *e = monitor_cpu(m);
    return e && m->k->target->read(e->cpu, addr, value, 4) == 4;
}

struct parse_names monitor_names(struct monitor *m)
{
    return (struct parse_names){m, register_of, symbol_of, word_at};
}

// False: why, in p.
static bool place(struct monitor *m, struct monitor_point *b, struct parse *p)
{
    const struct parse_names names = monitor_names(m);
    uint32_t addr;
    *p = (struct parse){.at = b->text, .names = &names};
    if (!parse_value(p, &addr)) return false;
    if (!parse_end(p)) {
        snprintf(p->why, sizeof p->why, "'%.40s' is one too many", p->at);
        return false;
    }
    b->what.addr = b->watch ? addr : addr & ~1u;
    if (b->watch && !b->what.len) {
        struct symbol s;
        b->what.len = find_symbol(m, b->text, &s) && s.addr == addr && s.size ? s.size : 4;
    }
    return b->placed = true;
}

static void add(struct monitor *m, struct monitor_point *b)
{
    b->number = ++m->given[b->watch];
    *first_free(m) = *b;
}

static void put_point(struct monitor *m, const struct monitor_point *b)
{
    char at[PARSE_NAME + 64];
    memory_place(m, b->what.addr, at, sizeof at);
    monitor_put(m, "%s %u: ", what(b), b->number);
    if (!b->placed)
        monitor_put(m, "%s, which is not there yet", b->text);
    else if (b->watch)
        monitor_put(m, "%s, %u byte%s, %s", at, b->what.len, b->what.len == 1 ? "" : "s",
                    kinds[b->what.kind]);
    else
        monitor_put(m, "%s", at);
    if (b->count > 1) monitor_put(m, ", from hit %llu on", (unsigned long long)b->count);
    if (b->hits) monitor_put(m, ", hit %llu time%s", (unsigned long long)b->hits, b->hits == 1 ? "" : "s");
    monitor_put(m, "\n");
}

// ---- the command line ----

static bool any_register(void *ctx, const char *name, uint32_t *value)
{
    *value = 0;
    return registers_named(ctx, name);
}

static bool anything(void *ctx, const char *name, uint32_t *value)
{
    (void)ctx, (void)name;
    *value = 0;
    return true;
}

static bool any_word(void *ctx, uint32_t addr, uint32_t *value)
{
    (void)ctx, (void)addr;
    *value = 0;
    return true;
}

// A machine has no symbols but those that were given; with a program others may come.
static bool has_all_symbols(const struct monitor *m)
{
    return !m->k->target->auxv;
}

// Whether it is an address at all, whatever the names in it are; of a machine, whether they are known.
static bool looks_right(struct monitor *m, const char *text, struct parse *p)
{
    const struct parse_names names = {m, any_register, has_all_symbols(m) ? symbol_of : anything, any_word};
    uint32_t value;
    *p = (struct parse){.at = text, .names = &names};
    if (!parse_value(p, &value)) return false;
    if (!parse_end(p)) snprintf(p->why, sizeof p->why, "'%.40s' is one too many", p->at);
    return !*p->at;
}

static bool begin_list(struct monitor *m, const struct debug_list *list, bool watch)
{
    const char *option = watch ? "watch" : "break";
    for (unsigned i = 0; list && i < list->n; i++) {
        struct parse p = {.at = list->text[i]};
        struct monitor_point b;
        if (!parse_point(&p, watch, &b) || !looks_right(m, b.text, &p)) {
            warn("--%s %s: %s", option, list->text[i], p.why);
            return false;
        }
        if (!first_free(m)) {
            warn("--%s %s: %d breakpoints and watchpoints at most", option, list->text[i], MONITOR_POINTS);
            return false;
        }
        add(m, &b);
    }
    return true;
}

bool points_begin(struct monitor *m)
{
    return begin_list(m, m->options.breaks, false) && begin_list(m, m->options.watches, true);
}

// ---- at work ----

enum { NR_MMAP2 = 192 };

void points_resolve(struct monitor *m)
{
    bool waiting = false;
    for (unsigned i = 0; i < MONITOR_POINTS; i++) {
        struct monitor_point *b = &m->points[i];
        struct parse p;
        if (!b->number || b->placed) continue;
        if (place(m, b, &p))
            put_point(m, b);
        else
            waiting = true;
    }
    // What it is about may be in a file that is mapped later.
    uint64_t *set = &m->k->syscalls[NR_MMAP2 / 64];
    const uint64_t bit = 1ull << NR_MMAP2 % 64;
    *set = waiting ? *set | bit : *set & ~bit;
}

void points_place(struct monitor *m, const struct debug_cpu *except)
{
    struct debug_watches *w = &m->k->watches;
    m->k->stops.n = w->n = 0;
    for (unsigned i = 0; i < MONITOR_POINTS; i++) {
        const struct monitor_point *b = &m->points[i];
        if (!b->number || !b->placed) continue;
        if (b->watch && !(except && except->seen_watch))
            w->watch[w->n++] = b->what;
        else if (!b->watch && !(except && except->cpu->r[15] == b->what.addr))
            debug_break(m->k, b->what.addr, true);
    }
}

bool points_stop_at(const struct monitor *m, uint32_t addr)
{
    for (unsigned i = 0; i < MONITOR_POINTS; i++) {
        const struct monitor_point *b = &m->points[i];
        if (b->number && b->placed && !b->watch && b->what.addr == addr) return true;
    }
    return false;
}

struct monitor_point *points_hit(struct monitor *m, const struct debug_stop *stop)
{
    const struct debug_cpu *e = debug_find(m->k, stop->thread);
    struct monitor_point *shown = NULL;
    for (unsigned i = 0; i < MONITOR_POINTS && e; i++) {
        struct monitor_point *b = &m->points[i];
        if (!b->number || !b->placed || b->watch != (stop->kind == STOP_WATCH)) continue;
        if (b->watch ? stop->watch.addr - b->what.addr >= b->what.len || b->what.kind != stop->watch.kind
                     : e->cpu->r[15] != b->what.addr)
            continue;
        if (++b->hits >= b->count && !shown) shown = b;
    }
    return shown;
}

void points_missed(struct monitor *m)
{
    for (unsigned i = 0; i < MONITOR_POINTS; i++)
        if (m->points[i].number && !m->points[i].placed)
            monitor_put(m, "%s %u: there was no symbol '%s'\n", what(&m->points[i]), m->points[i].number,
                        m->points[i].text);
}

// ---- commands ----

static void list(struct monitor *m, bool watch)
{
    bool any = false;
    for (unsigned i = 0; i < MONITOR_POINTS; i++) {
        if (!m->points[i].number || m->points[i].watch != watch) continue;
        put_point(m, &m->points[i]);
        any = true;
    }
    if (!any) monitor_put(m, "no %ss\n", watch ? "watchpoint" : "breakpoint");
}

// -N, or - for all.
static void take_away(struct monitor *m, struct parse *p, bool watch)
{
    uint64_t number = 0;
    bool any = false;
    p->at++;
    if (!parse_end(p) && (!parse_number(p, &number) || !parse_end(p))) {
        monitor_put(m, "%s\n", *p->why ? p->why : "one number, or none for all");
        return;
    }
    for (unsigned i = 0; i < MONITOR_POINTS; i++) {
        struct monitor_point *b = &m->points[i];
        if (!b->number || b->watch != watch || (number && b->number != number)) continue;
        b->number = 0;
        any = true;
    }
    if (!any && number)
        monitor_put(m, "there is no %s %llu\n", watch ? "watchpoint" : "breakpoint",
                    (unsigned long long)number);
    points_resolve(m);
}

static void set(struct monitor *m, struct parse *p, bool watch)
{
    struct monitor_point b;
    if (!parse_point(p, watch, &b) || !looks_right(m, b.text, p)) {
        monitor_put(m, "%s\n", p->why);
        return;
    }
    if (!first_free(m)) {
        monitor_put(m, "%d breakpoints and watchpoints at most\n", MONITOR_POINTS);
        return;
    }
    if (!place(m, &b, p) && !p->unknown) {
        monitor_put(m, "%s\n", p->why);
        return;
    }
    add(m, &b);
    put_point(m, &b);
    points_resolve(m);
}

void points_command(struct monitor *m, struct parse *p, bool watch)
{
    if (parse_end(p))
        list(m, watch);
    else if (*p->at == '-')
        take_away(m, p, watch);
    else
        set(m, p, watch);
}
