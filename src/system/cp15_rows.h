#pragma once
// Rows of the table of coprocessor registers (cp15.c), and what happens when one of them is read or written. Each such
// function gets the row, since many serve several registers.
#include "system/system.h"

#include <stddef.h>

// Who may do what
enum rights { PL0_R = 1, PL0_W = 2, PL1_R = 4, PL1_W = 8, RO = PL1_R, WO = PL1_W, RW = PL1_R | PL1_W };

enum { A9 = MODEL_CORTEX_A9, A15 = MODEL_CORTEX_A15, ALL = A9 | A15 };

struct cp_row;
typedef uint64_t cp_read(struct sys_cpu *s, const struct cp_row *row);
typedef void cp_write(struct sys_cpu *s, const struct cp_row *row, uint64_t v);

struct cp_row {
    uint32_t key;
    uint8_t rights, models;
    bool wide;       // the member is 64 bits
    uint16_t offset; // in struct cp15; NONE: constant 0, writes ignored
    const char *name;
    cp_read *read;   // NULL: the member as it is, which compiled code may access by itself (cp15_place)
    cp_write *write; // likewise
};

#define NONE 0xffff
#define KEY(cp, crn, opc1, crm, opc2)                                                                        \
    ((uint32_t)(cp) << 16 | (uint32_t)(crn) << 12 | (uint32_t)(opc1) << 8 | (uint32_t)(crm) << 4 |           \
     (uint32_t)(opc2))
#define KEY64(cp, opc1, crm) (1u << 24 | KEY(cp, 0, opc1, crm, 0))
#define AT(member)           offsetof(struct cp15, member)

static inline void *cp_member(struct sys_cpu *s, const struct cp_row *row)
{
    return (char *)&s->cp15 + row->offset;
}

static inline uint64_t cp_plain_read(struct sys_cpu *s, const struct cp_row *row)
{
    if (row->offset == NONE) return 0;
    if (row->wide) return *(uint64_t *)cp_member(s, row);
    return *(uint32_t *)cp_member(s, row);
}

static inline void cp_plain_write(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    if (row->offset == NONE) return;
    if (row->wide)
        *(uint64_t *)cp_member(s, row) = v;
    else
        *(uint32_t *)cp_member(s, row) = (uint32_t)v;
}

// Nanoseconds of the machine's time
static inline uint64_t cp_now_ns(struct sys_cpu *s)
{
    return s->machine->now_ns(s->machine->ctx);
}

// Identification (identification.c): what the model is.
cp_read id_read_midr, id_read_ctr, id_read_mpidr, id_read_pfr0, id_read_pfr1, id_read_dfr0, id_read_mmfr,
    id_read_isar, id_read_clidr, id_read_ccsidr, id_read_cbar, id_read_isr, id_read_dbgdidr, id_read_l2ctlr;

// Performance monitors (pmu.c)
cp_read pmu_read_pmccntr, pmu_read_pmcr, pmu_read_selected;
cp_write pmu_write_pmccntr, pmu_write_pmcr, pmu_write_pmcnten, pmu_write_set, pmu_write_clear,
    pmu_write_selected;

// Generic timer (timer.c)
cp_read timer_read_ctl, timer_read_tval, timer_read_cntpct, timer_read_cntvct;
cp_write timer_write, timer_write_tval;
