// Taking exceptions (B1.8, B1.9).
#include "base/stats.h"
#include "system/log.h"

enum vector {
    VECTOR_UNDEF = 0x04,
    VECTOR_SVC = 0x08,
    VECTOR_PREFETCH_ABORT = 0x0c,
    VECTOR_DATA_ABORT = 0x10,
    VECTOR_IRQ = 0x18,
    VECTOR_FIQ = 0x1c,
};

static enum stats_counter counter_of(enum vector vector)
{
    switch (vector) {
    case VECTOR_UNDEF: return STAT_UNDEFINED;
    case VECTOR_SVC: return STAT_SVC;
    case VECTOR_PREFETCH_ABORT: return STAT_PREFETCH_ABORT;
    case VECTOR_DATA_ABORT: return STAT_DATA_ABORT;
    case VECTOR_IRQ: return STAT_IRQ;
    case VECTOR_FIQ: return STAT_FIQ;
    }
    return STAT_UNDEFINED;
}

static uint32_t vector_base(const struct sys_cpu *s)
{
    return s->cp15.sctlr & 1u << 13 ? 0xffff0000u : s->cp15.vbar; // SCTLR.V
}

static void enter(struct sys_cpu *s, uint32_t mode, enum vector vector, uint32_t lr)
{
    struct cpu *c = &s->cpu;
    if (stats_on) stats_add(counter_of(vector), 1);
    const uint32_t from = c->r[15] - (vector == VECTOR_SVC ? c->thumb ? 2 : 4 : 0);
    const uint32_t psr = cpu_cpsr_get(c);
    uint32_t new_psr = (psr & ~(PSR_M | PSR_IT | PSR_T | PSR_E)) | mode | PSR_I;
    if (vector != VECTOR_UNDEF && vector != VECTOR_SVC) new_psr |= PSR_A;
    if (vector == VECTOR_FIQ) new_psr |= PSR_F;
    if (s->cp15.sctlr & 1u << 25) new_psr |= PSR_E; // SCTLR.EE
    if (s->cp15.sctlr & 1u << 30) new_psr |= PSR_T; // SCTLR.TE
    cpu_cpsr_set(c, new_psr);
    *cpu_spsr(c) = psr;
    c->r[14] = lr;
    c->r[15] = vector_base(s) + (uint32_t)vector;
    c->excl_size = CPU_EXCL_OPEN;
    if (log_on_at(LOG_EXCEPTIONS, from)) system_log_exception(s, (unsigned)vector, from);
}

// DFSR and IFSR: FS[3:0] in bits 3:0, FS[4] in bit 10, domain in 7:4; the long format has STATUS in 5:0 and
// bit 9 set.
static uint32_t fault_register(const struct sys_cpu *s, const struct cpu_fault *f)
{
    uint32_t status = f->status;
    const bool longd = mmu_long_descriptors(s);
    if (!status && f->kind == CPU_FAULT_ALIGNMENT) status = longd ? 0x21 : FS_ALIGNMENT;
    return longd ? (status & 0x3f) | 1u << 9 : (status & 0xff);
}

// Semihosting's instructions (Semihosting for AArch32 and AArch64, 2.0, chapter 3). HLT is undefined before
// Armv8, and a call all the same.
static bool semihosting(struct sys_cpu *s, enum cpu_exit why)
{
    struct cpu *c = &s->cpu;
    uint32_t insn = 0;
    const unsigned len = c->thumb ? 2 : 4;
    if (!s->machine->semihosting || c->mode == MODE_USR) return false;
    if (why == CPU_EXIT_SVC) {
        if (c->svc_imm != (c->thumb ? 0xab : 0x123456)) return false;
    } else if (why == CPU_EXIT_BKPT) {
        if (!c->thumb || c->svc_imm != 0xab) return false;
        c->r[15] += len;
    } else {
        if (why != CPU_EXIT_UNDEF || !mmu_copy_in(s, &insn, c->r[15], len)) return false;
        if (insn != (c->thumb ? 0xbabc : 0xe10f0070)) return false;
        c->r[15] += len;
    }
    stats_add(STAT_SEMIHOSTING, 1);
    s->machine->semihosting(s->machine->ctx, s);
    return true;
}

