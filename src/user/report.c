#include "user/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "isa/insn.h"
#include "user/abi/siginfo.h"
#include "user/proc_maps.h"
#include "user/symbols.h"

static void put(const char *s, size_t n)
{
    while (n) {
        const ssize_t done = write(STDERR_FILENO, s, n);
        if (done <= 0) return;
        s += done;
        n -= (size_t)done;
    }
}

// Four registers a line, then the status register, in one piece.
void report_registers(const struct cpu *c)
{
    char buf[640];
    int n = 0;
    for (int i = 0; i < 16; i++)
        n += snprintf(buf + n, sizeof buf - (size_t)n, "%-3s = 0x%08x%s", cpu_register_name[i],
                      (unsigned)c->r[i], i % 4 == 3 ? "\n" : "  ");
    const uint32_t psr = cpu_cpsr_get(c);
    n += snprintf(buf + n, sizeof buf - (size_t)n, "cpsr = 0x%08x (%c%c%c%c%c %s)  fpscr = 0x%08x\n",
                  (unsigned)psr, psr & PSR_N ? 'N' : '-', psr & PSR_Z ? 'Z' : '-', psr & PSR_C ? 'C' : '-',
                  psr & PSR_V ? 'V' : '-', psr & PSR_Q ? 'Q' : '-', psr & PSR_T ? "Thumb" : "ARM",
                  (unsigned)c->fpscr);
    put(buf, (size_t)n);
}

static const char *cause(int sig, int code)
{
    switch (sig) {
    case ABI_SIGSEGV:
        return code == ABI_SEGV_MAPERR ? " (not mapped)" : code == ABI_SEGV_ACCERR ? " (not permitted)" : "";
    case ABI_SIGBUS:
        return code == ABI_BUS_ADRALN   ? " (not aligned)"
               : code == ABI_BUS_ADRERR ? " (behind the end of the file)"
                                        : "";
    case ABI_SIGILL: return code > 0 ? " (undefined instruction)" : "";
    case ABI_SIGTRAP: return code > 0 ? " (breakpoint)" : "";
    case ABI_SIGSYS: return code > 0 ? " (refused by seccomp)" : "";
    default: return "";
    }
}

// An address with its symbol and its line of /proc/self/maps.
static void print_place(struct process *p, const char *what, uint32_t addr)
{
    char buf[4096], symbol[256], map[3072];
    symbols_format(process_symbols(p), addr, symbol, sizeof symbol);
    if (!proc_find_map(&p->as, addr, map, sizeof map)) strcpy(map, "not mapped");
    const int n = snprintf(buf, sizeof buf, "%s 0x%08x %s%s(%s)\n", what, (unsigned)addr, symbol,
                           *symbol ? " " : "", map);
    put(buf, (size_t)n);
}

// An instruction as it is in memory; its size in bytes, 0 if it is not there.
static unsigned fetch(struct thread *t, uint32_t at, uint32_t *code)
{
    uint16_t hw[2] = {0, 0};
    const bool thumb = t->cpu.thumb;
    if (!uas_read(&t->p->as, &hw[0], at, 2)) return 0;
    const bool wide = !thumb || isa_thumb_is_wide(hw[0]);
    if (wide && !uas_read(&t->p->as, &hw[1], at + 2, 2)) return 0;
    *code = !wide ? hw[0] : thumb ? (uint32_t)hw[0] << 16 | hw[1] : hw[0] | (uint32_t)hw[1] << 16;
    return wide ? 4 : 2;
}

// The IT state of the instruction behind one.
static uint8_t it_behind(const struct cpu *c, uint32_t code, unsigned size, uint8_t it)
{
    if (c->thumb && size == 2 && code >> 8 == 0xbf && code & 15) return (uint8_t)code;
    return it & 7 ? (uint8_t)((it & 0xe0) | (it << 1 & 0x1f)) : 0;
}

enum { CODE_BEFORE = 3, CODE_FROM = 5, CODE_SYNC = 4096 };

