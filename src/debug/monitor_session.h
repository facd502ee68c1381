// The built-in monitor: what its parts tell each other. All but the terminal's is done with the control's
// lock held, and while no CPU is inside.
#ifndef STINKARM_DEBUG_MONITOR_SESSION_H
#define STINKARM_DEBUG_MONITOR_SESSION_H

#include "base/options_debug.h"
#include "debug/control.h"
#include "debug/line_edit.h"
#include "debug/monitor_parse.h"
#include "debug/monitor_terminal.h"
#include "symbols/symbols.h"

enum { MONITOR_POINTS = 64 };

// A breakpoint or a watchpoint. One whose address is not known yet waits until a symbol of that name is
// there.
struct monitor_point {
    unsigned number; // 0: this place is free
    bool watch;
    bool placed;             // addr is what text says
    char text[PARSE_NAME];   // as it was typed
    struct debug_watch what; // a breakpoint's has no length
    uint64_t count, hits;    // stops from that hit on; how many there were
};

enum monitor_go { GO_NOWHERE, GO_ON, GO_STEP };

struct monitor {
    struct debug_front front; // first
    struct debug_control *k;
    struct debug_options options;
    struct symbols *symbols; // or NULL
    struct monitor_terminal terminal;
    struct line_edit line;
    int interrupts; // a signalfd of SIGINT
    struct monitor_point points[MONITOR_POINTS];
    unsigned given[2];             // numbers, of breakpoints and of watchpoints
    unsigned shown;                // the thread of the last stop that was shown
    unsigned current;              // the thread that commands are about
    struct debug_stop stop;        // the last; STOP_NONE: the thread that was stepped is gone
    struct monitor_point *point;   // … that it was for, or NULL
    enum monitor_go go;            // what the last command wants …
    uint64_t steps;                // … how often
    int signal;                    // … and what is delivered: -1: as it came
    bool over;                     // no more commands
    bool quit;                     // … and all is to end,
    int status;                    // with this
    struct parse_format format;    // x: the last one's …
    uint32_t next_data, next_code; // … and what is behind what it has shown, as dis
    uint8_t next_itstate;          // … with this state
    char again[LINE_SIZE];         // what an empty line stands for
    size_t pending;                // bytes of text that are to be written
    char text[4096];
};

// monitor.c
void monitor_put(struct monitor *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// The one that commands are about; NULL: there is none any more.
struct debug_cpu *monitor_cpu(struct monitor *m);

// monitor_commands.c: a line; what it wants is in go and over.
void monitor_command(struct monitor *m, const char *line);

// monitor_points.c
struct parse_names monitor_names(struct monitor *m);
// Those of the command line. False: it has said what is wrong.
bool points_begin(struct monitor *m);
// Symbols that are there now. Says so.
void points_resolve(struct monitor *m);
// Tells the control, all but what would stop this CPU where it is (NULL: all).
void points_place(struct monitor *m, const struct debug_cpu *except);
bool points_stop_at(const struct monitor *m, uint32_t addr);
// Counts a stop. The point that it is to be shown for, or NULL.
struct monitor_point *points_hit(struct monitor *m, const struct debug_stop *stop);
// Says which were never there.
void points_missed(struct monitor *m);
void points_command(struct monitor *m, struct parse *p, bool watch);

// monitor_run.c: goes on as m->go wants until there is a stop to be shown, in m->stop.
void monitor_run(struct monitor *m);

// monitor_memory.c
// "0x00010438 <main+0x4>"
void memory_place(struct monitor *m, uint32_t addr, char *buf, size_t size);
// The instruction there; how many bytes it has, 0: it cannot be read. itstate is the next one's then.
unsigned memory_instruction(struct monitor *m, struct debug_cpu *e, uint32_t addr, bool thumb,
                            uint8_t *itstate);
void memory_examine(struct monitor *m, struct parse *p);
void memory_disassemble(struct monitor *m, struct parse *p);

// monitor_registers.c
void registers_show(struct monitor *m, struct parse *p);
// Of registers that have 32 bits. registers_named: whether it is one, be there a CPU or not.
bool registers_named(struct monitor *m, const char *name);
bool registers_value(struct monitor *m, const char *name, uint32_t *value);

#endif
