// The end of a process: the report on a fatal signal, the final registers.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "user/abi/siginfo.h"
#include "user/proc_maps.h"
#include "user/process.h"
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
    if (p->opt.debugger) p->opt.debugger->end(p->opt.debugger, status, 0);
    if (p->opt.final_registers && current_thread) print_registers(&current_thread->cpu);
    if (log_on(LOG_ELF)) log_line("exiting with %d", status);
    stats_report(p->path);
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
}

// Signals that a program or a user sends on purpose end it as everywhere, without words.
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
    if (t->cpu.debugger) t->cpu.debugger->end(t->cpu.debugger, 0, sig);
    if (deserves_report(sig))
        report(t, sig, code, addr);
    else if (p->opt.final_registers)
        print_registers(&t->cpu);
    if (!t->vforked) stats_report(p->path);
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
