// SIGFPE: floating-point operations that compiled code leaves to the interpreter. SIGSEGV: pages that are
// missing in windows (system/window.c). The handlers run on the host thread's own stack, which the guest does
// not use.
#include "board/trap.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cpu/trap.h"
#include "system/system.h"

static _Thread_local struct cpu *current;

void traps_of(struct cpu *c)
{
    current = c;
}

// What there was before, which gives the terminal back and ends the process.
static struct sigaction before_fpe, before_segv;

static _Noreturn void die(int sig, const siginfo_t *si)
{
    const char *name = sig == SIGFPE ? "SIGFPE" : "SIGSEGV";
    if (si->si_code > 0) warn("%s, guest pc 0x%08x", name, current ? (unsigned)current->r[15] : 0);
    sigaction(sig, sig == SIGFPE ? &before_fpe : &before_segv, NULL);
    raise(sig);
    _exit(125);
}

static void on_fpe(int sig, siginfo_t *si, void *context)
{
    if (current && trap_to_debugger(current, si, context)) return;
    if (si->si_code > 0 && current && current->in_engine && trap_to_engine(current, context)) return;
    die(sig, si);
}

static void on_segv(int sig, siginfo_t *si, void *context)
{
    const bool write = ((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & 2;
    if (si->si_code <= 0 || !current || !current->in_engine || !window_has(current, si->si_addr))
        die(sig, si);
    if (window_fault(current, si->si_addr, write) || trap_to_engine(current, context)) return;
    die(sig, si);
}

void traps_init(void)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = on_fpe;
    sa.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
    sigaction(SIGFPE, &sa, &before_fpe);
    sa.sa_sigaction = on_segv;
    sigaction(SIGSEGV, &sa, &before_segv);
}
