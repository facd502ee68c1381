// What can be typed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signal_names.h"
#include "base/stats.h"
#include "debug/log.h"
#include "debug/monitor_session.h"
#include "symbols/backtrace.h"

static const char help[] =
    "b [ADDR[:COUNT]]           breakpoints: sets one, that stops from hit COUNT on; lists them\n"
    "w [ADDR[:LEN][:r|w|rw]]    watchpoints, in front of reads, writes (the default) or both\n"
    "b -[N]  w -[N]             takes number N away, or all\n"
    "s [N]                      executes N instructions of this thread\n"
    "c [SIGNAL]                 goes on; a signal that has stopped is replaced (0: by none)\n"
    "bt                         who has called\n"
    "t [ID]                     threads or CPUs: lists them; which one the commands are about\n"
    "r [all | NAME [= VALUE]]   registers\n"
    "x ADDR [N][FORMAT]         memory: x d u hexadecimal, signed, unsigned; c s i characters,\n"
    "                           strings, instructions; b h w in 1, 2 or 4 bytes\n"
    "dis [ADDR] [N]             instructions\n"
    "p VALUE                    a value, and what is there\n"
    "log WHAT,... on|off        what is logged: --help lists it\n"
    "stats                      the figures so far, with --stats\n"
    "v                          logs each instruction while it runs, or no longer\n"
    "q [STATUS]                 ends all, with this exit status (0)\n"
    "help                       this\n"
    "ADDR, VALUE: sums of numbers (0x…), symbols (FILE:NAME), registers, *ADDR (a word of memory);\n"
    "an empty line repeats s, or shows what is behind what x or dis has shown\n";

enum needs { ANYTIME, A_CPU }; // a thread that there is

static void wrong(struct monitor *m, const struct parse *p, const char *usage)
{
    monitor_put(m, "%s\n", *p->why ? p->why : usage);
}

// ---- going on ----

static void command_step(struct monitor *m, struct parse *p)
{
    uint64_t n = 1;
    if (!parse_end(p) && (!parse_number(p, &n) || !parse_end(p) || !n)) {
        wrong(m, p, "s [N]");
        return;
    }
    m->go = GO_STEP;
    m->steps = n;
    m->signal = -1;
    snprintf(m->again, sizeof m->again, n == 1 ? "s" : "s %llu", (unsigned long long)n);
}

static void command_continue(struct monitor *m, struct parse *p)
{
    char name[16];
    m->signal = m->stop.signal == SIGINT ? 0 : -1; // Ctrl-C was for us
    if (parse_word(p, name, sizeof name)) {
        m->signal = signal_number(name);
        if (m->signal < 0 || !parse_end(p)) {
            monitor_put(m, "'%s' is not a signal like INT or 2, or 0 for none\n", name);
            return;
        }
        if (m->stop.kind != STOP_SIGNAL) {
            monitor_put(m, "no signal has stopped it: there is none to be replaced\n");
            return;
        }
    }
    m->go = GO_ON;
}

static void command_quit(struct monitor *m, struct parse *p)
{
    uint64_t status = 0;
    if (!parse_end(p) && (!parse_number(p, &status) || !parse_end(p) || status > 255)) {
        wrong(m, p, "q [STATUS], which is from 0 to 255");
        return;
    }
    m->over = m->quit = true;
    m->status = (int)status;
}

// ---- looking ----

static void command_break(struct monitor *m, struct parse *p)
{
    points_command(m, p, false);
}

static void command_watch(struct monitor *m, struct parse *p)
{
    points_command(m, p, true);
}

static size_t read_stack(void *ctx, uint32_t addr, void *to, size_t n)
{
    struct monitor *m = ctx;
    return m->k->target->read(monitor_cpu(m)->cpu, addr, to, n);
}

static void put_line(void *to, const char *line)
{
    monitor_put(to, "%s%s", line, line[strcspn(line, "\n")] ? "" : "\n");
}

static void command_backtrace(struct monitor *m, struct parse *p)
{
    (void)p;
    struct cpu *c = monitor_cpu(m)->cpu;
    struct backtrace_space space = {.symbols = m->symbols, .ctx = m, .read = read_stack};
    if (m->k->target->stack) m->k->target->stack(c, &space);
    space.symbols = m->symbols;
    backtrace_print(&space, c->r, c->thumb, put_line, m);
}

static void list_threads(struct monitor *m)
{
    for (const struct debug_cpu *e = m->k->cpus; e; e = e->next) {
        char name[64], place[300];
        m->k->target->name(e->cpu, name, sizeof name);
        memory_place(m, e->cpu->r[15], place, sizeof place);
        monitor_put(m, "%c %u  %s  %s\n", e->id == m->current ? '*' : ' ', e->id, name, place);
    }
}