// Where to begin so that some instructions in front of pc are shown, and in which IT state. Thumb's differ in
// size: their places are known only from the function's start on.
static uint32_t code_start(struct thread *t, uint8_t *it)
{
    const struct cpu *c = &t->cpu;
    const uint32_t pc = c->r[15];
    struct symbol s;
    *it = c->itstate;
    if (!c->thumb) return pc % UAS_PAGE < 4 * CODE_BEFORE ? pc : pc - 4 * CODE_BEFORE;
    if (!symbols_at(process_symbols(t->p), pc, &s) || !s.thumb || pc - s.addr > CODE_SYNC) return pc;
    struct {
        uint32_t at;
        uint8_t it;
    } last[CODE_BEFORE];
    uint32_t code, at = s.addr;
    uint8_t state = 0;
    unsigned n = 0;
    while (at < pc) {
        last[n % CODE_BEFORE].at = at;
        last[n % CODE_BEFORE].it = state;
        const unsigned size = fetch(t, at, &code);
        if (!size) return pc;
        state = it_behind(c, code, size, state);
        at += size;
        n++;
    }
    if (at != pc || !n) return pc; // there was data in between
    const unsigned first = n < CODE_BEFORE ? 0 : n % CODE_BEFORE;
    *it = last[first].it;
    return last[first].at;
}

// Around the program counter.
static void print_code(struct thread *t)
{
    const struct cpu *c = &t->cpu;
    uint8_t it;
    uint32_t at = code_start(t, &it), code;
    for (unsigned after = 0; after < CODE_FROM;) {
        char bytes[16], text[160], line[256];
        const unsigned size = fetch(t, at, &code);
        if (!size) return;
        isa_disassemble(code, c->thumb, size == 4, it, at, text, sizeof text);
        snprintf(bytes, sizeof bytes, size == 4 ? "%08x" : "%04x    ", (unsigned)code);
        const int n = snprintf(line, sizeof line, "%s 0x%08x  %s  %s\n", at == c->r[15] ? "=>" : "  ",
                               (unsigned)at, bytes, text);
        put(line, (size_t)n);
        it = it_behind(c, code, size, it);
        after += at >= c->r[15];
        at += size;
    }
}

static void put_line(void *to, const char *line)
{
    (void)to;
    char text[640];
    const int n = snprintf(text, sizeof text, "%s\n", line);
    put(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

static void print_backtrace(struct thread *t)
{
    const struct backtrace_space space = thread_stack(t);
    backtrace_print(&space, t->cpu.r, t->cpu.thumb, put_line, NULL);
}

enum { SOME_MAPPINGS = 16, LOOKED_AT = 64 };

// The mappings, those of a file as one; of many, the highest.
static void print_mappings(struct uas *as)
{
    struct uas_map m;
    char lines[SOME_MAPPINGS][160], path[2][3072] = {"", ""};
    const unsigned count = uas_count(as);
    unsigned n = 0, seen = 0;
    uint64_t start = 0, end = 0;
    for (uint64_t at = 0; at < 1ull << 32 && uas_next(as, (uint32_t)at, &m); at = m.end) {
        if (count - seen++ > LOOKED_AT) continue;
        char *now = path[1];
        if (!proc_find_path(as, m.start, now, sizeof path[1]))
            snprintf(now, sizeof path[1], "%s", m.name ? m.name : "");
        if (!n || strcmp(now, path[0]) || !*now || m.start != end) {
            start = m.start;
            n++;
        }
        end = m.end;
        strcpy(path[0], now);
        snprintf(lines[(n - 1) % SOME_MAPPINGS], sizeof lines[0], "%08x-%08llx  %.120s\n", (unsigned)start,
                 (unsigned long long)end, now);
    }
    const unsigned first = n > SOME_MAPPINGS ? n - SOME_MAPPINGS : 0;
    for (unsigned i = first; i < n; i++)
        put(lines[i % SOME_MAPPINGS], strlen(lines[i % SOME_MAPPINGS]));
}

void report_fault(struct thread *t, int sig, int code, uint32_t addr)
{
    char at[32] = "";
    const bool fault =
        code > 0 && (sig == ABI_SIGSEGV || sig == ABI_SIGBUS || sig == ABI_SIGILL || sig == ABI_SIGTRAP);
    if (fault) snprintf(at, sizeof at, " at 0x%08x", (unsigned)addr);
    warn("%s: %s%s%s", process_exe(t->p), strsignal(sig), at, cause(sig, code));
    print_place(t->p, "pc", t->cpu.r[15]);
    print_place(t->p, "lr", t->cpu.r[14] & ~1u);
    report_registers(&t->cpu);
    print_code(t);
    print_backtrace(t);
    print_mappings(&t->p->as);
}
