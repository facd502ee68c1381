// What is to be logged: categories and their filters.
//
// A rule is an item of the lists that --log takes. A line is wanted if one of its category's rules lets it
// through.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/option.h"

enum { RULES = 64, DEVICE_NAME = 24, FUNCTION_NAME = 64 };

struct rule {
    bool used;
    enum log_category cat;
    bool by_pc;
    uint32_t first, last;         // by_pc
    char function[FUNCTION_NAME]; // "": they are known
    int64_t thread;               // -1: any
    char device[DEVICE_NAME];     // "": any
};

unsigned log_known = LOG_PROGRAM;
unsigned log_mask = 1u << LOG_UNIMP, log_filtered;

static log_find_fn *find; // functions; NULL: nobody can yet
static void *find_ctx;
static bool wait_for_find;         // some rule does
static const char *const *devices; // that there are; NULL: not known yet
static unsigned ndevices;

static struct rule rules[RULES] = {{.used = true, .cat = LOG_UNIMP, .thread = -1}};

static const char *const names[LOG_CATEGORIES] = {
    [LOG_ELF] = "elf",         [LOG_SYSCALLS] = "syscalls",
    [LOG_MEMORY] = "memory",   [LOG_INSTRUCTIONS] = "instructions",
    [LOG_BLOCKS] = "blocks",   [LOG_IR] = "ir",
    [LOG_JIT] = "jit",         [LOG_EXCEPTIONS] = "exceptions",
    [LOG_MMU] = "mmu",         [LOG_IRQ] = "irq",
    [LOG_DEVICE] = "device",   [LOG_GDB] = "gdb",
    [LOG_SIGNALS] = "signals", [LOG_UNIMP] = "unimp",
};

// ---- who asks ----

static _Thread_local struct {
    unsigned id;
    uint32_t (*pc)(const void *cpu);
    const void *cpu; // NULL: no guest
} here;

static bool many;           // threads, some time
static int64_t last_thread; // its ID + 1; 0, which costs no page of the file: there was none

void log_thread(unsigned id, uint32_t (*pc)(const void *cpu), const void *cpu)
{
    here.id = id;
    here.pc = pc;
    here.cpu = cpu;
    if (!cpu || (int64_t)id + 1 == last_thread) return;
    many = many || last_thread;
    last_thread = (int64_t)id + 1;
}

void log_expect_threads(void)
{
    many = true;
}

bool log_thread_of_many(unsigned *id)
{
    *id = here.id;
    return here.cpu && many;
}

// ---- filtering ----

static bool is_whole(const struct rule *r)
{
    return !r->by_pc && r->thread < 0 && !r->device[0];
}

static bool lets_through(const struct rule *r, int64_t pc, int64_t thread)
{
    if (r->by_pc && (pc < r->first || pc > r->last)) return false;
    return r->thread < 0 || thread == r->thread;
}

static int64_t pc_here(int64_t pc)
{
    return pc == LOG_HERE && here.cpu ? here.pc(here.cpu) : pc;
}

static int64_t thread_here(int64_t thread)
{
    return thread == LOG_HERE && here.cpu ? here.id : thread;
}

struct log_place log_place(void)
{
    struct log_place at = {""};
    if (here.cpu) snprintf(at.text, sizeof at.text, " at 0x%08x", here.pc(here.cpu));
    return at;
}

bool log_passes(enum log_category cat, int64_t pc, int64_t thread)
{
    pc = pc_here(pc);
    thread = thread_here(thread);
    for (unsigned i = 0; i < RULES; i++)
        if (rules[i].used && rules[i].cat == cat && lets_through(&rules[i], pc, thread)) return true;
    return false;
}

bool log_device_on(const char *name, const char *other)
{
    const int64_t pc = pc_here(LOG_HERE), thread = thread_here(LOG_HERE);
    for (unsigned i = 0; i < RULES; i++) {
        const struct rule *r = &rules[i];
        if (!r->used || r->cat != LOG_DEVICE || !lets_through(r, pc, thread)) continue;
        if (!r->device[0] || !strcmp(r->device, name) || (other && !strcmp(r->device, other))) return true;
    }
    return false;
}

