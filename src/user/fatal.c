// The end of a process: the report on a fatal signal, the final registers.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "isa/insn.h"
#include "user/abi/siginfo.h"
#include "user/core.h"
#include "user/proc_maps.h"
#include "user/process.h"
#include "user/signal.h"
#include "user/symbols.h"

static const char *const reg_names[16] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                          "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};

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
static void print_registers(const struct cpu *c)
{
    char buf[640];
    int n = 0;
    for (int i = 0; i < 16; i++)
        n += snprintf(buf + n, sizeof buf - (size_t)n, "%-3s = 0x%08x%s", reg_names[i], (unsigned)c->r[i],
                      i % 4 == 3 ? "\n" : "  ");
    const uint32_t psr = cpu_cpsr_get(c);
    n += snprintf(buf + n, sizeof buf - (size_t)n, "cpsr = 0x%08x (%c%c%c%c%c %s)  fpscr = 0x%08x\n",
                  (unsigned)psr, psr & PSR_N ? 'N' : '-', psr & PSR_Z ? 'Z' : '-', psr & PSR_C ? 'C' : '-',
                  psr & PSR_V ? 'V' : '-', psr & PSR_Q ? 'Q' : '-', psr & PSR_T ? "Thumb" : "ARM",
                  (unsigned)c->fpscr);
    put(buf, (size_t)n);
}

void process_exit(struct process *p, int status)
{
    if (p->opt.debugger) p->opt.debugger->end(p->opt.debugger, NULL, status, 0);
    if (p->opt.final_registers && current_thread) print_registers(&current_thread->cpu);
    if (log_on(LOG_ELF)) log_line("exiting with %d", status);
    stats_report();
    _exit(status);
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
    symbol_name(p, addr, symbol, sizeof symbol);
    if (!proc_find_map(&p->as, addr, map, sizeof map)) strcpy(map, "not mapped");
    const int n = snprintf(buf, sizeof buf, "%s 0x%08x %s%s(%s)\n", what, (unsigned)addr, symbol,
                           *symbol ? " " : "", map);
    put(buf, (size_t)n);
}

// One instruction, and where the next one is; false if it is not there.
static bool print_instruction(struct thread *t, uint32_t *at, uint8_t itstate)
{
    const struct cpu *c = &t->cpu;
    uint16_t hw[2] = {0, 0};
    char bytes[16], text[160], line[256];
    if (!uas_read(&t->p->as, &hw[0], *at, 2)) return false;
    const bool wide = !c->thumb || isa_thumb_is_wide(hw[0]);
    if (wide && !uas_read(&t->p->as, &hw[1], *at + 2, 2)) return false;
    const uint32_t word = c->thumb ? (uint32_t)hw[0] << 16 | hw[1] : hw[0] | (uint32_t)hw[1] << 16;
    isa_disassemble(wide ? word : hw[0], c->thumb, wide, itstate, *at, text, sizeof text);
    snprintf(bytes, sizeof bytes, wide ? "%08x" : "%04x    ", (unsigned)(wide ? word : hw[0]));
    const int n = snprintf(line, sizeof line, "%s 0x%08x  %s  %s\n", *at == c->r[15] ? "=>" : "  ",
                           (unsigned)*at, bytes, text);
    put(line, (size_t)n);
    *at += wide ? 4 : 2;
    return true;
}

// Around the program counter; of Thumb code, whose instructions differ in size, what comes behind it.
static void print_code(struct thread *t)
{
    const struct cpu *c = &t->cpu;
    const uint32_t before = c->thumb || c->r[15] % UAS_PAGE < 8 ? 0 : 8;
    uint32_t at = c->r[15] - before;
    uint8_t it = c->itstate;
    for (uint32_t i = 0; i < 4 + before / 4 && print_instruction(t, &at, it); i++)
        it = it & 7 ? (uint8_t)((it & 0xe0) | (it << 1 & 0x1f)) : 0;
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

static void report(struct thread *t, int sig, int code, uint32_t addr)
{
    char at[32] = "";
    const bool fault =
        code > 0 && (sig == ABI_SIGSEGV || sig == ABI_SIGBUS || sig == ABI_SIGILL || sig == ABI_SIGTRAP);
    if (fault) snprintf(at, sizeof at, " at 0x%08x", (unsigned)addr);
    warn("%s: %s%s%s", process_exe(t->p), strsignal(sig), at, cause(sig, code));
    print_place(t->p, "pc", t->cpu.r[15]);
    print_place(t->p, "lr", t->cpu.r[14] & ~1u);
    print_registers(&t->cpu);
    print_code(t);
    print_mappings(&t->p->as);
}

// Signals that a program or a user sends on purpose end it as everywhere, without words. So do all where
// nothing is logged: who reads the program's standard error reads nothing else.
static bool deserves_report(int sig)
{
    switch (sig) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
    case SIGSYS: return true;
    default: return false;
    }
}

void process_die(struct thread *t, int sig, int code, uint32_t addr)
{
    struct process *p = t->p;
    if (t->cpu.debugger) t->cpu.debugger->end(t->cpu.debugger, &t->cpu, 0, sig);
    if (deserves_report(sig) && log_mask)
        report(t, sig, code, addr);
    else if (p->opt.final_registers)
        print_registers(&t->cpu);
    if (p->opt.core && signal_dumps_core(sig)) core_write(t, sig, code, addr);
    if (!t->vforked) stats_report();
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = SIG_DFL;
    sigaction(sig, &sa, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, sig);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), sig);
    _exit(128 + sig); // not reached: the default action of a fatal signal
}
