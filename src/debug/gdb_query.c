// Packets q and Q: what GDB wants to know.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "debug/gdb_session.h"
#include "debug/registers.h"
#include "debug/signals.h"

static bool starts(const char *p, const char *with)
{
    return !strncmp(p, with, strlen(with));
}

static void supported(struct gdb_session *s, const char *p)
{
    const struct debug_target *t = s->k->target;
    static const struct {
        const char *feature;
        unsigned flag;
    } wanted[] = {{"multiprocess+", GDB_MULTIPROCESS},
                  {"fork-events+", GDB_FORKS},
                  {"vfork-events+", GDB_VFORKS},
                  {"exec-events+", GDB_EXECS}};
    reply_format(&s->reply,
                 "PacketSize=%x;qXfer:features:read+;qXfer:threads:read+;vContSupported+;QStartNoAckMode+;"
                 "swbreak+;hwbreak+",
                 GDB_PACKET);
    if (t->auxv)
        reply_text(&s->reply, ";qXfer:auxv:read+;qXfer:libraries-svr4:read+;augmented-libraries-svr4-read+");
    if (!t->exe) reply_text(&s->reply, ";qXfer:memory-map:read+");
    if (t->exe) reply_text(&s->reply, ";qXfer:exec-file:read+;QCatchSyscalls+;QPassSignals+");
    for (unsigned i = 0; t->exe && i < sizeof wanted / sizeof *wanted; i++) {
        const char *at = strstr(p, wanted[i].feature);
        if (!at || !strchr(":;", at[-1])) continue;
        reply_format(&s->reply, ";%s", wanted[i].feature);
        s->flags |= wanted[i].flag;
    }
    if (!(s->flags & GDB_MULTIPROCESS)) s->flags &= ~(unsigned)(GDB_FORKS | GDB_VFORKS);
    gdb_follow(s);
}

// A piece of a text: "m" and the bytes, "l" and the last ones.
static void put_piece(struct gdb_session *s, const char *text, size_t size, size_t offset, size_t n)
{
    if (offset > size) offset = size;
    if (n > GDB_PACKET / 2) n = GDB_PACKET / 2;
    const bool last = n >= size - offset;
    reply_text(&s->reply, last ? "l" : "m");
    reply_binary(&s->reply, text + offset, last ? size - offset : n);
}

static char long_text[1 << 18]; // of the only conversation

// Threads with their names, as XML.
static void put_threads(struct gdb_session *s, bool part, size_t offset, size_t n)
{
    char *const text = long_text;
    const size_t size = sizeof long_text;
    size_t at = part ? 0 : (size_t)snprintf(text, size, "<threads>");
    for (struct debug_cpu *e = s->k->cpus; e && at < size - 256; e = e->next) {
        char name[64], safe[64];
        size_t k = 0;
        s->k->target->name(e->cpu, name, sizeof name);
        for (const char *p = name; *p && k < sizeof safe - 1; p++)
            safe[k++] = strchr("<>&\"", *p) || *p < ' ' ? '?' : *p;
        safe[k] = 0;
        struct gdb_reply id = {0};
        gdb_put_thread(s, &id, e->pid, e->id);
        at += (size_t)snprintf(text + at, size - at, "<thread id=\"%.*s\" name=\"%s\"/>", (int)id.n, id.data,
                               safe);
    }
    if (!part) at += gdb_children_threads(s, text + at, size - at - 256);
    if (!part) at += (size_t)snprintf(text + at, size - at, "</threads>");
    put_piece(s, text, at, offset, n);
}

// GDB's addresses are a machine's virtual ones, and it refuses what the map does not have: any may be memory,
// as the translation tables will say. A program's pages come and go: no map is true for long.
static const char memory_map[] =
    "<memory-map><memory type=\"ram\" start=\"0x0\" length=\"0x100000000\"/></memory-map>";

static void put_description(struct gdb_session *s, struct cpu *c, size_t offset, size_t n)
{
    char text[GDB_PACKET / 2];
    if (n > sizeof text) n = sizeof text;
    const size_t got = registers_xml(s->k->target, c, offset, text, n);
    reply_text(&s->reply, got == n ? "m" : "l");
    reply_binary(&s->reply, text, got);
}

static void put_auxv(struct gdb_session *s, size_t offset, size_t n)
{
    char bytes[1024];
    if (n > sizeof bytes) n = sizeof bytes;
    const size_t got = s->k->target->auxv(s->k->target->ctx, (uint32_t)offset, bytes, n);
    reply_text(&s->reply, got == n ? "m" : "l");
    reply_binary(&s->reply, bytes, got);
}

