// Status registers, coprocessor registers, exception entry and return, and what else leaves the engine.
//
// c->sys is NULL in user-mode emulation: then there are only the registers that Linux lets a program see.
// Whatever changes privilege, masks or mappings ends its block and goes on through interp_resync.
#include "cpu/system.h"

#include <stdatomic.h>

#include "base/log.h"
#include "interp/run.h"
#include "interp/select.h"

// svc #imm
STEP(svc)
{
    c->svc_imm = s->imm;
    if (c->sys) return interp_exception_after(c, s, CPU_EXIT_SVC);
    c->excl_size = CPU_EXCL_OPEN; // the kernel's exception return clears the monitor (A3.4.1)
    return interp_stop_after(c, s, CPU_EXIT_SVC);
}

// bkpt #imm
STEP(bkpt)
{
    c->svc_imm = s->imm;
    return interp_stop_at(c, s, CPU_EXIT_BKPT);
}

// hvc #imm
STEP(hvc)
{
    if (!c->sys || !cpu_privileged(c)) return interp_undefined(c, s);
    c->svc_imm = s->imm;
    return interp_stop_after(c, s, CPU_EXIT_HVC);
}

// Ends the block and goes on with the next instruction, which may be in the same IT block.
static const struct step *resync_behind(struct cpu *c, const struct step *s)
{
    c->itstate = isa_it_advance(s->it);
    return interp_resync(c, s, s->pc + s->len);
}

// smc #imm
STEP(smc)
{
    if (!c->sys || !cpu_privileged(c)) return interp_undefined(c, s);
    c->svc_imm = s->imm;
    return interp_stop_after(c, s, CPU_EXIT_SMC);
}

// mrs Rd, apsr|cpsr
STEP(mrs_cpsr)
{
    uint32_t v = cpu_cpsr_get(c) & ~(PSR_IT | PSR_T);
    // User mode reads the state bits as zero, except E and the mode (B9.3.8).
    if (!cpu_privileged(c)) v &= PSR_N | PSR_Z | PSR_C | PSR_V | PSR_Q | PSR_GE | PSR_E | PSR_M;
    c->r[s->rd] = v;
    NEXT;
}

// mrs Rd, spsr
STEP(mrs_spsr)
{
    if (!cpu_privileged(c)) return interp_undefined(c, s);
    c->r[s->rd] = *cpu_spsr(c);
    NEXT;
}

// The bits of a status register that a field mask names: c, x, s, f from bit 0 upwards.
static uint32_t field_bits(uint8_t mask)
{
    return (mask & 1 ? 0x000000ffu : 0) | (mask & 2 ? 0x0000ff00u : 0) | (mask & 4 ? 0x00ff0000u : 0) |
           (mask & 8 ? 0xff000000u : 0);
}

// Behind a change of mode, masks or byte order: an interrupt may be due, or the rest of the block be
// something else.
static const struct step *behind_status(struct cpu *c, const struct step *s, bool same_memory)
{
    if (!same_memory || (c->sys && cpu_irq_deliverable(c)))
        return interp_stop_after(c, s, CPU_EXIT_INTERRUPT);
    NEXT;
}

// CPSRWriteByInstr (B1.3.3) without the execution state bits, which only an exception return writes. False:
// memory has become something else.
static bool write_cpsr(struct cpu *c, uint32_t value, uint8_t mask)
{
    uint32_t bits = field_bits(mask) & (PSR_N | PSR_Z | PSR_C | PSR_V | PSR_Q | PSR_GE | PSR_E);
    const bool privileged = cpu_privileged(c), bigend = c->bigend;
    if (privileged) bits |= field_bits(mask) & (PSR_A | PSR_I | PSR_F | PSR_M);
    if (bits & PSR_M && !cpu_mode_exists(value & PSR_M)) bits &= ~PSR_M;
    if (bits == (PSR_I | PSR_F | PSR_M) && (value & PSR_M) == c->mode)
        c->masks = (uint16_t)((c->masks & PSR_A) | (value & (PSR_I | PSR_F)));
    else
        cpu_cpsr_set(c, (cpu_cpsr_get(c) & ~bits) | (value & bits));
    return privileged == cpu_privileged(c) && bigend == c->bigend;
}

// msr apsr_<bits>|cpsr_<fields>, #imm
STEP(msr_cpsr_imm)
{
    return behind_status(c, s, write_cpsr(c, s->imm, s->x));
}

// msr apsr_<bits>|cpsr_<fields>, Rn
STEP(msr_cpsr_reg)
{
    return behind_status(c, s, write_cpsr(c, c->r[s->rn], s->x));
}

