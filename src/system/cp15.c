// Coprocessor registers: one row a register. A row says where it is, who may read and write it, its place in
// struct cp15, and what happens on the way. No row: UNDEFINED.
#include "system/cp15_rows.h"
#include "system/log.h"

#include <string.h>

// Control and translation: what changes the regime

static void write_sctlr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    (void)row;
    const uint32_t old = s->cp15.sctlr;
    // Bits that exist on ARMv7-A (B4.1.130), UWXN and WXN with the virtualization extensions; U is one.
    s->cp15.sctlr = ((uint32_t)v & (s->model->lpae ? 0x72187c07u : 0x72007c07u)) | 0x00c50078u;
    s->cpu.no_swp = !(s->cp15.sctlr >> 10 & 1);
    // TRE, AFE and M change what walked entries mean, UWXN and WXN what may be executed.
    if ((old ^ s->cp15.sctlr) & (1u << 28 | 1u << 29 | 3u << 19 | 1u)) tlb_flush_all(s);
    tlb_regime_changed(&s->cpu);
    if ((old ^ s->cp15.sctlr) & 1) window_flat(s, s->regime[s->slot - s->slots]);
}

static void write_cpacr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    (void)row;
    s->cp15.cpacr = (uint32_t)v & 0xc0f00000u;
    tlb_regime_changed(&s->cpu);
}

static void write_regime(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, v);
    tlb_regime_changed(&s->cpu);
}

static void write_ttbr32(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, (uint32_t)v);
    tlb_regime_changed(&s->cpu);
}

static void write_ttbcr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    (void)row;
    const uint32_t old = s->cp15.ttbcr;
    s->cp15.ttbcr = s->model->lpae && v >> 31 & 1 ? (uint32_t)v & 0xf7cf3f87u : (uint32_t)v & 0x37;
    if (old != s->cp15.ttbcr) tlb_flush_all(s);
    tlb_regime_changed(&s->cpu);
}

static void write_vbar(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, v & ~31u);
}

static void write_csselr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, v & 15);
}

// Thread ID registers, which the engine mostly reads and writes by itself

static uint32_t *thread_id(struct sys_cpu *s, const struct cp_row *row)
{
    switch (row->key & 7) {
    case 2: return &s->cpu.tpidrurw;
    case 3: return &s->cpu.tpidruro;
    default: return &s->cpu.tpidrprw;
    }
}

static uint64_t read_tpidr(struct sys_cpu *s, const struct cp_row *row)
{
    return *thread_id(s, row);
}

static void write_tpidr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    *thread_id(s, row) = (uint32_t)v;
}

// Cache and branch predictor maintenance: there is none to maintain; translations watch their pages by
// themselves.

static void maintenance(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    (void)s, (void)row, (void)v;
}

// TLB maintenance. CRm 3: inner shareable, on every CPU; 5, 6, 7: this one's instruction, data, unified TLB,
// which is one.

static void tlbi(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    struct tlb_request r = {.what = TLB_REQUEST_PAGE, .va = (uint32_t)v & ~0xfffu, .asid = -1};
    switch (row->key & 7) {
    case 0: r.what = TLB_REQUEST_ALL; break;
    case 1: r.asid = (int)(v & 0xff); break;
    case 2: r.what = TLB_REQUEST_ASID, r.va = 0, r.asid = (int)(v & 0xff); break;
    default: break;
    }
    tlb_request_serve(s, &r);
    if ((row->key >> 4 & 15) != 3) return;
    atomic_thread_fence(
        memory_order_seq_cst); // descriptors written before are seen by whoever walks from here on
    for (unsigned i = 0; i < s->machine->ncpus; i++)
        if (i != s->index && tlb_may_hold(s->machine->cpu[i], r.va, r.asid))
            smp_post(s, s->machine->cpu[i], r);
}

// Address translation operations: opc2 bit 0 write, bit 1 user (B4.2.4). The result in the PAR.

