// GDB's command `monitor`.
#include <stdio.h>
#include <string.h>

#include "base/stats.h"
#include "debug/gdb_session.h"
#include "debug/log.h"
#include "debug/registers.h"

static const char help[] = "help                   this\n"
                           "regs                   the registers of the present thread\n"
                           "log WHAT,... on|off    what stinkarm logs, to its own terminal: --help lists it\n"
                           "stats                  the figures so far, with --stats\n"
                           "quit                   ends stinkarm\n";

static void put_registers(struct gdb_session *s, const struct cpu *c)
{
    char text[REG_TEXT];
    registers_text(c, text);
    gdb_say(s, text);
}

static void say_piece(void *session, const char *text, size_t n)
{
    char part[1024];
    for (size_t k; n; text += k, n -= k) {
        k = n < sizeof part - 1 ? n : sizeof part - 1;
        memcpy(part, text, k);
        part[k] = 0;
        gdb_say(session, part);
    }
}

// LIST on|off
static bool set_log(struct gdb_session *s, const char *p)
{
    char list[256], why[LOG_WHY];
    const size_t n = strcspn(p, " ");
    const char *what = p + n + strspn(p + n, " ");
    const bool on = !strcmp(what, "on");
    if (n >= sizeof list || (!on && strcmp(what, "off") != 0)) return false;
    memcpy(list, p, n);
    list[n] = 0;
    if (!debug_log(session_cpu(s), list, on, why)) {
        gdb_say(s, why);
        gdb_say(s, "\n");
    }
    return true;
}

bool gdb_monitor(struct gdb_session *s, const char *command)
{
    const struct debug_target *t = s->k->target;
    struct cpu *c = session_cpu(s);
    if (!strcmp(command, "help")) {
        gdb_say(s, help);
        if (t->monitor) t->monitor(t->ctx, c, NULL, gdb_say, s);
    } else if (!strcmp(command, "regs") && c) {
        put_registers(s, c);
    } else if (!strcmp(command, "stats")) {
        stats_print(say_piece, s);
    } else if (!strcmp(command, "quit")) {
        s->over = s->quit = true;
    } else if (!strncmp(command, "log ", 4)) {
        return set_log(s, command + 4);
    } else {
        return t->monitor && c && t->monitor(t->ctx, c, command, gdb_say, s);
    }
    return true;
}
