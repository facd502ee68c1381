// Whether VFP and Advanced SIMD may be used, and their system registers (B1.11, B6.1).
#include "isa/insn.h"
#include "system/system.h"

enum { FPEXC_EN = 1u << 30, CPACR_ASEDIS = 1u << 31, CPACR_D32DIS = 1u << 30 };

// CPACR.cp10: bits 21:20. 1: PL1 only, 3: everybody.
static bool access_granted(const struct cpu *c)
{
    const struct sys_cpu *s = (const struct sys_cpu *)c;
    const uint32_t cp10 = s->cp15.cpacr >> 20 & 3;
    return cp10 == 3 || (cp10 == 1 && cpu_privileged(c));
}

unsigned vfp_units(const struct cpu *c)
{
    const struct sys_cpu *s = (const struct sys_cpu *)c;
    if (!access_granted(c) || !(s->cp15.fpexc & FPEXC_EN)) return 0;
    return ISA_UNIT_VFP | (s->cp15.cpacr & CPACR_ASEDIS ? 0u : ISA_UNIT_SIMD);
}

enum { REG_FPSID = 0, REG_MVFR1 = 6, REG_MVFR0 = 7, REG_FPEXC = 8 };

bool vfp_system_read(struct cpu *c, unsigned reg, uint32_t *value)
{
    struct sys_cpu *s = sys_of(c);
    if (!access_granted(c) || !cpu_privileged(c)) return false;
    switch (reg) {
    case REG_FPSID: *value = s->model->fpsid; return true;
    case REG_MVFR0: *value = s->model->mvfr0; return true;
    case REG_MVFR1: *value = s->model->mvfr1; return true;
    case REG_FPEXC: *value = s->cp15.fpexc; return true;
    default: return false;
    }
}

bool vfp_system_write(struct cpu *c, unsigned reg, uint32_t value)
{
    struct sys_cpu *s = sys_of(c);
    if (!access_granted(c) || !cpu_privileged(c)) return false;
    if (reg == REG_FPEXC) {
        s->cp15.fpexc = value & FPEXC_EN; // EX is RAZ: no subarchitecture
        tlb_regime_changed(c);
    }
    return reg == REG_FPEXC || reg == REG_FPSID; // FPSID writes are ignored
}
