// Making and resetting a privileged CPU.
#include <stdlib.h>
#include <sys/mman.h>

#include "system/system.h"

static void send_event(struct cpu *c)
{
    struct sys_machine *m = sys_of(c)->machine;
    for (unsigned i = 0; i < m->ncpus; i++)
        m->cpu[i]->cpu.event = 1;
    if (m->event) m->event(m->ctx);
}

static const struct cpu_system system_functions = {
    .cp_find = cp15_find,
    .cp_place = cp15_place,
    .cp_read = cp15_read,
    .cp_write = cp15_write,
    .cp_may_repeat = cp15_may_repeat,
    .words_get = cp15_get,
    .words_set = cp15_set,
    .regime_changed = tlb_regime_changed,
    .vfp_read = vfp_system_read,
    .vfp_write = vfp_system_write,
    .send_event = send_event,
    .take_exception = exception_take,
};

void sys_machine_init(struct sys_machine *m)
{
    pthread_mutex_init(&m->sync_lock, NULL);
    pthread_cond_init(&m->sync_done, NULL);
}

struct sys_cpu *sys_cpu_new(struct sys_machine *m, const struct sys_model *model, unsigned index)
{
    struct sys_cpu *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED) return NULL;
    s->machine = m;
    s->model = model;
    s->index = index;
    smp_init(s);
    s->cpu.features = model->features;
    s->cpu.mem = &sys_cpu_mem;
    s->cpu.owner = s;
    m->cpu[index] = s;
    if (index >= m->ncpus) m->ncpus = index + 1;
    if (!m->engine->attach(m->engine, &s->cpu)) {
        munmap(s, sizeof *s);
        return NULL;
    }
    sys_cpu_reset(s);
    return s;
}

void sys_cpu_free(struct sys_cpu *s)
{
    s->machine->engine->detach(s->machine->engine, &s->cpu);
    window_free(s);
    smp_free(s);
    munmap(s, sizeof *s);
}

void sys_cpu_reset(struct sys_cpu *s)
{
    struct cpu *c = &s->cpu;
    c->sys = NULL; // not before CP15 has values
    cpu_reset(c);
    c->memory_shared = true; // with other CPUs, and with devices
    c->event = c->sync_pending = 0;
    memset(c->bank_r13, 0, sizeof c->bank_r13);
    memset(c->bank_r14, 0, sizeof c->bank_r14);
    memset(c->bank_spsr, 0, sizeof c->bank_spsr);
    cp15_reset(s);
    memset(s->regime, 0, sizeof s->regime);
    s->slot = NULL;
    memset(s->l2, 0, sizeof s->l2);
    context_drop_all(s);
    window_flush_all(s);
    c->sys = &system_functions;
    cpu_cpsr_set(c, MODE_SVC | PSR_A | PSR_I | PSR_F);
    tlb_regime_changed(c);
}
