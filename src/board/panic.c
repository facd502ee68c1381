// Linux announces its end on every console, whatever its log level: a line "Kernel panic - not syncing:
// REASON", behind at most the level and the time; registers and a stack may follow; since Linux 3.15
// "---[ end Kernel panic - not syncing: REASON ]---" closes it. Nothing else in a panic is visible from
// outside and the same in all kernels: it does not power off, and waits or reboots as its command line says.
// A program that writes such a line to the console is not told from a kernel that does.
#include "board/panic.h"

#include <ctype.h>
#include <string.h>

// The guest's time for what is still to be printed.
enum { AFTER_START_MS = 3000, AFTER_END_MS = 50 };

void panic_watch_init(struct panic_watch *p, struct clock *clock, void (*fire)(void *ctx), void *ctx)
{
    *p = (struct panic_watch){.clock = clock, .timer = {.fire = fire, .ctx = ctx}};
}

// Behind "<0>", "[    1.234567] " and "[    T1] "
static const char *message(const char *line)
{
    if (line[0] == '<' && isdigit((unsigned char)line[1]) && line[2] == '>') line += 3;
    while (*line == '[') {
        const size_t n = strspn(line + 1, " .0123456789TC");
        if (line[1 + n] != ']') break;
        line += n + 2;
        line += *line == ' ';
    }
    return line;
}

static bool starts_with(const char *s, const char *prefix)
{
    return !strncmp(s, prefix, strlen(prefix));
}

static void end_of_line(struct panic_watch *p)
{
    p->line[p->len] = 0;
    const char *m = message(p->line);
    unsigned ms = 0;
    if (!p->seen && starts_with(m, "Kernel panic - not syncing"))
        ms = AFTER_START_MS;
    else if (p->seen && starts_with(m, "---[ end Kernel panic"))
        ms = AFTER_END_MS;
    if (!ms) return;
    p->seen = true;
    timer_set(p->clock, &p->timer, clock_ns(p->clock) + ms * 1000000ull);
}

void panic_watch_output(void *panic_watch, const uint8_t *data, size_t n)
{
    struct panic_watch *p = panic_watch;
    for (size_t i = 0; i < n; i++) {
        if (data[i] == '\n' || data[i] == '\r') {
            if (p->len) end_of_line(p);
            p->len = 0;
        } else if (p->len < PANIC_LINE - 1) {
            p->line[p->len++] = (char)data[i];
            // The last line may have no end.
            if (p->seen && p->len > 4 && !memcmp(p->line + p->len - 4, "]---", 4)) end_of_line(p);
        }
    }
}