static const struct step *write_spsr(struct cpu *c, const struct step *s, uint32_t value)
{
    if (!cpu_privileged(c)) return interp_undefined(c, s);
    const uint32_t bits = field_bits(s->x);
    uint32_t *spsr = cpu_spsr(c);
    *spsr = (*spsr & ~bits) | (value & bits);
    NEXT;
}

// msr spsr_<fields>, #imm
STEP(msr_spsr_imm)
{
    return write_spsr(c, s, s->imm);
}

// msr spsr_<fields>, Rn
STEP(msr_spsr_reg)
{
    return write_spsr(c, s, c->r[s->rn]);
}

// The register that a banked MRS or MSR names by R:SYSm (B9.2.3); NULL: UNPREDICTABLE, here UNDEFINED.
static uint32_t *banked_register(struct cpu *c, uint8_t sysm)
{
    static const uint8_t modes[] = {MODE_IRQ, MODE_SVC, MODE_ABT, MODE_UND};
    const unsigned n = sysm & 31;
    if (sysm & 32) {
        if (n == 14) return &c->bank_spsr[BANK_FIQ];
        if (n >= 16 && n <= 23 && !(n & 1)) return &c->bank_spsr[cpu_bank_of(modes[(n - 16) / 2])];
        if (n == 28) return &c->bank_spsr[BANK_MON];
        if (n == 30) return &c->bank_spsr[BANK_HYP];
        return NULL;
    }
    if (n <= 6) return cpu_user_reg(c, n + 8);
    if (n >= 8 && n <= 12) return c->mode == MODE_FIQ ? &c->r[n] : &c->bank_r8_fiq[n - 8];
    uint32_t mode;
    if (n == 13 || n == 14)
        return c->mode == MODE_FIQ ? &c->r[n] : n == 13 ? &c->bank_r13[BANK_FIQ] : &c->bank_r14[BANK_FIQ];
    if (n >= 16 && n <= 23)
        mode = modes[(n - 16) / 2];
    else if (n == 28 || n == 29)
        mode = MODE_MON;
    else if (n == 30)
        return &c->elr_hyp;
    else if (n == 31)
        mode = MODE_HYP;
    else
        return NULL;
    const bool lr = !(n & 1) && n != 31;
    if (cpu_bank_of(c->mode) == cpu_bank_of(mode)) return &c->r[lr ? 14 : 13];
    return lr ? &c->bank_r14[cpu_bank_of(mode)] : &c->bank_r13[cpu_bank_of(mode)];
}

// mrs Rd, <banked register>
STEP(mrs_banked)
{
    const uint32_t *reg = cpu_privileged(c) ? banked_register(c, s->x) : NULL;
    if (!reg) return interp_undefined(c, s);
    c->r[s->rd] = *reg;
    NEXT;
}

// msr <banked register>, Rn
STEP(msr_banked)
{
    uint32_t *reg = cpu_privileged(c) ? banked_register(c, s->x) : NULL;
    if (!reg) return interp_undefined(c, s);
    *reg = c->r[s->rn];
    NEXT;
}

// setend be|le
STEP(setend)
{
    cpu_set_endian(c, s->x);
    NEXT;
}

// cps{ie|id} <aif>, #mode: ignored in user mode (B9.3.2)
STEP(cps)
{
    if (!cpu_privileged(c)) NEXT;
    const uint32_t imod = s->imm & 3, affected = (uint32_t)s->x << 6 & (PSR_A | PSR_I | PSR_F);
    const uint32_t mode = s->imm >> 3 & 31;
    if (imod == 2) c->masks &= (uint16_t)~affected;
    if (imod == 3) c->masks |= (uint16_t)affected;
    if (s->imm & 4 && cpu_mode_exists(mode)) cpu_set_mode(c, mode);
    return behind_status(c, s, cpu_privileged(c));
}

APART static void log_return(const struct cpu *c, const struct step *s, uint32_t before, uint32_t pc)
{
    log_event("exception: return at 0x%08x in %s to 0x%08x in %s, cpsr 0x%08x", s->pc, cpu_mode_name(before),
              pc, cpu_mode_name(c->mode), cpu_cpsr_get(c));
}

// Goes to an address with a new CPSR: the end of every exception return.
static const struct step *exception_return(struct cpu *c, const struct step *s, uint32_t pc, uint32_t psr)
{
    if (!cpu_mode_exists(psr & PSR_M)) return interp_undefined(c, s);
    const uint32_t before = c->mode;
    cpu_cpsr_set(c, psr);
    c->excl_size = CPU_EXCL_OPEN; // (A3.4.1)
    pc &= c->thumb ? ~1u : ~3u;
    if (log_on_at(LOG_EXCEPTIONS, s->pc)) log_return(c, s, before, pc);
    return interp_resync(c, s, pc);
}