static void command_thread(struct monitor *m, struct parse *p)
{
    uint64_t id;
    if (parse_end(p)) {
        list_threads(m);
        return;
    }
    if (!parse_number(p, &id) || !parse_end(p)) {
        wrong(m, p, "t [ID]");
        return;
    }
    struct debug_cpu *e = id >> 32 ? NULL : debug_find(m->k, (unsigned)id);
    if (!e) {
        monitor_put(m, "there is no thread %llu; t lists them\n", (unsigned long long)id);
        return;
    }
    m->current = e->id;
    uint8_t itstate = e->cpu->itstate;
    memory_instruction(m, e, e->cpu->r[15], e->cpu->thumb, &itstate);
}

static void command_print(struct monitor *m, struct parse *p)
{
    const struct parse_names names = monitor_names(m);
    uint32_t v, word;
    char place[300];
    p->names = &names;
    if (!parse_value(p, &v) || !parse_end(p)) {
        wrong(m, p, "p VALUE");
        return;
    }
    memory_place(m, v, place, sizeof place);
    monitor_put(m, "%s  %d", place, (int32_t)v);
    if (names.word(names.ctx, v, &word)) monitor_put(m, "  -> 0x%08x", word);
    monitor_put(m, "\n");
}

static void command_trace(struct monitor *m, struct parse *p)
{
    (void)p;
    const struct debug_cpu *e = monitor_cpu(m);
    char why[LOG_WHY];
    debug_log(e ? e->cpu : NULL, "instructions", !log_any(LOG_INSTRUCTIONS), why);
    monitor_put(m, "instructions are %s logged\n", log_any(LOG_INSTRUCTIONS) ? "now" : "no longer");
}

static void command_log(struct monitor *m, struct parse *p)
{
    const struct debug_cpu *e = monitor_cpu(m);
    char list[256], what[8], why[LOG_WHY];
    const size_t n = parse_word(p, list, sizeof list);
    parse_word(p, what, sizeof what);
    const bool on = !strcmp(what, "on");
    if (!n || n == sizeof list - 1 || (!on && strcmp(what, "off") != 0) || !parse_end(p))
        monitor_put(m, "log WHAT,... on|off\n");
    else if (!debug_log(e ? e->cpu : NULL, list, on, why))
        monitor_put(m, "%s\n", why);
}

static void put_piece(void *to, const char *text, size_t n)
{
    for (size_t k; n; text += k, n -= k) {
        k = n < 512 ? n : 512;
        monitor_put(to, "%.*s", (int)k, text);
    }
}

static void command_stats(struct monitor *m, struct parse *p)
{
    (void)p;
    stats_print(put_piece, m);
}

static void put_text(void *to, const char *text)
{
    monitor_put(to, "%s", text);
}

static void command_help(struct monitor *m, struct parse *p)
{
    (void)p;
    const struct debug_target *t = m->k->target;
    for (const char *line = help, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        monitor_put(m, "%.*s\n", (int)(end - line), line);
    }
    if (t->monitor && monitor_cpu(m)) t->monitor(t->ctx, monitor_cpu(m)->cpu, NULL, put_text, m);
}

static const struct {
    const char *name, *other;
    void (*run)(struct monitor *m, struct parse *p);
    enum needs needs;
} commands[] = {
    {"b", "break", command_break, ANYTIME},
    {"w", "watch", command_watch, ANYTIME},
    {"s", "step", command_step, A_CPU},
    {"c", "continue", command_continue, ANYTIME},
    {"bt", "backtrace", command_backtrace, A_CPU},
    {"t", "thread", command_thread, ANYTIME},
    {"r", "registers", registers_show, A_CPU},
    {"x", "examine", memory_examine, A_CPU},
    {"dis", "disassemble", memory_disassemble, A_CPU},
    {"p", "print", command_print, A_CPU},
    {"v", "trace", command_trace, ANYTIME},
    {"log", "l", command_log, ANYTIME},
    {"stats", "figures", command_stats, ANYTIME},
    {"q", "quit", command_quit, ANYTIME},
    {"help", "h", command_help, ANYTIME},
};

// What only the target knows: a machine's own commands.
static bool ask_target(struct monitor *m, const char *line)
{
    const struct debug_target *t = m->k->target;
    struct debug_cpu *e = monitor_cpu(m);
    return t->monitor && e && t->monitor(t->ctx, e->cpu, line, put_text, m);
}

void monitor_command(struct monitor *m, const char *line)
{
    line += strspn(line, " \t");
    if (*line == '#') return;
    char copy[LINE_SIZE];
    snprintf(copy, sizeof copy, "%s", *line ? line : m->again);
    *m->again = 0;
    struct parse p = {.at = copy};
    char name[16];
    if (!parse_word(&p, name, sizeof name)) return;
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) != 0 && strcmp(commands[i].other, name) != 0) continue;
        if (commands[i].needs == A_CPU && !monitor_cpu(m))
            monitor_put(m, "there is no thread\n");
        else
            commands[i].run(m, &p);
        return;
    }
    if (!ask_target(m, copy)) monitor_put(m, "there is no command '%s'; help lists them\n", name);
}
