#include "cpu/cpu.h"

#include <string.h>

#include "cpu/system.h"

// GE as the CPSR has it, from and to a mask of the bytes where it is 0.
static uint32_t ge_get(uint32_t clear)
{
    const uint32_t set = ~clear & 0x01010101;
    return (set | set >> 7 | set >> 14 | set >> 21) & 15;
}

static uint32_t ge_clear_from(uint32_t ge)
{
    return 0xff * (0x01010101 & ~(ge * 0x00204081));
}

uint32_t cpu_cpsr_get(const struct cpu *c)
{
    return (c->nf & PSR_N) | (c->zf ? 0 : PSR_Z) | (c->cf ? PSR_C : 0) | (c->vf >> 3 & PSR_V) |
           (c->qf ? PSR_Q : 0) | ge_get(c->ge_clear) << 16 | (c->bigend ? PSR_E : 0) |
           (c->thumb ? PSR_T : 0) | (uint32_t)(c->itstate & 3) << 25 | (uint32_t)(c->itstate >> 2) << 10 |
           c->masks | c->mode;
}

void cpu_set_endian(struct cpu *c, bool big)
{
    c->bigend = big;
    if (c->sys)
        c->sys->regime_changed(c);
    else
        c->mem_mode = big || c->watched ? CPU_MEM_SLOW : CPU_MEM_FLAT;
}

const char *const cpu_register_name[16] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                           "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};

const char *cpu_mode_name(uint32_t mode)
{
    static const char *const names[16] = {
        [MODE_USR & 15] = "usr", [MODE_FIQ & 15] = "fiq", [MODE_IRQ & 15] = "irq",
        [MODE_SVC & 15] = "svc", [MODE_MON & 15] = "mon", [MODE_ABT & 15] = "abt",
        [MODE_HYP & 15] = "hyp", [MODE_UND & 15] = "und", [MODE_SYS & 15] = "sys"};
    const char *name = names[mode & 15];
    return mode & 0x10 && name ? name : "?";
}

bool cpu_mode_exists(uint32_t mode)
{
    switch (mode) {
    case MODE_USR:
    case MODE_FIQ:
    case MODE_IRQ:
    case MODE_SVC:
    case MODE_MON:
    case MODE_ABT:
    case MODE_HYP:
    case MODE_UND:
    case MODE_SYS: return true;
    default: return false;
    }
}

enum cpu_bank cpu_bank_of(uint32_t mode)
{
    switch (mode) {
    case MODE_FIQ: return BANK_FIQ;
    case MODE_IRQ: return BANK_IRQ;
    case MODE_SVC: return BANK_SVC;
    case MODE_MON: return BANK_MON;
    case MODE_ABT: return BANK_ABT;
    case MODE_HYP: return BANK_HYP;
    case MODE_UND: return BANK_UND;
    default: return BANK_USR;
    }
}

// Hyp mode has its own SP and SPSR but User's LR (B1.3.2).
static enum cpu_bank lr_bank_of(uint32_t mode)
{
    const enum cpu_bank b = cpu_bank_of(mode);
    return b == BANK_HYP ? BANK_USR : b;
}

void cpu_set_mode(struct cpu *c, uint32_t mode)
{
    const enum cpu_bank from = cpu_bank_of(c->mode), to = cpu_bank_of(mode);
    if (from != to) {
        c->bank_r13[from] = c->r[13];
        c->bank_r14[lr_bank_of(c->mode)] = c->r[14];
        if (from == BANK_FIQ || to == BANK_FIQ) {
            memcpy(from == BANK_FIQ ? c->bank_r8_fiq : c->bank_r8_usr, c->r + 8, sizeof c->bank_r8_usr);
            memcpy(c->r + 8, to == BANK_FIQ ? c->bank_r8_fiq : c->bank_r8_usr, sizeof c->bank_r8_usr);
        }
        c->r[13] = c->bank_r13[to];
        c->r[14] = c->bank_r14[lr_bank_of(mode)];
    }
    const bool was_user = c->mode == MODE_USR;
    c->mode = (uint8_t)mode;
    if (c->sys && was_user != (mode == MODE_USR)) c->sys->regime_changed(c);
}

uint32_t *cpu_user_reg(struct cpu *c, unsigned n)
{
    if (n >= 8 && n <= 12 && c->mode == MODE_FIQ) return &c->bank_r8_usr[n - 8];
    if (n == 13 && cpu_bank_of(c->mode) != BANK_USR) return &c->bank_r13[BANK_USR];
    if (n == 14 && lr_bank_of(c->mode) != BANK_USR) return &c->bank_r14[BANK_USR];
    return &c->r[n];
}

uint32_t *cpu_spsr(struct cpu *c)
{
    return &c->bank_spsr[cpu_bank_of(c->mode)];
}

void cpu_cpsr_set(struct cpu *c, uint32_t psr)
{
    c->nf = psr & PSR_N;
    c->zf = !(psr & PSR_Z);
    c->cf = psr >> 29 & 1;
    c->vf = psr << 3 & 0x80000000u;
    c->qf = psr >> 27 & 1;
    c->ge_clear = ge_clear_from(psr >> 16 & 15);
    c->thumb = psr & PSR_T;
    c->itstate = (uint8_t)((psr >> 25 & 3) | (psr >> 8 & 0xfc));
    c->masks = (uint16_t)(psr & (PSR_A | PSR_I | PSR_F));
    if (c->mode != (psr & PSR_M)) cpu_set_mode(c, psr & PSR_M);
    if (c->bigend != !!(psr & PSR_E)) cpu_set_endian(c, psr & PSR_E);
}

void cpu_reset(struct cpu *c)
{
    memset(c->r, 0, sizeof c->r);
    memset(c->d, 0, sizeof c->d);
    c->fpscr = 0;
    c->excl_size = CPU_EXCL_OPEN;
    c->tpidrurw = c->tpidruro = c->tpidrprw = 0;
    c->mode = MODE_USR;
    cpu_cpsr_set(c, MODE_USR);
}

void cpu_abort(struct cpu *c, uint32_t addr, enum cpu_fault_kind kind, bool write)
{
    cpu_abort_fault(c, (struct cpu_fault){.addr = addr, .kind = (uint8_t)kind, .write = write});
}

void cpu_abort_fault(struct cpu *c, struct cpu_fault fault)
{
    c->fault = fault;
    siglongjmp(c->abort_jmp, 1);
}
