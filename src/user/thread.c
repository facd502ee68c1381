// Guest threads as the process knows them.
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"
#include "cpu/debug.h"
#include "user/seccomp.h"
#include "user/signal.h"
#include "user/syscall.h"

// A thread and what belongs to it
struct thread_pages {
    struct thread t;
    struct signal_queue queue;
};

struct thread *thread_new(struct process *p)
{
    struct thread_pages *both = pages_sparse(sizeof *both);
    if (!both) return NULL;
    struct thread *t = &both->t;
    struct cpu *c = &t->cpu;
    cpu_reset(c);
    c->window = p->as.window;
    c->mem = &uas_cpu_mem;
    c->mem_ctx = &p->as;
    c->features = p->opt.features;
    c->owner = t;
    c->memory_shared = p->memory_shared;
    c->quick_svc = syscall_quick;
    t->p = p;
    t->queue = &both->queue;
    t->actions = p->actions;
    t->sandbox_fds = p->sandbox_fds;
    t->actions_known = &p->actions_known;
    if (!p->engine->attach(p->engine, c)) {
        munmap(both, sizeof *both);
        return NULL;
    }
    if (!p->threads) {
        t->tid = (int)syscall(SYS_gettid);
        signal_thread_init(t);
        thread_enlist(t);
    }
    return t;
}

static uint32_t pc_of(const void *cpu)
{
    const struct cpu *c = cpu;
    return c->engine->pc(c);
}

void thread_present(struct thread *t)
{
    current_thread = t;
    log_thread(t ? (unsigned)t->tid : 0, pc_of, t ? &t->cpu : NULL);
}

void process_share_memory(struct process *p)
{
    if (!p->memory_shared) p->engine->share(p->engine);
    p->memory_shared = true;
    if (current_thread) current_thread->cpu.memory_shared = true;
}

void thread_free(struct thread *t)
{
    t->p->engine->detach(t->p->engine, &t->cpu);
    thread_discard(t);
}

void thread_discard(struct thread *t)
{
    seccomp_forget(t);
    munmap(t, sizeof(struct thread_pages));
}

void thread_enlist(struct thread *t)
{
    pthread_mutex_lock(&t->p->lock);
    t->next = t->p->threads;
    t->p->threads = t;
    t->p->nthreads++;
    pthread_mutex_unlock(&t->p->lock);
}

void thread_delist(struct thread *t)
{
    if (t->cpu.debugger) t->cpu.debugger->leave(t->cpu.debugger, &t->cpu);
    pthread_mutex_lock(&t->p->lock);
    for (struct thread **pp = &t->p->threads; *pp; pp = &(*pp)->next)
        if (*pp == t) {
            *pp = t->next;
            t->p->nthreads--;
            break;
        }
    pthread_mutex_unlock(&t->p->lock);
}
