// The host's SIGSEGV and SIGBUS: guest accesses that the guest's permissions forbid, stores to watched code
// pages, faults in the copy loops. SIGFPE: floating-point operations that compiled code leaves to the
// interpreter. And bugs of stinkarm.
//
// No alternate stack: the handlers run on the host thread's own, which the guest does not use.
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "cpu/trap.h"
#include "user/layout.h"
#include "user/process.h"

#define PAGE_FAULT_WRITE 2 // error code of an x86 page fault: it was a write

static _Noreturn void bug(int sig, const siginfo_t *si, uintptr_t pc)
{
    warn("internal error: %s at host address %p, pc %p, guest pc 0x%08x",
         sig == SIGSEGV  ? "SIGSEGV"
         : sig == SIGBUS ? "SIGBUS"
                         : "SIGFPE",
         si->si_addr, (void *)pc, current_thread ? (unsigned)current_thread->cpu.r[15] : 0);
    signal(sig, SIG_DFL);
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), sig);
    _exit(125);
}

static enum cpu_fault_kind kind_of(struct thread *t, int sig, uint32_t addr)
{
    struct uas_map m;
    if (sig == SIGBUS) return CPU_FAULT_BUS;
    return uas_lookup(&t->p->as, addr, &m) ? CPU_FAULT_PERMISSION : CPU_FAULT_TRANSLATION;
}

// The guest's registers may be in the host's.
static void engine_fault(struct cpu *c, const ucontext_t *uc, uint32_t *addr)
{
    const struct host_registers h = trap_registers(uc);
    if (c->engine->host_fault) c->engine->host_fault(c, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP], &h, addr);
}

static void on_fault(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    struct thread *t = current_thread;
    const uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
    if (si->si_code <= 0) { // sent by somebody
        signal_host_handler(sig, si, context);
        return;
    }
    const uintptr_t fixup = uas_copy_fixup(pc);
    if (!t && fixup) { // a debugger's thread
        uc->uc_mcontext.gregs[REG_RIP] = (greg_t)fixup;
        return;
    }
    if (!t) bug(sig, si, pc);
    struct uas *as = &t->p->as;
    // 0x…ffff of the upper guard: an access that began below 2^32.
    const uintptr_t offset = (uintptr_t)si->si_addr - (uintptr_t)as->window;
    if (offset >= (1ull << 32) + UAS_GUARD) bug(sig, si, pc);
    uint32_t addr = (uint32_t)offset;
    const bool write = uc->uc_mcontext.gregs[REG_ERR] & PAGE_FAULT_WRITE;

    if (sig == SIGSEGV && !write && addr / UAS_PAGE == ABI_VECTORS / UAS_PAGE && kuser_ensure(t->p)) return;
    if (sig == SIGSEGV && write && offset == addr && uas_code_write_fault(as, addr)) {
        stats_add(STAT_CODE_WRITTEN, 1);
        return;
    }
    if (fixup) {
        uc->uc_mcontext.gregs[REG_RIP] = (greg_t)fixup;
        return;
    }
    if (!t->cpu.in_engine) bug(sig, si, pc);
    if (trap_to_engine(&t->cpu, uc)) return;
    // The jump out of here does not restore the floating-point control, which the kernel has reset.
    __builtin_ia32_ldmxcsr(uc->uc_mcontext.fpregs->mxcsr);
    engine_fault(&t->cpu, uc, &addr);
    cpu_abort(&t->cpu, addr, kind_of(t, sig, addr), write);
}

static void on_fpe(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    struct thread *t = current_thread;
    if (t && trap_to_debugger(&t->cpu, si, uc)) return;
    if (si->si_code <= 0) {
        signal_host_handler(sig, si, context);
        return;
    }
    if (!t || !t->cpu.in_engine || !trap_to_engine(&t->cpu, uc))
        bug(sig, si, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP]);
}

// Which of them were ignored when stinkarm started.
static bool segv_ignored, bus_ignored, fpe_ignored;

bool fault_was_ignored(int sig)
{
    return sig == SIGSEGV ? segv_ignored : sig == SIGBUS ? bus_ignored : fpe_ignored;
}

void fault_init(void)
{
    struct sigaction old;
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = on_fault;
    sa.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &sa, &old);
    segv_ignored = old.sa_handler == SIG_IGN;
    sigaction(SIGBUS, &sa, &old);
    bus_ignored = old.sa_handler == SIG_IGN;
    sa.sa_sigaction = on_fpe;
    sigaction(SIGFPE, &sa, &old);
    fpe_ignored = old.sa_handler == SIG_IGN;
}