bool log_wants_code(uint32_t first, uint32_t last, uint32_t *next)
{
    *next = UINT32_MAX;
    for (unsigned i = 0; i < RULES; i++) {
        const struct rule *r = &rules[i];
        if (!r->used || r->cat != LOG_INSTRUCTIONS) continue;
        if (!r->by_pc || (r->first <= last && r->last >= first)) return true;
        if (r->first > last && r->first < *next) *next = r->first;
    }
    return false;
}

static void sum_up(void)
{
    unsigned mask = 0, whole = 0;
    for (unsigned i = 0; i < RULES; i++) {
        if (!rules[i].used) continue;
        mask |= 1u << rules[i].cat;
        if (is_whole(&rules[i])) whole |= 1u << rules[i].cat;
    }
    log_filtered = mask & ~whole;
    log_mask = mask;
}

static bool add(const struct rule *r, char *why)
{
    for (unsigned i = 0; i < RULES; i++) {
        if (rules[i].used) continue;
        rules[i] = *r;
        rules[i].used = true;
        return true;
    }
    snprintf(why, LOG_WHY, "there are more than %u categories and filters", RULES);
    return false;
}

static bool removes(const struct rule *by, const struct rule *r)
{
    return by->cat == r->cat && (!by->device[0] || !strcmp(by->device, r->device));
}

static void remove_like(const struct rule *by)
{
    for (unsigned i = 0; i < RULES; i++)
        if (removes(by, &rules[i])) rules[i].used = false;
}

// ---- reading lists ----

struct text {
    const char *p;
    size_t n;
};

static bool is(struct text t, const char *word)
{
    return strlen(word) == t.n && memcmp(word, t.p, t.n) == 0;
}

// The text up to a separator or the end, which *from moves behind; false: there is none left.
static bool cut(struct text *from, char separator, struct text *piece)
{
    if (!from->p) return false;
    const char *end = memchr(from->p, separator, from->n);
    piece->p = from->p;
    piece->n = end ? (size_t)(end - from->p) : from->n;
    from->p = end ? end + 1 : NULL;
    from->n -= end ? piece->n + 1 : piece->n;
    return true;
}

static bool number(struct text t, uint64_t most, uint64_t *v)
{
    char copy[24];
    if (t.n >= sizeof copy) return false;
    memcpy(copy, t.p, t.n);
    copy[t.n] = 0;
    return option_number(copy, v) && *v <= most;
}

static bool wrong(char *why, struct text t, const char *what)
{
    snprintf(why, LOG_WHY, "'%.*s' is not %s", (int)t.n, t.p, what);
    return false;
}

static bool wrong_category(char *why, struct text t)
{
    for (unsigned i = 0; i < LOG_CATEGORIES; i++)
        if (is(t, names[i]))
            return wrong(why, t,
                         log_known == LOG_PROGRAM ? "logged of programs, only of machines (--system)"
                                                  : "logged of machines, only of programs");
    char list[LOG_WHY / 2] = "none";
    for (unsigned i = 0; i < LOG_CATEGORIES; i++) {
        if (!(log_known >> i & 1)) continue;
        strcat(list, ", ");
        strcat(list, names[i]);
        if (i == LOG_DEVICE) strcat(list, ", device:NAME");
    }
    strcat(list, " or all");
    return wrong(why, t, list);
}

// Nothing passes a filter by a function that is not known yet.
static bool find_function(struct rule *r, char *why)
{
    r->by_pc = true;
    r->first = UINT32_MAX;
    r->last = 0;
    if (!find) return wait_for_find = true;
    if (!find(find_ctx, r->function, &r->first, &r->last)) {
        snprintf(why, LOG_WHY, "'%s' is not a function that is known here", r->function);
        return false;
    }
    r->function[0] = 0;
    return true;
}

// A, A-B, or a function
static bool read_range(struct text t, struct rule *r, char *why)
{
    struct text from = t, a, b;
    uint64_t first, last;
    if (t.n && t.n < FUNCTION_NAME && (isalpha((unsigned char)*t.p) || *t.p == '_')) {
        memcpy(r->function, t.p, t.n);
        return find_function(r, why);
    }
    cut(&from, '-', &a);
    const bool range = cut(&from, '-', &b);
    if (from.p || !number(a, UINT32_MAX, &first) || (range && !number(b, UINT32_MAX, &last)))
        return wrong(why, t, "an address, a range of them like 0x8000-0x8fff, or a function");
    if (!range) last = first;
    if (last < first) return wrong(why, t, "a range: it ends in front of its beginning");
    r->by_pc = true;
    r->first = (uint32_t)first;
    r->last = (uint32_t)last;
    return true;
}

