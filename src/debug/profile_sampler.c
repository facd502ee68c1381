// Looks now and then who has used CPU time, and asks for a sample of it.
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "debug/profile_session.h"

enum {
    SHORT_NS = 1000000, // between samples of a thread, as long as there are but PROFILE_FEW, …
    LONG_NS = 4000000,  // … and later, when each may stand for more
    IDLE_NS = 16000000, // between looks, when nobody runs
};

uint64_t profile_cpu_time(int tid)
{
    struct timespec ts;
    const clockid_t clock = (clockid_t)(~(unsigned)tid << 3 | 6); // CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED
    if (clock_gettime(clock, &ts)) return 0;
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void send(const struct profile_thread *t)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    si.si_code = SI_QUEUE;
    si.si_value.sival_ptr = t->p;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), t->tid, SIGFPE, &si);
}

// When to look again.
static uint64_t look(struct profile_thread *t)
{
    const uint64_t now = profile_cpu_time(t->tid), used = now - t->seen,
                   period = t->samples < PROFILE_FEW ? SHORT_NS : LONG_NS;
    if (now <= t->seen || used < period / 4) return IDLE_NS;
    if (used < period / 2) return period;
    if (atomic_load(&t->state) != PROFILE_IDLE) return period; // the next one is for that time, too
    t->seen = now;
    t->ns = used;
    atomic_store(&t->state, PROFILE_ASKED);
    if (atomic_load(&t->inside)) send(t);
    return period;
}

// Not always the same time, so that no loop of the guest's keeps step.
static void pause_for(struct profile *p, uint64_t ns)
{
    p->random = p->random * 1664525 + 1013904223;
    ns = ns * 3 / 4 + (ns / 2) * (p->random >> 16) / 65536;
    nanosleep(&(struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)}, NULL);
}

static void *sampler(void *arg)
{
    struct profile *p = arg;
    uint64_t ns = SHORT_NS;
    for (;;) {
        pause_for(p, ns);
        uint64_t next = ns < IDLE_NS ? 2 * ns : ns;
        pthread_mutex_lock(&p->lock);
        const bool ended = p->ended;
        for (struct profile_thread *t = p->threads; t && !ended; t = t->next) {
            const uint64_t wanted = look(t);
            if (wanted < next) next = wanted;
        }
        pthread_mutex_unlock(&p->lock);
        if (ended) return NULL;
        ns = next;
    }
}

bool profile_sampler_start(struct profile *p)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool ok = !pthread_create(&thread, NULL, sampler, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok && !pthread_detach(thread);
}
