// The end of a process.
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "symbols/coverage.h"
#include "user/core.h"
#include "user/image.h"
#include "user/process.h"
#include "user/report.h"
#include "user/signal.h"

void process_exit(struct process *p, int status)
{
    if (p->opt.debugger) p->opt.debugger->end(p->opt.debugger, NULL, status, 0);
    if (p->opt.final_registers && current_thread) report_registers(&current_thread->cpu);
    if (log_on(LOG_ELF)) log_line("exiting with %d", status);
    if (p->opt.coverage) coverage_write(p->opt.coverage);
    user_image_save(p);
    stats_report();
    _exit(status);
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
    if ((deserves_report(sig) || (p->opt.core && signal_dumps_core(sig))) && log_mask)
        report_fault(t, sig, code, addr);
    else if (p->opt.final_registers)
        report_registers(&t->cpu);
    if (p->opt.core && signal_dumps_core(sig)) core_write(t, sig, code, addr);
    if (p->opt.coverage && !t->vforked) coverage_write(p->opt.coverage);
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