static bool may_return(const struct cpu *c)
{
    return cpu_privileged(c) && c->mode != MODE_SYS;
}

// movs pc, lr; subs pc, lr, #imm …: the instruction has left the address in r[15]
const struct step *step_exception_return(struct cpu *c, const struct step *s)
{
    if (!may_return(c)) return interp_undefined(c, s);
    return exception_return(c, s, c->r[15], *cpu_spsr(c));
}

// eret
STEP(eret)
{
    if (!may_return(c)) return interp_undefined(c, s);
    return exception_return(c, s, c->mode == MODE_HYP ? c->elr_hyp : c->r[14], *cpu_spsr(c));
}

// ldm{mode} Rn{!}, {list, pc}^
STEP(ldm_exception_return)
{
    if (!may_return(c)) return interp_undefined(c, s);
    interp_load_block(c, s);
    return exception_return(c, s, c->r[15], *cpu_spsr(c));
}

// rfe{mode} Rn{!}
STEP(rfe)
{
    if (!cpu_privileged(c)) return interp_undefined(c, s);
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn], addr = interp_block_start(s, base, 8);
    mem_check_align(c, addr, 4, false);
    const uint32_t pc = mem_ld32(c, addr), psr = mem_ld32(c, addr + 4);
    if (s->flags & INSN_WB) c->r[s->rn] = interp_block_end(s, base, 8);
    return exception_return(c, s, pc, psr);
}

// srs{mode} sp{!}, #mode
STEP(srs)
{
    if (!may_return(c) || !cpu_mode_exists(s->x)) return interp_undefined(c, s);
    interp_mark(c, s);
    const bool own = cpu_bank_of(s->x) == cpu_bank_of(c->mode);
    uint32_t *sp = own ? &c->r[13] : &c->bank_r13[cpu_bank_of(s->x)];
    const uint32_t addr = interp_block_start(s, *sp, 8);
    mem_check_align(c, addr, 4, true);
    mem_st32(c, addr, c->r[14]);
    mem_st32(c, addr + 4, *cpu_spsr(c));
    if (s->flags & INSN_WB) *sp = interp_block_end(s, *sp, 8);
    NEXT;
}

// Coprocessor register numbers as one word: CRn, opc1, CRm, opc2.
#define CP(crn, opc1, crm, opc2) ((crn) << 12 | (opc1) << 8 | (crm) << 4 | (opc2))

uint32_t interp_coprocessor_register(struct cpu *c, const struct step *s)
{
    return c->sys->cp_find(c, cp_access_of(s->imm, s->x, s->ra, s->op == OP_MCRR || s->op == OP_MRRC));
}

// The operands of MCR and MRC as one word.
static unsigned cp15_register(const struct insn *in)
{
    const struct cp_access a = cp_access_of(in->imm, in->x, in->ra, false);
    return a.cp == 15 ? CP(a.crn, a.opc1, a.crm, a.opc2) : 0;
}

bool interp_mcr_is_quiet(const struct insn *in)
{
    const unsigned reg = cp15_register(in);
    switch (reg >> 12) {
    case 5:
    case 6: return true; // fault status and address
    case 7:              // barriers, caches, address translation; but where code may have been written …
        return reg != CP(7, 0, 1, 0) && reg != CP(7, 0, 5, 0) && reg != CP(7, 0, 5, 1);
    case 13: return (reg & 7) >= 2; // thread IDs
    default: return false;
    }
}

// What a Linux program may read by itself beside the thread IDs, which have handlers of their own: PMUSERENR, which
// says that the performance monitors are not for it.
static bool user_cp_read(const struct step *s, bool is64, uint64_t *v)
{
    const struct cp_access a = cp_access_of(s->imm, s->x, s->ra, is64);
    *v = 0;
    return a.cp == 15 && !is64 && CP(a.crn, a.opc1, a.crm, a.opc2) == CP(9, 0, 14, 0);
}

// What it may write.
static bool user_cp_write(struct cpu *c, const struct step *s, uint32_t v)
{
    const struct cp_access a = cp_access_of(s->imm, s->x, s->ra, false);
    if (a.cp != 15) return false;
    switch (CP(a.crn, a.opc1, a.crm, a.opc2)) {
    case CP(13, 0, 0, 2): c->tpidrurw = v; return true;
    case CP(7, 0, 5, 4): // ISB, DSB and DMB as ARMv6 spells them (B4.2.5)
    case CP(7, 0, 10, 4):
    case CP(7, 0, 10, 5): atomic_thread_fence(memory_order_seq_cst); return true;
    default: return false;
    }
}