static void address_translate(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    struct sys_page page;
    const enum access access = row->key & 1 ? ACCESS_WRITE : ACCESS_READ;
    const uint32_t va = (uint32_t)v, fault = mmu_translate(s, va, access, row->key & 2, &page);
    const bool longd = mmu_long_descriptors(s);
    if (longd)
        s->cp15.par = 1u << 11 | (fault ? 1 | (uint64_t)(fault & 0x3f) << 1
                                        : page.pa_page | (page.attributes & 7u) << 7 |
                                              (uint64_t)(page.attributes >> 8) << 56);
    else if (fault)
        s->cp15.par = 1 | (fault & 0xf) << 1;
    else if (page.size == 24) // a supersection: bits 39:32 of the address in 23:16
        s->cp15.par = (page.pa_page & 0xff000000u) | (page.pa_page >> 16 & 0xff0000u) | page.attributes | 2;
    else
        s->cp15.par = (uint32_t)page.pa_page | page.attributes;
}

// Breakpoint and watchpoint registers: kept, without effect.
static uint64_t read_debug(struct sys_cpu *s, const struct cp_row *row)
{
    return s->cp15.dbg_regs[(row->key >> 4 & 15) * 4 + (row->key & 3)];
}

static void write_debug(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    s->cp15.dbg_regs[(row->key >> 4 & 15) * 4 + (row->key & 3)] = (uint32_t)v;
}

// clang-format off
#define MAINTENANCE(crm, opc2, name) {KEY(15, 7, 0, crm, opc2), WO, ALL, false, NONE, name, NULL, maintenance}
#define TLBI(crm, opc2, name) {KEY(15, 8, 0, crm, opc2), WO, ALL, false, NONE, name, NULL, tlbi}
#define ATS(opc2, name) {KEY(15, 7, 0, 8, opc2), WO, ALL, false, NONE, name, NULL, address_translate}
#define RAZ(crm, opc2) {KEY(15, 0, 0, crm, opc2), RO, ALL, false, NONE, "RAZ", NULL, NULL}
#define MEMBER(crn, opc1, crm, opc2, rights, models, name, m) \
    {KEY(15, crn, opc1, crm, opc2), rights, models, false, AT(m), name, NULL, NULL}
#define DEBUG(n) \
    {KEY(14, 0, 0, n, 4), RW, ALL, false, NONE, "DBGBVR", read_debug, write_debug}, \
    {KEY(14, 0, 0, n, 5), RW, ALL, false, NONE, "DBGBCR", read_debug, write_debug}, \
    {KEY(14, 0, 0, n, 6), RW, ALL, false, NONE, "DBGWVR", read_debug, write_debug}, \
    {KEY(14, 0, 0, n, 7), RW, ALL, false, NONE, "DBGWCR", read_debug, write_debug}

