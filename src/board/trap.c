// SIGFPE: floating-point operations that compiled code leaves to the interpreter. The handler runs on the
// host thread's own stack, which the guest does not use.
#include "board/trap.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cpu/trap.h"

static _Thread_local struct cpu *current;

void traps_of(struct cpu *c)
{
    current = c;
}

static void on_fpe(int sig, siginfo_t *si, void *context)
{
    if (si->si_code > 0 && current && current->in_engine && trap_to_engine(current, context)) return;
    warn("SIGFPE, guest pc 0x%08x", current ? (unsigned)current->r[15] : 0);
    signal(sig, SIG_DFL);
    raise(sig);
    _exit(125);
}

void traps_init(void)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = on_fpe;
    sa.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGFPE, &sa, NULL);
}