// Puts the value where it belongs; false: no such register.
APART static bool read_coprocessor(struct cpu *c, const struct step *s, bool is64)
{
    uint64_t v;
    interp_mark(c, s); // lockstep may want to stop here
    if (!(c->sys ? c->sys->cp_read(c, s->imm, &v) : user_cp_read(s, is64, &v))) return false;
    if (!is64 && s->rd == 15) // the flags
        write_cpsr(c, (uint32_t)(v & 0xf0000000u) | (c->qf ? PSR_Q : 0), 8);
    else
        c->r[s->rd] = (uint32_t)v;
    if (is64) c->r[s->ra] = (uint32_t)(v >> 32);
    return true;
}

// mrc p15, opc1, Rt, CRn, CRm, opc2
STEP(mrc)
{
    if (!read_coprocessor(c, s, false)) return interp_undefined(c, s);
    NEXT;
}

// mrc p15, 0, Rt, c13, c0, 2
STEP(mrc_tpidrurw)
{
    c->r[s->rd] = c->tpidrurw;
    NEXT;
}

// mrc p15, 0, Rt, c13, c0, 3
STEP(mrc_tpidruro)
{
    c->r[s->rd] = c->tpidruro;
    NEXT;
}

// mrc p15, 0, Rt, c13, c0, 4
STEP(mrc_tpidrprw)
{
    if (!c->sys || !cpu_privileged(c)) return interp_undefined(c, s);
    c->r[s->rd] = c->tpidrprw;
    NEXT;
}

static step_fn *select_mrc(const struct insn *in)
{
    if (in->rd == 15) return mrc;
    switch (cp15_register(in)) {
    case CP(13, 0, 0, 2): return mrc_tpidrurw;
    case CP(13, 0, 0, 3): return mrc_tpidruro;
    case CP(13, 0, 0, 4): return mrc_tpidrprw;
    default: return mrc;
    }
}

static bool write_coprocessor(struct cpu *c, const struct step *s)
{
    interp_mark(c, s); // address translation may abort
    const uint32_t v = c->r[s->rd];
    return c->sys ? c->sys->cp_write(c, s->imm, v) : user_cp_write(c, s, v);
}

// mcr p15, opc1, Rt, CRn, CRm, opc2
STEP(mcr)
{
    if (!write_coprocessor(c, s)) return interp_undefined(c, s);
    return resync_behind(c, s);
}

// likewise, and interp_mcr_is_quiet
STEP(mcr_quiet)
{
    if (!write_coprocessor(c, s)) return interp_undefined(c, s);
    // Data synchronization barrier, as ARMv6 spells it
    if (c->sync_pending && s->x == 7 && s->ra == 10) return interp_stop_after(c, s, CPU_EXIT_SYNC);
    NEXT;
}

// mrrc p15, opc1, Rt, Rt2, CRm
STEP(mrrc)
{
    if (!read_coprocessor(c, s, true)) return interp_undefined(c, s);
    NEXT;
}

// mcrr p15, opc1, Rt, Rt2, CRm
STEP(mcrr)
{
    const uint64_t v = c->r[s->rd] | (uint64_t)c->r[s->ra] << 32;
    interp_mark(c, s);
    if (!c->sys || !c->sys->cp_write(c, s->imm, v)) return interp_undefined(c, s);
    return resync_behind(c, s);
}

step_fn *interp_select_system(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_SVC: return svc;
    case OP_BKPT: return bkpt;
    case OP_HVC: return hvc;
    case OP_SMC: return smc;
    case OP_MRS: return in->flags & INSN_X ? mrs_spsr : mrs_cpsr;
    case OP_MSR_IMM: return in->flags & INSN_X ? msr_spsr_imm : msr_cpsr_imm;
    case OP_MSR_REG: return in->flags & INSN_X ? msr_spsr_reg : msr_cpsr_reg;
    case OP_MRS_BANKED: return mrs_banked;
    case OP_MSR_BANKED: return msr_banked;
    case OP_SETEND: return setend;
    case OP_CPS: return cps;
    case OP_ERET: return eret;
    case OP_LDM_EXC: return ldm_exception_return;
    case OP_RFE: return rfe;
    case OP_SRS: return srs;
    case OP_MRC: return select_mrc(in);
    case OP_MCR: return interp_mcr_is_quiet(in) ? mcr_quiet : mcr;
    case OP_MRRC: return mrrc;
    case OP_MCRR: return mcrr;
    default: return NULL;
    }
}