void exception_enter_exit(struct sys_cpu *s, enum cpu_exit why)
{
    struct cpu *c = &s->cpu;
    const uint32_t pc = c->r[15];
    if (semihosting(s, why)) return;
    switch (why) {
    case CPU_EXIT_SVC: enter(s, MODE_SVC, VECTOR_SVC, pc); return;
    case CPU_EXIT_UNDEF: enter(s, MODE_UND, VECTOR_UNDEF, pc + (c->thumb ? 2 : 4)); return;
    case CPU_EXIT_BKPT: // a debug event that is a prefetch abort where nobody debugs (C3.4)
        stats_add(STAT_BREAKPOINT, 1);
        s->cp15.ifsr = mmu_long_descriptors(s) ? 0x222 : FS_DEBUG;
        enter(s, MODE_ABT, VECTOR_PREFETCH_ABORT, pc + 4);
        return;
    case CPU_EXIT_PREFETCH_ABORT:
        s->cp15.ifsr = fault_register(s, &c->fault);
        if (!mmu_long_descriptors(s)) s->cp15.ifsr &= ~0xf0u; // no domain there
        s->cp15.ifar = c->fault.addr;
        enter(s, MODE_ABT, VECTOR_PREFETCH_ABORT, pc + 4);
        return;
    case CPU_EXIT_DATA_ABORT:
        s->cp15.dfsr = fault_register(s, &c->fault) | (c->fault.write ? 1u << 11 : 0);
        s->cp15.dfar = c->fault.addr;
        enter(s, MODE_ABT, VECTOR_DATA_ABORT, pc + 8);
        return;
    case CPU_EXIT_HVC: // without EL2 and EL3 code below us they do not exist
    case CPU_EXIT_SMC:
        if (s->machine->firmware_call && s->machine->firmware_call(s->machine->ctx, s)) {
            stats_add(STAT_FIRMWARE, 1);
            return;
        }
        enter(s, MODE_UND, VECTOR_UNDEF, pc);
        return;
    case CPU_EXIT_WFI:
    case CPU_EXIT_WFE:
    case CPU_EXIT_YIELD:
    case CPU_EXIT_SYNC:
    case CPU_EXIT_INTERRUPT:
    case CPU_EXIT_DEBUG:
    case CPU_EXIT_BUDGET: return;
    }
}

bool exception_interrupt(struct sys_cpu *s)
{
    struct cpu *c = &s->cpu;
    if (c->stepping) return false;
    if (!cpu_privileged(c)) window_interrupted(s, s->regime[s->slot - s->slots]);
    if (c->irq_lines & CPU_FIQ && !(c->masks & PSR_F)) {
        enter(s, MODE_FIQ, VECTOR_FIQ, c->r[15] + 4);
        return true;
    }
    if (c->irq_lines & CPU_IRQ && !(c->masks & PSR_I)) {
        enter(s, MODE_IRQ, VECTOR_IRQ, c->r[15] + 4);
        return true;
    }
    return false;
}

// What needs nobody but this CPU: not firmware, not the host.
bool exception_take(struct cpu *c, enum cpu_exit why)
{
    struct sys_cpu *s = sys_of(c);
    switch (why) {
    case CPU_EXIT_INTERRUPT: exception_interrupt(s); return true;
    case CPU_EXIT_PREFETCH_ABORT:
        if (c->fault.kind == CPU_FAULT_RETRY) return false;
        break;
    case CPU_EXIT_SVC:
    case CPU_EXIT_UNDEF:
    case CPU_EXIT_BKPT:
    case CPU_EXIT_DATA_ABORT: break;
    case CPU_EXIT_HVC:
    case CPU_EXIT_SMC:
    case CPU_EXIT_WFI:
    case CPU_EXIT_WFE:
    case CPU_EXIT_YIELD:
    case CPU_EXIT_SYNC:
    case CPU_EXIT_DEBUG:
    case CPU_EXIT_BUDGET: return false;
    }
    if (s->machine->semihosting) return false;
    exception_enter_exit(s, why);
    return true;
}