// Sorted by key: found by bisection. Within a register CRn, opc1, CRm, opc2 as MRC names them.
static const struct cp_row rows[] = {
    {KEY(14, 0, 0, 0, 0), PL0_R | RO, ALL, false, NONE, "DBGDIDR", id_read_dbgdidr, NULL},
    DEBUG(0),
    {KEY(14, 0, 0, 1, 0), PL0_R | RO, ALL, false, AT(dbg_dscr), "DBGDSCRint", NULL, NULL},
    DEBUG(1),
    {KEY(14, 0, 0, 2, 2), RW, ALL, false, AT(dbg_dscr), "DBGDSCRext", NULL, NULL},
    DEBUG(2), DEBUG(3), DEBUG(4), DEBUG(5),
    {KEY(14, 0, 0, 6, 0), RW, ALL, false, NONE, "DBGWFAR", NULL, NULL},
    {KEY(14, 0, 0, 7, 0), RW, ALL, false, NONE, "DBGVCR", NULL, NULL},
    {KEY(14, 0, 6, 0, 0), RW, ALL, false, AT(teecr), "TEECR", NULL, NULL},
    {KEY(14, 1, 0, 0, 0), PL0_R | RO, ALL, false, NONE, "DBGDRAR", NULL, NULL},
    {KEY(14, 1, 0, 0, 4), WO, ALL, false, NONE, "DBGOSLAR", NULL, maintenance},
    {KEY(14, 1, 0, 1, 4), RO, ALL, false, NONE, "DBGOSLSR", NULL, NULL},
    {KEY(14, 1, 0, 3, 4), RW, ALL, false, NONE, "DBGOSDLR", NULL, NULL},
    {KEY(14, 1, 0, 4, 4), RW, ALL, false, NONE, "DBGPRCR", NULL, NULL},
    {KEY(14, 1, 6, 0, 0), PL0_R | PL0_W | RW, ALL, false, AT(teehbr), "TEEHBR", NULL, NULL},
    {KEY(14, 2, 0, 0, 0), PL0_R | RO, ALL, false, NONE, "DBGDSAR", NULL, NULL},
    {KEY(14, 7, 0, 14, 6), RO, ALL, false, NONE, "DBGAUTHSTATUS", NULL, NULL},

    {KEY(15, 0, 0, 0, 0), RO, ALL, false, NONE, "MIDR", id_read_midr, NULL},
    {KEY(15, 0, 0, 0, 1), RO, ALL, false, NONE, "CTR", id_read_ctr, NULL},
    {KEY(15, 0, 0, 0, 2), RO, ALL, false, NONE, "TCMTR", NULL, NULL},
    {KEY(15, 0, 0, 0, 3), RO, ALL, false, NONE, "TLBTR", NULL, NULL},
    {KEY(15, 0, 0, 0, 4), RO, ALL, false, NONE, "MIDR", id_read_midr, NULL},
    {KEY(15, 0, 0, 0, 5), RO, ALL, false, NONE, "MPIDR", id_read_mpidr, NULL},
    {KEY(15, 0, 0, 0, 6), RO, ALL, false, NONE, "REVIDR", NULL, NULL},
    {KEY(15, 0, 0, 0, 7), RO, ALL, false, NONE, "MIDR", id_read_midr, NULL},
    {KEY(15, 0, 0, 1, 0), RO, ALL, false, NONE, "ID_PFR0", id_read_pfr0, NULL},
    {KEY(15, 0, 0, 1, 1), RO, ALL, false, NONE, "ID_PFR1", id_read_pfr1, NULL},
    {KEY(15, 0, 0, 1, 2), RO, ALL, false, NONE, "ID_DFR0", id_read_dfr0, NULL},
    {KEY(15, 0, 0, 1, 3), RO, ALL, false, NONE, "ID_AFR0", NULL, NULL},
    {KEY(15, 0, 0, 1, 4), RO, ALL, false, NONE, "ID_MMFR0", id_read_mmfr, NULL},
    {KEY(15, 0, 0, 1, 5), RO, ALL, false, NONE, "ID_MMFR1", id_read_mmfr, NULL},
    {KEY(15, 0, 0, 1, 6), RO, ALL, false, NONE, "ID_MMFR2", id_read_mmfr, NULL},
    {KEY(15, 0, 0, 1, 7), RO, ALL, false, NONE, "ID_MMFR3", id_read_mmfr, NULL},
    {KEY(15, 0, 0, 2, 0), RO, ALL, false, NONE, "ID_ISAR0", id_read_isar, NULL},
    {KEY(15, 0, 0, 2, 1), RO, ALL, false, NONE, "ID_ISAR1", id_read_isar, NULL},
    {KEY(15, 0, 0, 2, 2), RO, ALL, false, NONE, "ID_ISAR2", id_read_isar, NULL},
    {KEY(15, 0, 0, 2, 3), RO, ALL, false, NONE, "ID_ISAR3", id_read_isar, NULL},
    {KEY(15, 0, 0, 2, 4), RO, ALL, false, NONE, "ID_ISAR4", id_read_isar, NULL},
    {KEY(15, 0, 0, 2, 5), RO, ALL, false, NONE, "ID_ISAR5", id_read_isar, NULL},
    RAZ(2, 6), RAZ(2, 7),
    RAZ(3, 0), RAZ(3, 1), RAZ(3, 2), RAZ(3, 3), RAZ(3, 4), RAZ(3, 5), RAZ(3, 6), RAZ(3, 7),
    {KEY(15, 0, 1, 0, 0), RO, ALL, false, NONE, "CCSIDR", id_read_ccsidr, NULL},
    {KEY(15, 0, 1, 0, 1), RO, ALL, false, NONE, "CLIDR", id_read_clidr, NULL},
    {KEY(15, 0, 1, 0, 7), RO, ALL, false, NONE, "AIDR", NULL, NULL},
    {KEY(15, 0, 2, 0, 0), RW, ALL, false, AT(csselr), "CSSELR", NULL, write_csselr},

    {KEY(15, 1, 0, 0, 0), RW, ALL, false, AT(sctlr), "SCTLR", NULL, write_sctlr},
    MEMBER(1, 0, 0, 1, RW, ALL, "ACTLR", actlr),
    {KEY(15, 1, 0, 0, 2), RW, ALL, false, AT(cpacr), "CPACR", NULL, write_cpacr},
    MEMBER(1, 0, 1, 0, RW, ALL, "SCR", scr),
    {KEY(15, 1, 0, 1, 1), RW, ALL, false, NONE, "SDER", NULL, NULL},
    MEMBER(1, 0, 1, 2, RW, ALL, "NSACR", nsacr),

    {KEY(15, 2, 0, 0, 0), RW, ALL, true, AT(ttbr0), "TTBR0", NULL, write_ttbr32},
    {KEY(15, 2, 0, 0, 1), RW, ALL, true, AT(ttbr1), "TTBR1", NULL, write_ttbr32},
    {KEY(15, 2, 0, 0, 2), RW, ALL, false, AT(ttbcr), "TTBCR", NULL, write_ttbcr},
    {KEY(15, 3, 0, 0, 0), RW, ALL, false, AT(dacr), "DACR", NULL, write_regime},
    MEMBER(5, 0, 0, 0, RW, ALL, "DFSR", dfsr),
    MEMBER(5, 0, 0, 1, RW, ALL, "IFSR", ifsr),
    MEMBER(5, 0, 1, 0, RW, ALL, "ADFSR", adfsr),
    MEMBER(5, 0, 1, 1, RW, ALL, "AIFSR", aifsr),
    MEMBER(6, 0, 0, 0, RW, ALL, "DFAR", dfar),
    MEMBER(6, 0, 0, 2, RW, ALL, "IFAR", ifar),

    MAINTENANCE(0, 4, "WFI"), // ARMv6's; a NOP since
    MAINTENANCE(1, 0, "ICIALLUIS"),
    MAINTENANCE(1, 6, "BPIALLIS"),
    {KEY(15, 7, 0, 4, 0), RW, ALL, true, AT(par), "PAR", NULL, write_ttbr32},
    MAINTENANCE(5, 0, "ICIALLU"),
    MAINTENANCE(5, 1, "ICIMVAU"),
    {KEY(15, 7, 0, 5, 4), PL0_W | WO, ALL, false, NONE, "CP15ISB", NULL, maintenance},
    MAINTENANCE(5, 6, "BPIALL"),
    MAINTENANCE(5, 7, "BPIMVA"),
    MAINTENANCE(6, 1, "DCIMVAC"),
    MAINTENANCE(6, 2, "DCISW"),
    ATS(0, "ATS1CPR"), ATS(1, "ATS1CPW"), ATS(2, "ATS1CUR"), ATS(3, "ATS1CUW"),
    ATS(4, "ATS12NSOPR"), ATS(5, "ATS12NSOPW"), ATS(6, "ATS12NSOUR"), ATS(7, "ATS12NSOUW"),
    MAINTENANCE(10, 1, "DCCMVAC"),
    MAINTENANCE(10, 2, "DCCSW"),
    {KEY(15, 7, 0, 10, 4), PL0_W | WO, ALL, false, NONE, "CP15DSB", NULL, maintenance},
    {KEY(15, 7, 0, 10, 5), PL0_W | WO, ALL, false, NONE, "CP15DMB", NULL, maintenance},
    MAINTENANCE(11, 1, "DCCMVAU"),
    MAINTENANCE(13, 1, "prefetch"),
    MAINTENANCE(14, 1, "DCCIMVAC"),
    MAINTENANCE(14, 2, "DCCISW"),

    TLBI(3, 0, "TLBIALLIS"), TLBI(3, 1, "TLBIMVAIS"), TLBI(3, 2, "TLBIASIDIS"), TLBI(3, 3, "TLBIMVAAIS"),
    TLBI(5, 0, "ITLBIALL"), TLBI(5, 1, "ITLBIMVA"), TLBI(5, 2, "ITLBIASID"),
    TLBI(6, 0, "DTLBIALL"), TLBI(6, 1, "DTLBIMVA"), TLBI(6, 2, "DTLBIASID"),
    TLBI(7, 0, "TLBIALL"), TLBI(7, 1, "TLBIMVA"), TLBI(7, 2, "TLBIASID"), TLBI(7, 3, "TLBIMVAA"),

    {KEY(15, 9, 0, 12, 0), RW, ALL, false, AT(pmcr), "PMCR", pmu_read_pmcr, pmu_write_pmcr},
    {KEY(15, 9, 0, 12, 1), RW, ALL, false, AT(pmcnten), "PMCNTENSET", NULL, pmu_write_pmcnten},
    {KEY(15, 9, 0, 12, 2), RW, ALL, false, AT(pmcnten), "PMCNTENCLR", NULL, pmu_write_pmcnten},
    {KEY(15, 9, 0, 12, 3), RW, ALL, false, AT(pmovsr), "PMOVSR", NULL, pmu_write_clear},
    {KEY(15, 9, 0, 12, 4), WO, ALL, false, NONE, "PMSWINC", NULL, maintenance},
    MEMBER(9, 0, 12, 5, RW, ALL, "PMSELR", pmselr),
    {KEY(15, 9, 0, 12, 6), RO, A15, false, NONE, "PMCEID0", NULL, NULL},
    {KEY(15, 9, 0, 12, 7), RO, A15, false, NONE, "PMCEID1", NULL, NULL},
    {KEY(15, 9, 0, 13, 0), RW, ALL, false, NONE, "PMCCNTR", pmu_read_pmccntr, pmu_write_pmccntr},
    {KEY(15, 9, 0, 13, 1), RW, ALL, false, AT(pmxevtyper), "PMXEVTYPER", pmu_read_selected, pmu_write_selected},
    {KEY(15, 9, 0, 13, 2), RW, ALL, false, AT(pmxevcntr), "PMXEVCNTR", pmu_read_selected, pmu_write_selected},
    MEMBER(9, 0, 14, 0, PL0_R | RW, ALL, "PMUSERENR", pmuserenr),
    {KEY(15, 9, 0, 14, 1), RW, ALL, false, AT(pminten), "PMINTENSET", NULL, pmu_write_set},
    {KEY(15, 9, 0, 14, 2), RW, ALL, false, AT(pminten), "PMINTENCLR", NULL, pmu_write_clear},
    {KEY(15, 9, 1, 0, 2), RW, A15, false, AT(l2ctlr), "L2CTLR", id_read_l2ctlr, NULL},
    MEMBER(9, 1, 0, 3, RW, A15, "L2ECTLR", l2ectlr),

    {KEY(15, 10, 0, 0, 0), RW, A9, false, NONE, "TLB lockdown", NULL, NULL},
    {KEY(15, 10, 0, 2, 0), RW, ALL, false, AT(prrr), "PRRR/MAIR0", NULL, cp_plain_write},
    {KEY(15, 10, 0, 2, 1), RW, ALL, false, AT(nmrr), "NMRR/MAIR1", NULL, cp_plain_write},
    {KEY(15, 10, 0, 3, 0), RW, A15, false, NONE, "AMAIR0", NULL, NULL},
    {KEY(15, 10, 0, 3, 1), RW, A15, false, NONE, "AMAIR1", NULL, NULL},

    {KEY(15, 12, 0, 0, 0), RW, ALL, false, AT(vbar), "VBAR", NULL, write_vbar},
    {KEY(15, 12, 0, 0, 1), RW, ALL, false, AT(mvbar), "MVBAR", NULL, write_vbar},
    {KEY(15, 12, 0, 1, 0), RO, ALL, false, NONE, "ISR", id_read_isr, NULL},

    MEMBER(13, 0, 0, 0, RW, ALL, "FCSEIDR", fcseidr),
    {KEY(15, 13, 0, 0, 1), RW, ALL, false, AT(contextidr), "CONTEXTIDR", NULL, write_regime},
    {KEY(15, 13, 0, 0, 2), PL0_R | PL0_W | RW, ALL, false, NONE, "TPIDRURW", read_tpidr, write_tpidr},
    {KEY(15, 13, 0, 0, 3), PL0_R | RW, ALL, false, NONE, "TPIDRURO", read_tpidr, write_tpidr},
    {KEY(15, 13, 0, 0, 4), RW, ALL, false, NONE, "TPIDRPRW", read_tpidr, write_tpidr},

    MEMBER(14, 0, 0, 0, PL0_R | RW, A15, "CNTFRQ", cntfrq),
    MEMBER(14, 0, 1, 0, RW, A15, "CNTKCTL", cntkctl),
    {KEY(15, 14, 0, 2, 0), RW, A15, true, AT(cntp_cval), "CNTP_TVAL", timer_read_tval, timer_write_tval},
    {KEY(15, 14, 0, 2, 1), RW, A15, false, AT(cntp_ctl), "CNTP_CTL", timer_read_ctl, timer_write},
    {KEY(15, 14, 0, 3, 0), RW, A15, true, AT(cntv_cval), "CNTV_TVAL", timer_read_tval, timer_write_tval},
    {KEY(15, 14, 0, 3, 1), RW, A15, false, AT(cntv_ctl), "CNTV_CTL", timer_read_ctl, timer_write},

    MEMBER(15, 0, 0, 0, RW, A9, "power control", power_control),
    {KEY(15, 15, 0, 0, 1), RW, ALL, false, NONE, "diagnostic", NULL, NULL},
    {KEY(15, 15, 1, 0, 0), RW, A15, false, NONE, "L2ACTLR", NULL, NULL},
    {KEY(15, 15, 4, 0, 0), RO, ALL, false, NONE, "CBAR", id_read_cbar, NULL},

    {KEY64(14, 0, 1), PL0_R | RO, ALL, true, NONE, "DBGDRAR", NULL, NULL},
    {KEY64(14, 0, 2), PL0_R | RO, ALL, true, NONE, "DBGDSAR", NULL, NULL},
    {KEY64(15, 0, 2), RW, A15, true, AT(ttbr0), "TTBR0", NULL, write_regime},
    {KEY64(15, 0, 7), RW, A15, true, AT(par), "PAR", NULL, NULL},
    {KEY64(15, 0, 14), RO, A15, true, NONE, "CNTPCT", timer_read_cntpct, NULL},
    {KEY64(15, 1, 2), RW, A15, true, AT(ttbr1), "TTBR1", NULL, write_regime},
    {KEY64(15, 1, 14), RO, A15, true, NONE, "CNTVCT", timer_read_cntvct, NULL},
    {KEY64(15, 2, 14), RW, A15, true, AT(cntp_cval), "CNTP_CVAL", NULL, timer_write},
    {KEY64(15, 3, 14), RW, A15, true, AT(cntv_cval), "CNTV_CVAL", NULL, timer_write},
};
// clang-format on

