// The main loop of a guest thread.
#include "base/log.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "cpu/engine.h"
#include "user/halt.h"
#include "user/mm.h"
#include "user/process.h"
#include "user/signal.h"
#include "user/syscall.h"

#include "user/abi/siginfo.h"

static void raise_abort(struct thread *t)
{
    const struct cpu_fault *f = &t->cpu.fault;
    switch ((enum cpu_fault_kind)f->kind) {
    case CPU_FAULT_TRANSLATION:
        if (mm_grow(t->p, f->addr)) { // and the access is repeated
            stats_add(STAT_GROWN, 1);
            return;
        }
        signal_raise_fault(t, ABI_SIGSEGV, ABI_SEGV_MAPERR, f->addr);
        return;
    case CPU_FAULT_PERMISSION: signal_raise_fault(t, ABI_SIGSEGV, ABI_SEGV_ACCERR, f->addr); return;
    case CPU_FAULT_ALIGNMENT: signal_raise_fault(t, ABI_SIGBUS, ABI_BUS_ADRALN, f->addr); return;
    case CPU_FAULT_RETRY: // not here
    case CPU_FAULT_WATCH: return;
    case CPU_FAULT_BUS: signal_raise_fault(t, ABI_SIGBUS, ABI_BUS_ADRERR, f->addr); return;
    }
}

// Debuggers' breakpoints are undefined instructions that the kernel knows (arch/arm/kernel/ptrace.c).
static bool is_breakpoint(struct thread *t)
{
    const struct cpu *c = &t->cpu;
    uint16_t hw[2] = {0, 0};
    if (!uas_read(&t->p->as, &hw[0], c->r[15], 2)) return false;
    if (c->thumb && hw[0] == 0xde01) return true;
    if (!uas_read(&t->p->as, &hw[1], c->r[15] + 2, 2)) return false;
    if (c->thumb) return hw[0] == 0xf7f0 && hw[1] == 0xa000;
    return hw[0] == 0x01f0 && (hw[1] & 0x0fff) == 0x07f0;
}

static void raise_undefined(struct thread *t)
{
    if (is_breakpoint(t))
        signal_raise_fault(t, ABI_SIGTRAP, ABI_TRAP_BRKPT, t->cpu.r[15]);
    else
        signal_raise_fault(t, ABI_SIGILL, ABI_ILL_ILLOPC, t->cpu.r[15]);
}

static void count_exception(enum cpu_exit why)
{
    switch (why) {
    case CPU_EXIT_SVC: stats_add(STAT_SVC, 1); break;
    case CPU_EXIT_HVC:
    case CPU_EXIT_SMC:
    case CPU_EXIT_UNDEF: stats_add(STAT_UNDEFINED, 1); break;
    case CPU_EXIT_BKPT: stats_add(STAT_BREAKPOINT, 1); break;
    case CPU_EXIT_PREFETCH_ABORT: stats_add(STAT_PREFETCH_ABORT, 1); break;
    case CPU_EXIT_DATA_ABORT: stats_add(STAT_DATA_ABORT, 1); break;
    case CPU_EXIT_WFI:
    case CPU_EXIT_WFE:
    case CPU_EXIT_YIELD:
    case CPU_EXIT_SYNC:
    case CPU_EXIT_DEBUG:
    case CPU_EXIT_BUDGET:
    case CPU_EXIT_INTERRUPT: break;
    }
}

static enum cpu_exit run_engine(struct thread *t)
{
    struct cpu *c = &t->cpu;
    const struct process_options *o = &t->p->opt;
    if (o->core) halt_enter(t);
    const enum cpu_exit why = c->debugger ? c->debugger->run(c->debugger, c, 0) : c->engine->run(c, 0);
    if (o->core) halt_leave(t);
    return why;
}

static const char *fault_text(const struct cpu_fault *f)
{
    switch ((enum cpu_fault_kind)f->kind) {
    case CPU_FAULT_TRANSLATION: return "nothing is mapped there";
    case CPU_FAULT_PERMISSION: return "that is not allowed";
    case CPU_FAULT_ALIGNMENT: return "it is not aligned";
    case CPU_FAULT_BUS: return "the file ends in front of it";
    case CPU_FAULT_RETRY:
    case CPU_FAULT_WATCH: break;
    }
    return "";
}

static void log_exception(const struct cpu *c, enum cpu_exit why)
{
    const char *what = why == CPU_EXIT_BKPT             ? "breakpoint"
                       : why == CPU_EXIT_DATA_ABORT     ? "data abort"
                       : why == CPU_EXIT_PREFETCH_ABORT ? "prefetch abort"
                                                        : "undefined instruction";
    if (why == CPU_EXIT_DATA_ABORT || why == CPU_EXIT_PREFETCH_ABORT)
        log_event("exception: %s at 0x%08x, %s 0x%08x: %s", what, c->r[15],
                  c->fault.write ? "write to" : "read of", c->fault.addr, fault_text(&c->fault));
    else
        log_event("exception: %s at 0x%08x", what, c->r[15]);
}

// At an instruction that raises a signal. One that was caught before comes first, or it would be delivered
// inside the handler, whatever that one's mask; the instruction is repeated later.
static void raise_exception(struct thread *t, enum cpu_exit why)
{
    if (!signal_block_all(t)) return;
    if (log_on(LOG_EXCEPTIONS)) log_exception(&t->cpu, why);
    if (why == CPU_EXIT_BKPT)
        signal_raise_fault(t, ABI_SIGTRAP, ABI_TRAP_BRKPT, t->cpu.r[15]);
    else if (why == CPU_EXIT_UNDEF)
        raise_undefined(t);
    else
        raise_abort(t);
    signal_unblock(t);
}

void thread_run(struct thread *t)
{
    struct cpu *c = &t->cpu;
    thread_present(t);
    if (t->p->opt.debugger && !t->vforked) t->p->opt.debugger->join(t->p->opt.debugger, c);
    while (!t->exiting) {
        const enum cpu_exit why = run_engine(t);
        if (stats_on) count_exception(why);
        switch (why) {
        case CPU_EXIT_SVC: syscall_dispatch(t); break;
        case CPU_EXIT_HVC: // privileged: these two never come
        case CPU_EXIT_SMC:
        case CPU_EXIT_UNDEF:
        case CPU_EXIT_BKPT:
        case CPU_EXIT_PREFETCH_ABORT:
        case CPU_EXIT_DATA_ABORT: raise_exception(t, why); break;
        case CPU_EXIT_WFI: // to user code hints without effect
        case CPU_EXIT_WFE:
        case CPU_EXIT_YIELD:
        case CPU_EXIT_SYNC:
        case CPU_EXIT_DEBUG:
        case CPU_EXIT_BUDGET: break;
        case CPU_EXIT_INTERRUPT: c->exit_request = 0; break;
        }
        if (!t->exiting) signal_deliver_pending(t);
    }
}