static bool read_filter(struct text t, struct rule *r, char *why)
{
    const struct text value = {t.p + sizeof "pc=" - 1, t.n - (sizeof "pc=" - 1)};
    const struct text id = {t.p + sizeof "thread=" - 1, t.n - (sizeof "thread=" - 1)};
    uint64_t n;
    if (t.n > 2 && !memcmp(t.p, "pc=", 3)) return read_range(value, r, why);
    if (t.n < 7 || memcmp(t.p, "thread=", 7) != 0)
        return wrong(why, t, "a filter: pc=A-B, pc=A, pc=FUNCTION or thread=N");
    if (!number(id, INT32_MAX, &n)) return wrong(why, id, "the number of a thread or CPU");
    r->thread = (int64_t)n;
    return true;
}

// Before the machine is there any name may be one.
static bool is_device(const char *name, char *why)
{
    if (!name[0] || !devices) return true;
    for (unsigned i = 0; i < ndevices; i++)
        if (!strcmp(devices[i], name)) return true;
    size_t at = (size_t)snprintf(why, LOG_WHY, "'%s' is not a device of this machine:", name);
    for (unsigned i = 0; i < ndevices && at < LOG_WHY; i++)
        at += (size_t)snprintf(why + at, LOG_WHY - at, "%s %s", i ? "," : "", devices[i]);
    return false;
}

// What is behind the category of an item.
static bool read_rest(struct text item, struct rule *r, unsigned categories, char *why)
{
    struct text piece;
    bool first = true;
    for (; cut(&item, ':', &piece); first = false) {
        if (first && categories == 1u << LOG_DEVICE && !memchr(piece.p, '=', piece.n)) {
            if (!piece.n || piece.n >= DEVICE_NAME) return wrong(why, piece, "the name of a device");
            memcpy(r->device, piece.p, piece.n);
            if (!is_device(r->device, why)) return false;
        } else if (!read_filter(piece, r, why)) {
            return false;
        }
    }
    return true;
}

static unsigned categories_named(struct text name)
{
    for (unsigned i = 0; i < LOG_CATEGORIES; i++)
        if (log_known >> i & 1 && is(name, names[i])) return 1u << i;
    return is(name, "all") ? log_known : 0;
}

// One item of a list: switched on or off.
static bool read_item(struct text item, bool on, char *why)
{
    struct rule r = {.thread = -1};
    struct text name;
    const struct text whole = item;
    cut(&item, ':', &name);
    if (is(name, "none") && item.p) return wrong(why, whole, "none: that takes no filters");
    const unsigned categories = is(whole, "none") ? LOG_PROGRAM | LOG_MACHINE : categories_named(name);
    if (!categories) return wrong_category(why, name);
    if (!read_rest(item, &r, categories, why)) return false;
    if (!on && !is_whole(&r) && (r.by_pc || r.thread >= 0))
        return wrong(why, whole, "a category without filters");
    if (is(whole, "none")) on = false;
    for (unsigned i = 0; i < LOG_CATEGORIES; i++) {
        r.cat = (enum log_category)i;
        if (!(categories >> i & 1)) continue;
        if (!on)
            remove_like(&r);
        else if (!add(&r, why))
            return false;
    }
    return true;
}

static bool read_list(const char *list, bool on, char *why)
{
    struct text rest = {list, strlen(list)}, item;
    bool ok = true;
    while (ok && cut(&rest, ',', &item))
        ok = read_item(item, on, why);
    sum_up();
    return ok;
}

bool log_enable(const char *list, char why[LOG_WHY])
{
    return read_list(list, true, why);
}

bool log_disable(const char *list, char why[LOG_WHY])
{
    return read_list(list, false, why);
}

bool log_know_devices(const char *const *known, unsigned n, char why[LOG_WHY])
{
    devices = known;
    ndevices = n;
    for (unsigned i = 0; i < RULES; i++)
        if (rules[i].used && !is_device(rules[i].device, why)) return false;
    return true;
}

bool log_know_functions(log_find_fn *by, void *ctx, char why[LOG_WHY])
{
    find = by;
    find_ctx = ctx;
    if (!wait_for_find) return true;
    for (unsigned i = 0; i < RULES; i++)
        if (rules[i].used && rules[i].function[0] && !find_function(&rules[i], why)) return false;
    return true;
}
