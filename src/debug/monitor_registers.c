// Registers, as the monitor shows and changes them.
#include <stdio.h>
#include <string.h>

#include "debug/monitor_session.h"
#include "debug/registers.h"

enum { REG_NONE = -1 };

// NAME followed by a number below most.
static int numbered(const char *name, const char *prefix, int first, int most)
{
    const size_t n = strlen(prefix);
    if (strncmp(name, prefix, n) != 0 || !name[n] || strlen(name + n) > 2) return REG_NONE;
    int v = 0;
    for (const char *s = name + n; *s; s++) {
        if (*s < '0' || *s > '9' || (*s == '0' && s[1])) return REG_NONE;
        v = v * 10 + *s - '0';
    }
    return v < most ? first + v : REG_NONE;
}

static int number_of(struct monitor *m, const char *name)
{
    static const struct {
        const char *name;
        int number;
    } named[] = {
        {"sb", 9},  {"sl", 10}, {"fp", 11},         {"ip", 12},           {"sp", 13},
        {"lr", 14}, {"pc", 15}, {"cpsr", REG_CPSR}, {"fpscr", REG_FPSCR}, {"tpidruro", REG_TPIDRURO},
    };
    for (unsigned i = 0; i < sizeof named / sizeof *named; i++)
        if (!strcmp(named[i].name, name)) return named[i].number;
    const struct debug_target *t = m->k->target;
    const struct debug_cpu *e = monitor_cpu(m);
    const char *other, *group;
    for (unsigned i = 0; t->reg_name && (other = t->reg_name(e ? e->cpu : NULL, i, &group)); i++)
        if (!strcmp(other, name)) return REG_OTHERS + (int)i;
    const int core = numbered(name, "r", 0, 16);
    return core == REG_NONE ? numbered(name, "d", REG_D0, 32) : core;
}

static uint64_t value_of(struct monitor *m, int number)
{
    uint8_t bytes[REG_BYTES];
    uint64_t v;
    register_get(m->k->target, monitor_cpu(m)->cpu, (unsigned)number, bytes);
    memcpy(&v, bytes, 8);
    return v;
}

static bool is_wide(int number)
{
    return number >= REG_D0 && number < REG_FPSCR;
}

bool registers_named(struct monitor *m, const char *name)
{
    const int n = number_of(m, name);
    return n != REG_NONE && !is_wide(n);
}

bool registers_value(struct monitor *m, const char *name, uint32_t *value)
{
    const int n = monitor_cpu(m) ? number_of(m, name) : REG_NONE;
    if (n == REG_NONE || is_wide(n)) return false;
    *value = (uint32_t)value_of(m, n);
    return true;
}

// ---- showing ----

static void show_core(struct monitor *m, const struct cpu *c)
{
    char text[REG_TEXT];
    registers_text(c, text);
    monitor_put(m, "%s", text);
}

static void show_all(struct monitor *m, struct cpu *c)
{
    const struct debug_target *t = m->k->target;
    const char *name, *group;
    show_core(m, c);
    for (unsigned i = 0; i < 32; i++)
        monitor_put(m, "d%-4u%016llx%s", i, (unsigned long long)c->d[i], i % 4 == 3 ? "\n" : "  ");
    monitor_put(m, "tpidruro %08x\n", c->tpidruro);
    for (unsigned i = 0; t->reg_name && (name = t->reg_name(c, i, &group)); i++)
        monitor_put(m, "%-11s%08x%s", name, t->reg_get(c, i),
                    i % 4 == 3 || !t->reg_name(c, i + 1, &group) ? "\n" : "  ");
}

static void show_one(struct monitor *m, const char *name, int number)
{
    const uint64_t v = value_of(m, number);
    char at[300];
    if (is_wide(number)) {
        double d;
        memcpy(&d, &v, sizeof d);
        monitor_put(m, "%s  %016llx  %g\n", name, (unsigned long long)v, d);
        return;
    }
    memory_place(m, (uint32_t)v, at, sizeof at);
    monitor_put(m, "%s  %s  %d\n", name, at, (int32_t)v);
}

static void set_one(struct monitor *m, struct parse *p, int number)
{
    const struct parse_names names = monitor_names(m);
    uint8_t bytes[REG_BYTES] = {0};
    uint64_t v = 0;
    uint32_t word = 0;
    p->names = &names;
    parse_end(p);
    const bool ok = is_wide(number) ? parse_number(p, &v) : parse_value(p, &word);
    if (!ok || !parse_end(p)) {
        monitor_put(m, "%s\n", *p->why ? p->why : "r NAME = VALUE");
        return;
    }
    v |= word;
    memcpy(bytes, &v, 8);
    if (!register_set(monitor_cpu(m)->cpu, (unsigned)number, bytes)) monitor_put(m, "it can only be read\n");
}

void registers_show(struct monitor *m, struct parse *p)
{
    struct cpu *c = monitor_cpu(m)->cpu;
    if (parse_end(p)) {
        show_core(m, c);
        return;
    }
    char name[32];
    size_t n = 0;
    if (*p->at == '$') p->at++;
    for (; *p->at && !strchr(" \t=", *p->at); p->at++)
        if (n + 1 < sizeof name) name[n++] = *p->at;
    name[n] = 0;
    const int number = number_of(m, name);
    const bool all = !strcmp(name, "all"), sets = !parse_end(p) && *p->at == '=';
    if (number == REG_NONE && !all)
        monitor_put(m, "there is no register %s; r all shows those that there are\n", name);
    else if (sets && !all)
        p->at++, set_one(m, p, number);
    else if (*p->at)
        monitor_put(m, "r [all | NAME [= VALUE]]\n");
    else if (all)
        show_all(m, c);
    else
        show_one(m, name, number);
}