#define UNKNOWN 0x80000000u // with the key of a register that there is none of

uint32_t cp15_find(const struct cpu *c, struct cp_access a)
{
    const struct sys_cpu *s = (const struct sys_cpu *)c;
    const uint32_t key = a.is64 ? KEY64(a.cp, a.opc1, a.crm) : KEY(a.cp, a.crn, a.opc1, a.crm, a.opc2);
    uint32_t lo = 0, hi = sizeof rows / sizeof *rows;
    while (lo < hi) {
        const uint32_t mid = (lo + hi) / 2;
        if (rows[mid].key == key && rows[mid].models & s->model->id) return mid;
        if (rows[mid].key < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return UNKNOWN | key;
}

static void log_unknown(uint32_t key, bool write)
{
    log_line("coprocessor register p%u %s: crn %u, opc1 %u, crm %u, opc2 %u: undefined", key >> 16 & 15,
             write ? "write" : "read", key >> 12 & 15, key >> 8 & 15, key >> 4 & 15, key & 15);
}

// What User mode may do beyond the row's rights, as a kernel allows it: CNTKCTL and PMUSERENR.
static bool user_enabled(const struct sys_cpu *s, const struct cp_row *row)
{
    if (row->read == timer_read_cntvct) return s->cp15.cntkctl & 2;
    if (row->read == timer_read_cntpct) return s->cp15.cntkctl & 1;
    if ((row->key & 0xff000) == (KEY(15, 9, 0, 0, 0) & 0xff000)) return s->cp15.pmuserenr & 1;
    return false;
}

static const struct cp_row *permitted(struct cpu *c, uint32_t reg, bool write)
{
    if (reg & UNKNOWN) {
        if (cpu_privileged(c) && log_on(LOG_UNIMP)) log_unknown(reg & ~UNKNOWN, write);
        return NULL;
    }
    const struct cp_row *row = &rows[reg];
    if (cpu_privileged(c)) return row->rights & (write ? PL1_W : PL1_R) ? row : NULL;
    if (row->rights & (write ? PL0_W : PL0_R)) return row;
    return user_enabled(sys_of(c), row) && row->rights & (write ? PL1_W : PL1_R) ? row : NULL;
}

int cp15_place(const struct cpu *c, struct cp_access a, bool write)
{
    const uint32_t reg = cp15_find(c, a);
    if (reg & UNKNOWN || !(rows[reg].rights & (write ? PL1_W : PL1_R))) return -1;
    const struct cp_row *row = &rows[reg];
    struct sys_cpu *s = (struct sys_cpu *)c;
    if (write ? row->write == write_tpidr : row->read == read_tpidr)
        return (int)((char *)thread_id(s, row) - (char *)c);
    if (write && row->write == maintenance && !(row->rights & PL0_W)) return 0; // which barriers have
    if (row->offset == NONE || (write ? row->write || row->wide : !!row->read)) return -1;
    return (int)((char *)cp_member(s, row) - (char *)c);
}

bool cp15_read(struct cpu *c, uint32_t reg, uint64_t *value)
{
    const struct cp_row *row = permitted(c, reg, false);
    if (!row) return false;
    *value = row->read ? row->read(sys_of(c), row) : cp_plain_read(sys_of(c), row);
    return true;
}

// Whether translation goes by the register, or it is an operation on the TLB.
static bool is_translation(const struct cp_row *row)
{
    return row->write == tlbi || row->write == write_sctlr || row->write == write_ttbcr ||
           (row->write == write_ttbr32 && row->offset != AT(par)) || row->write == write_regime ||
           row->offset == AT(prrr) || row->offset == AT(nmrr);
}

bool cp15_write(struct cpu *c, uint32_t reg, uint64_t value)
{
    const struct cp_row *row = permitted(c, reg, true);
    if (!row) return false;
    if (log_on(LOG_MMU) && is_translation(row)) system_log_control(row->name, value);
    if (row->write)
        row->write(sys_of(c), row, value);
    else
        cp_plain_write(sys_of(c), row, value);
    return true;
}

// Time, timers, and what makes TLBs forget.
bool cp15_may_repeat(const struct cpu *c, uint32_t reg, bool write)
{
    (void)c;
    if (reg & UNKNOWN) return true;
    const struct cp_row *row = &rows[reg];
    if (write)
        return row->write != tlbi && row->write != write_sctlr && row->write != write_ttbcr &&
               row->write != timer_write && row->write != timer_write_tval && row->write != pmu_write_pmcr &&
               row->write != pmu_write_pmcnten && row->write != pmu_write_pmccntr;
    return row->read != timer_read_cntpct && row->read != timer_read_cntvct && row->read != timer_read_ctl &&
           row->read != timer_read_tval && row->read != pmu_read_pmccntr;
}

_Static_assert(sizeof(struct cp15) <= sizeof(struct cpu_words), "there is room for it");

void cp15_get(const struct cpu *c, struct cpu_words *w)
{
    memcpy(w, &((const struct sys_cpu *)c)->cp15, sizeof(struct cp15));
}

void cp15_set(struct cpu *c, const struct cpu_words *w)
{
    struct sys_cpu *s = sys_of(c);
    memcpy(&s->cp15, w, sizeof s->cp15);
    tlb_regime_changed(c);
}

void cp15_reset(struct sys_cpu *s)
{
    s->cp15 =
        (struct cp15){.sctlr = s->model->sctlr_reset, .cntfrq = GENERIC_TIMER_HZ, .dbg_dscr = 1u << 15 | 2};
    s->cpu.no_swp = true; // SCTLR.SW
    if (s->model->id == MODEL_CORTEX_A9) s->cp15.prrr = 0x98aa4, s->cp15.nmrr = 0x44e048e0;
}