// qXfer:object:read:annex:offset,length
static void transfer(struct gdb_session *s, const char *p)
{
    const struct debug_target *t = s->k->target;
    struct cpu *c = session_cpu(s);
    const char *numbers = strrchr(p, ':');
    uint64_t offset, n;
    if (!numbers || !c) return reply_error(s, 0);
    const char *comma = gdb_number(numbers + 1, &offset);
    if (*comma != ',') return reply_error(s, 0);
    gdb_number(comma + 1, &n);
    if (starts(p, "features:read:target.xml:"))
        put_description(s, c, offset, n);
    else if (starts(p, "threads:read::"))
        put_threads(s, false, offset, n);
    else if (starts(p, "threads:read:part:")) // for the conversation above
        put_threads(s, true, offset, n);
    else if (starts(p, "auxv:read::") && t->auxv)
        put_auxv(s, offset, n);
    else if (starts(p, "memory-map:read::") && !t->exe)
        put_piece(s, memory_map, sizeof memory_map - 1, offset, n);
    else if (starts(p, "libraries-svr4:read:") && t->auxv)
        put_piece(s, long_text, gdb_libraries(s, c, p + 20, long_text, sizeof long_text), offset, n);
    else if (starts(p, "exec-file:read:") && t->exe)
        put_piece(s, t->exe(t->ctx), strlen(t->exe(t->ctx)), offset, n);
    else
        reply_error(s, 0);
}

static void list_threads(struct gdb_session *s, bool first)
{
    if (first) s->listed = 0;
    unsigned i = 0, told = 0;
    for (struct debug_cpu *e = s->k->cpus; e && told < 256; e = e->next, i++) {
        if (i < s->listed) continue;
        reply_text(&s->reply, told++ ? "," : "m");
        gdb_put_thread(s, &s->reply, e->pid, e->id);
    }
    s->listed += told;
    if (!told) reply_text(&s->reply, "l");
}

static void describe_thread(struct gdb_session *s, const char *p)
{
    struct gdb_thread t;
    char name[64];
    gdb_thread(p, &t);
    const struct debug_cpu *e = debug_find(s->k, t.id);
    if (!e) return reply_error(s, ESRCH);
    s->k->target->name(e->cpu, name, sizeof name);
    reply_hex(&s->reply, name, strlen(name));
}

// QCatchSyscalls:0, :1 or :1;nr;nr...
static void catch_syscalls(struct gdb_session *s, const char *p)
{
    const bool all = *p == '1' && !p[1];
    memset(s->k->syscalls, all ? 0xff : 0, sizeof s->k->syscalls);
    if (*p++ == '1')
        while (*p == ';') {
            uint64_t nr;
            p = gdb_number(p + 1, &nr);
            if (nr < 512) s->k->syscalls[nr / 64] |= 1ull << nr % 64;
        }
    reply_ok(s);
}

// QPassSignals:signal;signal...: they do not stop.
static void pass_signals(struct gdb_session *s, const char *p)
{
    s->k->passed = 0;
    while (*p) {
        uint64_t sig;
        p = gdb_number(p, &sig);
        const int n = linux_signal_of((unsigned)sig);
        if (n) s->k->passed |= 1ull << (n - 1);
        if (*p++ != ';') break;
    }
    reply_ok(s);
}

static void command(struct gdb_session *s, const char *hex)
{
    char text[512];
    text[gdb_bytes(hex, text, sizeof text - 1)] = 0;
    if (!gdb_monitor(s, text)) gdb_say(s, "unknown command; monitor help lists them\n");
    reply_ok(s);
}

bool gdb_query_packet(struct gdb_session *s, const char *p)
{
    if (starts(p, "qSupported"))
        supported(s, p);
    else if (starts(p, "qXfer:"))
        transfer(s, p + 6);
    else if (!strcmp(p, "qC")) {
        reply_text(&s->reply, "QC");
        gdb_put_thread(s, &s->reply, s->general_pid, s->general);
    } else if (!strcmp(p, "qfThreadInfo") || !strcmp(p, "qsThreadInfo"))
        list_threads(s, p[1] == 'f');
    else if (starts(p, "qThreadExtraInfo,"))
        describe_thread(s, p + 17);
    else if (starts(p, "qAttached"))
        reply_text(&s->reply, "1");
    else if (starts(p, "qSymbol"))
        reply_ok(s);
    else if (!strcmp(p, "QStartNoAckMode")) {
        s->link.no_ack = true;
        reply_ok(s);
    } else if (starts(p, "QNonStop:"))
        if (p[9] == '0')
            reply_ok(s);
        else
            reply_error(s, ENOTSUP);
    else if (starts(p, "QCatchSyscalls:"))
        catch_syscalls(s, p + 15);
    else if (starts(p, "QPassSignals:")) {
        pass_signals(s, p + 13);
    } else if (starts(p, "qRcmd,"))
        command(s, p + 6);
    else
        return false;
    return true;
}
