// Performance monitors: a cycle counter that counts nanoseconds, event counters that stand still.
#include "system/cp15_rows.h"

#include <string.h>

static bool counting(const struct sys_cpu *s)
{
    return s->cp15.pmcr & 1 && s->cp15.pmcnten >> 31;
}

static uint64_t cycles(struct sys_cpu *s)
{
    const uint64_t passed = counting(s) ? cp_now_ns(s) - s->cp15.ccnt_at : 0;
    return s->cp15.ccnt_base + (s->cp15.pmcr & 8 ? passed / 64 : passed);
}

static void set_cycles(struct sys_cpu *s, uint64_t v)
{
    s->cp15.ccnt_base = v;
    s->cp15.ccnt_at = cp_now_ns(s);
}

uint64_t pmu_read_pmccntr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return (uint32_t)cycles(s);
}

void pmu_write_pmccntr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    (void)row;
    set_cycles(s, v);
}

uint64_t pmu_read_pmcr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    const uint32_t implementer = s->model->midr & 0xff000000u,
                   id = s->model->id == MODEL_CORTEX_A9 ? 0x09 : 0x0f;
    return implementer | id << 16 | 6u << 11 | (s->cp15.pmcr & 0x39);
}

void pmu_write_pmcr(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    (void)row;
    const uint64_t count = v & 4 ? 0 : cycles(s);
    s->cp15.pmcr = (uint32_t)v & 0x39;
    set_cycles(s, count);
    if (v & 2) memset(s->cp15.pmxevcntr, 0, sizeof s->cp15.pmxevcntr);
}

void pmu_write_pmcnten(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    const uint64_t count = cycles(s);
    if ((row->key & 7) == 1)
        s->cp15.pmcnten |= (uint32_t)v & 0x8000003fu;
    else
        s->cp15.pmcnten &= ~(uint32_t)v;
    set_cycles(s, count);
}

void pmu_write_set(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, cp_plain_read(s, row) | (v & 0x8000003fu));
}

void pmu_write_clear(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, cp_plain_read(s, row) & ~v);
}

uint64_t pmu_read_selected(struct sys_cpu *s, const struct cp_row *row)
{
    const unsigned n = s->cp15.pmselr & 31;
    return n < 6 ? ((const uint32_t *)cp_member(s, row))[n] : 0;
}

void pmu_write_selected(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    const unsigned n = s->cp15.pmselr & 31;
    if (n < 6) ((uint32_t *)cp_member(s, row))[n] = (uint32_t)v;
}
