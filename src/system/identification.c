// What a CPU says of itself: ID registers, caches, its number, the pending interrupts.
#include "system/cp15_rows.h"

uint64_t id_read_midr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->midr;
}

uint64_t id_read_ctr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->ctr;
}

uint64_t id_read_mpidr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return 0x80000000u |
           s->index; // multiprocessing format, cluster 0; U is clear even for one CPU of a multicore
}

uint64_t id_read_pfr0(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->pfr0;
}

uint64_t id_read_pfr1(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->pfr1;
}

uint64_t id_read_dfr0(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->dfr0;
}

uint64_t id_read_mmfr(struct sys_cpu *s, const struct cp_row *row)
{
    return s->model->mmfr[(row->key & 7) - 4];
}

uint64_t id_read_isar(struct sys_cpu *s, const struct cp_row *row)
{
    return s->model->isar[row->key & 7];
}

uint64_t id_read_clidr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->clidr;
}

uint64_t id_read_ccsidr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    if (s->cp15.csselr < 2) return s->model->ccsidr[s->cp15.csselr];
    return s->cp15.csselr == 2 ? s->model->ccsidr[2] : 0;
}

uint64_t id_read_cbar(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->machine->periphbase;
}

uint64_t id_read_isr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return (s->cpu.irq_lines & CPU_IRQ ? PSR_I : 0) | (s->cpu.irq_lines & CPU_FIQ ? PSR_F : 0);
}

uint64_t id_read_dbgdidr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return s->model->dbgdidr;
}

uint64_t id_read_l2ctlr(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return (s->machine->ncpus - 1) << 24; // number of CPUs in bits 25:24
}
