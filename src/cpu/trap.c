#include "cpu/trap.h"

#include <string.h>

#include "cpu/debug.h"

struct host_registers trap_registers(const ucontext_t *uc)
{
    static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    struct host_registers h = {.flags = (uint64_t)uc->uc_mcontext.gregs[REG_EFL]};
    for (int i = 0; i < 16; i++)
        h.r[i] = (uint64_t)uc->uc_mcontext.gregs[order[i]];
    memcpy(h.xmm, uc->uc_mcontext.fpregs->_xmm, sizeof h.xmm);
    return h;
}

bool trap_to_engine(struct cpu *c, ucontext_t *uc)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uintptr_t pc = (uintptr_t)g[REG_RIP], stack = (uintptr_t)g[REG_RSP], arg;
    const struct host_registers h = trap_registers(uc);
    if (!c->engine->host_trap || !c->engine->host_trap(c, &h, &pc, &stack, &arg)) return false;
    g[REG_RIP] = (greg_t)pc, g[REG_RSP] = (greg_t)stack, g[REG_RAX] = (greg_t)arg;
    return true;
}

bool trap_to_debugger(struct cpu *c, const siginfo_t *si, const ucontext_t *uc)
{
    struct debugger *d = c->debugger;
    if (si->si_code != SI_QUEUE || !d || !d->asked || si->si_value.sival_ptr != d) return false;
    const struct host_registers h = trap_registers(uc);
    d->asked(d, c, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP], &h);
    return true;
}
