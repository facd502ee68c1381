// CPUs of one machine beside each other, each possibly in a host thread of its own.
//
// A TLB is touched by its own CPU alone. What others want of it, TLB maintenance in the inner-shareable
// domain (B3.10.5) and the end of writing to a page that becomes code, is posted to it: done before it runs
// its next instruction, at the latest at the next edge of a block, to which it is kicked. A CPU that has
// posted something goes on until its next DSB; there it leaves the engine and waits until the others have
// done it, or are not running instructions at all. Only so is no access under way that went through an entry
// before it went away.
#include "base/stats.h"
#include "cpu/debug.h"
#include "system/system.h"

void smp_init(struct sys_cpu *s)
{
    pthread_mutex_init(&s->request_lock, NULL);
}

void smp_free(struct sys_cpu *s)
{
    pthread_mutex_destroy(&s->request_lock);
}

bool smp_post(struct sys_cpu *s, struct sys_cpu *to, struct tlb_request request)
{
    pthread_mutex_lock(&to->request_lock);
    // No room: everything goes. For a page that becomes code it is asked again.
    if (to->nrequests == SYS_MAX_REQUESTS)
        to->requests_lost = true;
    else
        to->request[to->nrequests++] = request;
    const unsigned ticket = atomic_fetch_add(&to->posted, 1) + 1;
    stats_add(STAT_SMP_REQUESTS, 1);
    pthread_mutex_unlock(&to->request_lock);
    if (!atomic_load(&to->inside)) return true; // it looks here before it goes in
    to->cpu.exit_request = 1;
    s->awaited[to->index] = ticket;
    s->cpu.sync_pending |= (uint8_t)(1u << to->index);
    return false;
}

void tlb_request_serve(struct sys_cpu *s, const struct tlb_request *r)
{
    switch (r->what) {
    case TLB_REQUEST_ALL: tlb_flush_all(s); break;
    case TLB_REQUEST_ASID: tlb_flush_asid(s, (uint16_t)r->asid); break;
    case TLB_REQUEST_PAGE: tlb_flush_page(s, r->va, r->asid); break;
    case TLB_REQUEST_CODE: tlb_stop_writing(s, r->host, r->flags); break;
    }
}

// Before this CPU runs instructions.
static void serve_all(struct sys_cpu *s)
{
    pthread_mutex_lock(&s->request_lock);
    for (unsigned i = 0; i < s->nrequests; i++)
        tlb_request_serve(s, &s->request[i]);
    if (s->requests_lost) tlb_flush_all(s);
    s->nrequests = 0;
    s->requests_lost = false;
    atomic_store(&s->served, atomic_load(&s->posted));
    pthread_mutex_unlock(&s->request_lock);
}

static bool is_done(const struct sys_cpu *t, unsigned ticket)
{
    return !atomic_load(&t->inside) || (int)(atomic_load(&t->served) - ticket) >= 0;
}

enum { SPINS = 200 }; // looks before it sleeps: the other one is mostly nearly there

static void await(struct sys_cpu *s, struct sys_cpu *t)
{
    struct sys_machine *m = s->machine;
    const unsigned ticket = s->awaited[t->index];
    for (unsigned i = 0; i < SPINS; i++) {
        if (is_done(t, ticket)) return;
        __builtin_ia32_pause();
    }
    pthread_mutex_lock(&m->sync_lock);
    atomic_fetch_add(&m->sync_waiters, 1);
    while (!is_done(t, ticket))
        pthread_cond_wait(&m->sync_done, &m->sync_lock);
    atomic_fetch_sub(&m->sync_waiters, 1);
    pthread_mutex_unlock(&m->sync_lock);
}

static void await_all(struct sys_cpu *s)
{
    const enum stats_part former = stats_enter(PART_SLEEP);
    stats_add(STAT_SMP_WAITS, (unsigned)__builtin_popcount(s->cpu.sync_pending));
    for (unsigned i = 0; i < s->machine->ncpus; i++)
        if (s->cpu.sync_pending >> i & 1) await(s, s->machine->cpu[i]);
    stats_enter(former);
    s->cpu.sync_pending = 0;
}

static void tell_waiters(struct sys_machine *m)
{
    if (!atomic_load(&m->sync_waiters)) return;
    pthread_mutex_lock(&m->sync_lock);
    pthread_cond_broadcast(&m->sync_done);
    pthread_mutex_unlock(&m->sync_lock);
}

uint64_t sys_executed(const struct sys_cpu *s)
{
    return s->executed + (uint64_t)(s->run_budget - s->cpu.budget);
}

enum cpu_exit sys_run(struct sys_cpu *s, uint64_t budget)
{
    struct cpu *c = &s->cpu;
    atomic_store(&s->inside, true);
    if (atomic_load(&s->posted) != atomic_load(&s->served)) {
        serve_all(s);
        tell_waiters(s->machine);
    }
    window_use(c);
    s->run_budget = c->budget = budget ? (int64_t)budget : INT64_MAX;
    const enum cpu_exit why =
        c->debugger ? c->debugger->run(c->debugger, c, budget) : c->engine->run(c, budget);
    s->executed += (uint64_t)(s->run_budget - c->budget);
    s->run_budget = c->budget = 0;
    atomic_store(&s->inside, false);
    tell_waiters(s->machine);
    const bool again = why == CPU_EXIT_PREFETCH_ABORT && c->fault.kind == CPU_FAULT_RETRY;
    if (why != CPU_EXIT_SYNC && !again) return why;
    await_all(s);
    return CPU_EXIT_INTERRUPT; // nothing else has happened
}
